//! What a token may do less than its owner.

use std::net::IpAddr;

use catalog::Session;
use ipnet::IpNet;
use npm_model::PackageName;
use serde::{Deserialize, Serialize};

use crate::{access::Action, key_scope::KeyScope};

/// What a token may do less than its owner. The default is: everything, from everywhere.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct TokenLimits {
    /// What it may do with the packages it is for.
    pub access: TokenAccess,
    /// The packages it is for, by name. With `scopes` empty too it is for all.
    pub packages: Vec<String>,
    /// The scopes it is for, without their `@`.
    pub scopes: Vec<String>,
    /// The organisations it may look after, without their `@`; none said: all that its owner may.
    pub orgs: Option<Vec<String>>,
    /// Where it may be used from. Empty: from everywhere.
    pub networks: Vec<IpNet>,
    /// For an API key, all of what it may do; the fields above but `networks` say nothing of it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_scopes: Option<Vec<KeyScope>>,
}

/// What a token may do with packages.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenAccess {
    /// Nothing that nobody may.
    Nothing,
    /// See them.
    Read,
    /// All that its owner may.
    #[default]
    Write,
}

/// As whom a token acts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    /// As its owner.
    Owner,
    /// As if it had not been sent.
    Nobody,
    /// Not at all.
    Refused,
}

impl TokenLimits {
    /// Reads the limits of a session.
    pub(crate) fn of(session: &Session) -> serde_json::Result<Self> {
        match &session.limits {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(text),
        }
    }

    /// Whether it may do less than its owner, wherever it is used.
    pub fn is_limited(&self) -> bool {
        let Self {
            access,
            packages,
            scopes,
            orgs,
            networks: _,
            key_scopes,
        } = self;
        if let Some(scopes) = key_scopes {
            return !scopes.iter().any(KeyScope::is_everything);
        }
        *access != TokenAccess::Write
            || !packages.is_empty()
            || !scopes.is_empty()
            || orgs.is_some()
    }

    /// Whether a session has any, of whatever kind. Those that cannot be read are some.
    pub(crate) fn are_in(session: &Session) -> bool {
        let limits = session.limits.as_deref();
        limits.is_some_and(|text| {
            !serde_json::from_str::<Self>(text).is_ok_and(|limits| limits == Self::default())
        })
    }

    /// Whether it may be used from an address.
    pub(crate) fn admits(&self, address: IpAddr) -> bool {
        // A socket that takes both families shows IPv4 as IPv6.
        let address = address.to_canonical();
        self.networks.is_empty()
            || self
                .networks
                .iter()
                .any(|network| network.contains(&address))
    }

    /// As whom it does something with a package. It reads what it is not for like anybody, since
    /// leaving it out would do the same.
    pub(crate) fn reach(&self, action: Action, package: &PackageName) -> Reach {
        if let Some(scopes) = &self.key_scopes {
            return if scopes.iter().any(|scope| scope.allows(action, package)) {
                Reach::Owner
            } else if action == Action::Read {
                Reach::Nobody
            } else {
                Reach::Refused
            };
        }
        let is_for_all = self.packages.is_empty() && self.scopes.is_empty();
        let is_for = is_for_all
            || self.packages.iter().any(|name| name == package.as_str())
            || package
                .scope()
                .is_some_and(|scope| self.scopes.iter().any(|named| named == scope));
        match (action, self.access) {
            // Owners and access outlive a token that leaks and is revoked.
            (Action::Administer, _) if self.is_limited() => Reach::Refused,
            (_, TokenAccess::Write) | (Action::Read, TokenAccess::Read) if is_for => Reach::Owner,
            (Action::Read, _) => Reach::Nobody,
            _ => Reach::Refused,
        }
    }

    /// Whether it may look after an organisation, if its owner may.
    pub(crate) fn allows_org(&self, org: &str) -> bool {
        match &self.orgs {
            Some(named) => named.iter().any(|named| named == org),
            None => !self.is_limited(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::parse(text).unwrap()
    }

    #[test]
    fn a_token_without_limits_is_its_owner() {
        let limits = TokenLimits::default();
        assert!(!limits.is_limited() && limits.allows_org("acme"));
        assert!(limits.admits("203.0.113.9".parse().unwrap()));
        for action in Action::ALL {
            assert_eq!(limits.reach(action, &name("x")), Reach::Owner, "{action}");
        }
    }

    #[test]
    fn a_token_that_reads_does_nothing_else() {
        let limits = TokenLimits {
            access: TokenAccess::Read,
            ..TokenLimits::default()
        };
        assert!(limits.is_limited() && !limits.allows_org("acme"));
        for action in Action::ALL {
            let expected = match action {
                Action::Read => Reach::Owner,
                _ => Reach::Refused,
            };
            assert_eq!(limits.reach(action, &name("x")), expected, "{action}");
        }
    }

    #[test]
    fn a_token_for_some_packages_is_nobody_elsewhere() {
        let limits = TokenLimits {
            packages: vec!["left-pad".to_owned()],
            scopes: vec!["acme".to_owned()],
            ..TokenLimits::default()
        };
        for (package, publish, read) in [
            ("left-pad", Reach::Owner, Reach::Owner),
            ("@acme/left-pad", Reach::Owner, Reach::Owner),
            ("@acme-other/left-pad", Reach::Refused, Reach::Nobody),
            ("acme", Reach::Refused, Reach::Nobody),
            ("left-pad-2", Reach::Refused, Reach::Nobody),
        ] {
            let package = name(package);
            assert_eq!(
                limits.reach(Action::Publish, &package),
                publish,
                "{package}"
            );
            assert_eq!(limits.reach(Action::Read, &package), read, "{package}");
        }
        assert!(!limits.allows_org("acme"), "packages are no organisation");
        let mine = name("left-pad");
        assert_eq!(limits.reach(Action::Administer, &mine), Reach::Refused);
    }

    #[test]
    fn a_token_for_no_organisation_is_limited() {
        let limits = TokenLimits {
            orgs: Some(Vec::new()),
            ..TokenLimits::default()
        };
        assert!(limits.is_limited() && !limits.allows_org("acme"));
        assert_eq!(limits.reach(Action::Publish, &name("x")), Reach::Owner);
    }

    #[test]
    fn a_token_for_an_organisation_alone_reads_like_anybody() {
        let limits = TokenLimits {
            access: TokenAccess::Nothing,
            orgs: Some(vec!["acme".to_owned()]),
            ..TokenLimits::default()
        };
        assert!(limits.allows_org("acme") && !limits.allows_org("other"));
        assert_eq!(limits.reach(Action::Read, &name("@acme/x")), Reach::Nobody);
        assert_eq!(limits.reach(Action::Tag, &name("@acme/x")), Reach::Refused);
    }

    #[test]
    fn addresses_are_compared_in_their_own_family() {
        let limits = TokenLimits {
            networks: vec![
                "10.0.0.0/8".parse().unwrap(),
                "2001:db8::/32".parse().unwrap(),
            ],
            ..TokenLimits::default()
        };
        for (address, admitted) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("11.0.0.1", false),
            ("2001:db8::1", true),
            ("2001:db9::1", false),
            ("::1", false),
        ] {
            assert_eq!(
                limits.admits(address.parse().unwrap()),
                admitted,
                "{address}"
            );
        }
        assert!(
            !limits.is_limited(),
            "it may do everything, where it may be used"
        );
    }

    #[test]
    fn a_key_does_what_its_scopes_say_and_no_more() {
        let of = |scopes: &[&str]| TokenLimits {
            key_scopes: Some(scopes.iter().map(|text| text.parse().unwrap()).collect()),
            ..TokenLimits::default()
        };
        let key = of(&["read:@acme/*", "publish:@acme/x"]);
        assert!(key.is_limited() && !key.allows_org("acme"));
        for (package, action, reach) in [
            ("@acme/x", Action::Publish, Reach::Owner),
            ("@acme/y", Action::Publish, Reach::Refused),
            ("@acme/y", Action::Read, Reach::Owner),
            ("left-pad", Action::Read, Reach::Nobody),
            ("@acme/x", Action::Administer, Reach::Refused),
        ] {
            assert_eq!(
                key.reach(action, &name(package)),
                reach,
                "{action} {package}"
            );
        }
        let none = of(&[]);
        assert!(none.is_limited());
        assert_eq!(none.reach(Action::Read, &name("x")), Reach::Nobody);
        let admin = of(&["read", "admin"]);
        assert!(!admin.is_limited() && admin.allows_org("acme"));
        assert!(of(&["admin:@acme/*"]).is_limited());
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<TokenLimits>(&text).unwrap(), key);
    }

    #[test]
    fn limits_outlive_the_catalogue() {
        let limits = TokenLimits {
            access: TokenAccess::Read,
            scopes: vec!["acme".to_owned()],
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            ..TokenLimits::default()
        };
        let text = serde_json::to_string(&limits).unwrap();
        assert_eq!(serde_json::from_str::<TokenLimits>(&text).unwrap(), limits);
    }
}
