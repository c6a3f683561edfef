//! Asks the person at a terminal: for a secret that is not shown, and for yes or no.
//!
//! Questions go to standard error, so that what a program prints stays what it is. Left to others: what is
//! done without a terminal.

mod confirm;
mod secret;

pub use confirm::confirm;
pub use secret::{LONGEST, secret};
