//! Who changes something from the command line, as events tell it.

use std::env;

use catalog::Origin;

/// Whoever types on this machine, as events tell it.
pub(crate) fn at_this_machine() -> Origin {
    let user = env::var("USER").ok();
    let user = user.filter(|name| !name.is_empty() && !name.contains(char::is_control));
    Origin {
        actor: user.unwrap_or_else(|| "local".to_owned()),
        token: String::new(),
        address: "command line".to_owned(),
    }
}
