//! Whose turn it is to have something expensive done: some at a time, a bounded number in line, and
//! the groups of those who wait one after the other. A group that sends many waits for itself.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::address_group::AddressGroup;

/// The line.
#[derive(Clone, Debug)]
pub(crate) struct Turns(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Turns that nobody has.
    free: usize,
    most_in_line: usize,
    most_of_one: usize,
    /// Places, also of those whose turn it is, and of those who do not ask for one yet.
    places: HashMap<AddressGroup, usize>,
    in_line: usize,
    waiting: HashMap<AddressGroup, VecDeque<oneshot::Sender<Turn>>>,
    /// The groups of those who wait, the next one first.
    order: VecDeque<AddressGroup>,
}

/// A place in the line, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    turns: Turns,
    group: AddressGroup,
}

/// It is one's turn, until this is dropped.
pub(crate) struct Turn(Option<Turns>);

impl Turns {
    pub(crate) fn new(at_once: usize, most_in_line: usize, most_of_one: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: at_once,
            most_in_line,
            most_of_one,
            places: HashMap::new(),
            in_line: 0,
            waiting: HashMap::new(),
            order: VecDeque::new(),
        })))
    }

    /// Takes a place in the line, unless the line is full or too much of it is this group's.
    pub(crate) fn enter(&self, group: AddressGroup) -> Option<Place> {
        let mut state = self.lock();
        let of_one = state.places.get(&group).copied().unwrap_or(0);
        if state.in_line >= state.most_in_line || of_one >= state.most_of_one {
            return None;
        }
        state.in_line += 1;
        state.places.insert(group, of_one + 1);
        let turns = self.clone();
        Some(Place { turns, group })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a turn that is over to whoever is next.
    fn pass_on(self) {
        loop {
            let next = self.lock().next();
            let Some(next) = next else {
                return;
            };
            match next.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // They went away. The turn goes on by this loop, and not by being dropped.
                Err(mut turn) => turn.0 = None,
            }
        }
    }
}

impl State {
    /// Takes out who is next, or notes that a turn is free.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        while let Some(group) = self.order.pop_front() {
            let Some(queue) = self.waiting.get_mut(&group) else {
                continue;
            };
            let next = queue.pop_front();
            if queue.is_empty() {
                self.waiting.remove(&group);
            } else {
                self.order.push_back(group);
            }
            if next.is_some() {
                return next;
            }
        }
        self.free += 1;
        None
    }
}

impl Place {
    /// Waits for a turn. `None` does not happen while there is somebody to pass a turn on.
    pub(crate) async fn turn(&self) -> Option<Turn> {
        let turn = {
            let mut state = self.turns.lock();
            if state.free > 0 {
                state.free -= 1;
                return Some(Turn(Some(self.turns.clone())));
            }
            let (sender, turn) = oneshot::channel();
            let queue = state.waiting.entry(self.group).or_default();
            let is_first = queue.is_empty();
            queue.push_back(sender);
            if is_first {
                state.order.push_back(self.group);
            }
            turn
        };
        turn.await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.turns.lock();
        state.in_line = state.in_line.saturating_sub(1);
        match state.places.get_mut(&self.group) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                state.places.remove(&self.group);
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass_on();
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    fn group(number: u8) -> AddressGroup {
        AddressGroup::of([192, 0, 2, number].into())
    }

    /// Asks once, without waiting.
    fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn the_line_has_an_end_and_a_shorter_one_for_each_group() {
        let turns = Turns::new(1, 5, 3);
        let places: Vec<_> = (0..3).map(|_| turns.enter(group(1)).unwrap()).collect();
        assert!(turns.enter(group(1)).is_none());
        let _others = [
            turns.enter(group(2)).unwrap(),
            turns.enter(group(3)).unwrap(),
        ];
        assert!(turns.enter(group(4)).is_none());
        drop(places);
        assert!(turns.enter(group(1)).is_some() && turns.enter(group(4)).is_some());
    }

    #[test]
    fn a_group_with_many_lets_the_others_pass() {
        let turns = Turns::new(1, 9, 9);
        let place = |number| turns.enter(group(number)).unwrap();
        let many = [place(1), place(1), place(1)];
        let other = place(2);
        let mut first = pin!(many[0].turn());
        let mut second = pin!(many[1].turn());
        let mut third = pin!(many[2].turn());
        let mut late = pin!(other.turn());
        let turn = poll(first.as_mut()).unwrap();
        assert!(poll(second.as_mut()).is_none() && poll(third.as_mut()).is_none());
        assert!(poll(late.as_mut()).is_none());
        drop(turn);
        let turn = poll(second.as_mut()).unwrap();
        assert!(poll(third.as_mut()).is_none());
        drop(turn);
        assert!(poll(third.as_mut()).is_none(), "it is the other's turn");
        let turn = poll(late.as_mut()).unwrap();
        drop(turn);
        assert!(poll(third.as_mut()).is_some());
    }

    #[test]
    fn a_turn_is_not_lost_with_those_who_go_away() {
        let turns = Turns::new(1, 9, 9);
        let places: Vec<_> = (0..4).map(|_| turns.enter(group(1)).unwrap()).collect();
        let turn = poll(pin!(places[0].turn())).unwrap();
        {
            let mut before = Box::pin(places[1].turn());
            assert!(poll(before.as_mut()).is_none());
            let mut told = Box::pin(places[2].turn());
            assert!(poll(told.as_mut()).is_none());
            drop(before);
            // It is the second one's turn now, who goes away without having looked.
            drop(turn);
        }
        let turn = poll(pin!(places[3].turn()));
        assert!(turn.is_some());
        drop(turn);
        assert_eq!(turns.lock().free, 1);
        assert!(turns.lock().waiting.is_empty() && turns.lock().order.is_empty());
    }
}
