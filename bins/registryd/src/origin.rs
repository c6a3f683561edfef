//! Who changes something from the command line, as events tell it.

use std::env;

use catalog::Origin;

/// Characters of a system user's name that events show.
const LONGEST: usize = 64;

/// Whoever types on this machine, as events tell it.
pub(crate) fn at_this_machine() -> Origin {
    named(env::var("USER").ok())
}

fn named(user: Option<String>) -> Origin {
    let user = user.filter(|name| !name.trim().is_empty() && !name.contains(char::is_control));
    let actor = user.unwrap_or_else(|| "local".to_owned());
    Origin {
        actor: actor.chars().take(LONGEST).collect(),
        token: String::new(),
        address: "command line".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_tell_who_typed_as_far_as_the_system_does() {
        for (user, actor) in [
            (Some("alice"), "alice"),
            (Some(""), "local"),
            (Some(" "), "local"),
            (Some("a\u{1b}[31m"), "local"),
            (None, "local"),
        ] {
            let origin = named(user.map(str::to_owned));
            assert_eq!(origin.actor, actor, "{user:?}");
            assert_eq!(
                (origin.token.as_str(), origin.address.as_str()),
                ("", "command line")
            );
        }
        let long = named(Some("é".repeat(100)));
        assert_eq!(long.actor.chars().count(), LONGEST);
    }
}
