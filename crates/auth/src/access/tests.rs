use super::*;
use crate::limits::TokenAccess;

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

#[test]
fn a_limited_token_acts_only_as_far_as_it_reaches() {
    let limits = TokenLimits {
        access: TokenAccess::Read,
        scopes: vec!["acme".to_owned()],
        ..TokenLimits::default()
    };
    let limited = Arc::new(Caller {
        name: "alice".to_owned(),
        email: String::new(),
        role: Role::Publisher,
        limits,
        session: String::new(),
    });
    let acts = |action, package| acting(Some(&limited), action, &name(package)).is_some();
    assert!(acts(Action::Read, "@acme/x"));
    assert!(!acts(Action::Read, "@other/x"));
    assert!(!acts(Action::Publish, "@acme/x"));
}
