//! How many streams there may be.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Streams in all. Each holds a connection, and what the system keeps for one.
const MOST: usize = 1024;

/// Streams of one address, or of a /64 of IPv6: a house full of dashboards, and no attack.
const MOST_OF_ONE: usize = 64;

/// There are too many streams.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NoPlace {
    /// In all.
    #[error("too many clients follow what happens here; try again later")]
    InAll,
    /// From one address.
    #[error("too many clients at your address follow what happens here; try again later")]
    AtAddress,
}

/// Who has a stream.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<HashMap<IpAddr, usize>>);

/// The place of one stream, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    network: IpAddr,
}

impl Places {
    /// Takes a place for a client at that address.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, NoPlace> {
        let network = network(address);
        let mut taken = self.lock();
        if taken.values().sum::<usize>() >= MOST {
            return Err(NoPlace::InAll);
        }
        let of_one = taken.entry(network).or_insert(0);
        if *of_one >= MOST_OF_ONE {
            return Err(NoPlace::AtAddress);
        }
        *of_one += 1;
        drop(taken);
        Ok(Place {
            places: Arc::clone(self),
            network,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

/// What counts as one address: whoever has an IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    const NETWORK: u128 = !0 << 64;
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & NETWORK).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_so_many_places_and_gets_them_back() {
        let places = Arc::new(Places::default());
        let one = address("192.0.2.1");
        let mut held: Vec<Place> = (0..MOST_OF_ONE)
            .map(|_| places.take(one).unwrap())
            .collect();
        assert_eq!(places.take(one).unwrap_err(), NoPlace::AtAddress);
        let mapped = address("::ffff:192.0.2.1");
        assert_eq!(places.take(mapped).unwrap_err(), NoPlace::AtAddress);
        places.take(address("192.0.2.2")).unwrap();
        held.pop();
        held.push(places.take(one).unwrap());
        held.clear();
        assert!(places.lock().is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let places = Arc::new(Places::default());
        let held: Vec<Place> = (0..MOST_OF_ONE)
            .map(|number| address(&format!("2001:db8::{number:x}")))
            .map(|address| places.take(address).unwrap())
            .collect();
        let another = places.take(address("2001:db8::ffff:1"));
        assert_eq!(another.unwrap_err(), NoPlace::AtAddress);
        places.take(address("2001:db8:0:1::1")).unwrap();
        drop(held);
    }

    #[test]
    fn there_are_so_many_places_in_all() {
        let places = Arc::new(Places::default());
        let held: Vec<Place> = (0..MOST)
            .map(|number| address(&format!("10.0.{}.{}", number / 256, number % 256)))
            .map(|address| places.take(address).unwrap())
            .collect();
        let one_more = places.take(address("10.9.9.9"));
        assert_eq!(one_more.unwrap_err(), NoPlace::InAll);
        drop(held);
        places.take(address("10.9.9.9")).unwrap();
    }
}
