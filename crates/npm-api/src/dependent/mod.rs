//! Which packages need one, as a view of npm's old database told it.
//!
//! - `GET /-/_view/dependedUpon?group_level=2&startkey=["{package}"]&endkey=["{package}",{}]`

mod list;
mod question;

pub(crate) use list::ListDependents;
