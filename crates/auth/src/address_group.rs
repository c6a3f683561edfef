use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// Addresses that one person has at will, and that are counted as one: an IPv4 address, a /64 of
/// IPv6, or this machine, which has sixteen million addresses of its own.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct AddressGroup(IpAddr);

/// The part of an IPv6 address that its owner did not choose, and the part that most of those did not
/// choose who have many networks.
const NETWORK: u128 = !0 << 64;
const SITE: u128 = !0 << 80;

impl AddressGroup {
    /// This machine.
    pub(crate) const LOCAL: Self = Self(IpAddr::V4(Ipv4Addr::LOCALHOST));

    pub(crate) fn of(address: IpAddr) -> Self {
        // A socket that takes both families shows IPv4 as IPv6.
        match address.to_canonical() {
            address if address.is_loopback() => Self::LOCAL,
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & NETWORK).into()),
        }
    }

    /// All that somebody with many networks may have: a /48 of IPv6. Neighbours share one, so this is
    /// for taking turns and not for being refused.
    pub(crate) fn site(self) -> Self {
        match self.0 {
            IpAddr::V4(_) => self,
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & SITE).into()),
        }
    }

    /// The group of an address as events tell it. A program on this machine has a name instead.
    pub(crate) fn of_text(address: &str) -> Self {
        address.parse().map_or(Self::LOCAL, Self::of)
    }
}

impl fmt::Display for AddressGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_person_has_is_one_group() {
        let check = |left: &str, right: &str, same: bool| {
            let (left, right) = (AddressGroup::of_text(left), AddressGroup::of_text(right));
            assert_eq!(left == right, same, "{left} {right}");
        };
        check("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true);
        check("2001:db8:0:1::1", "2001:db8:0:2::1", false);
        check("192.0.2.1", "::ffff:192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
        check("127.0.0.1", "127.200.3.4", true);
        check("127.0.0.1", "::1", true);
        check("127.0.0.1", "::ffff:127.0.0.9", true);
        check("127.0.0.1", "registryd user", true);
        check("::1", "::2", false);
    }

    #[test]
    fn networks_of_one_site_are_neighbours() {
        let check = |left: &str, right: &str, same: bool| {
            let site = |text| AddressGroup::of_text(text).site();
            assert_eq!(site(left) == site(right), same, "{left} {right}");
        };
        check("2001:db8:1:1::1", "2001:db8:1:ffff::1", true);
        check("2001:db8:1:1::1", "2001:db8:2:1::1", false);
        check("192.0.2.1", "192.0.2.2", false);
        check("127.0.0.1", "::1", true);
    }
}
