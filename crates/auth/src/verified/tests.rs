use catalog::Role;

use super::*;
use crate::limits::TokenLimits;

const LATER: u64 = u64::MAX;

/// The issuer that the 13 bytes choose.
const ISSUER: &str = "https://auth.example.com";

impl VerifiedTokens {
    /// Makes every verified token as old as one that is believed no longer.
    pub(crate) fn age(&self) {
        for verified in self.lock().verified.values_mut() {
            verified.checked = verified.checked.checked_sub(BELIEVED).unwrap();
        }
    }
}

fn caller(session: &str) -> Arc<Caller> {
    Arc::new(Caller {
        name: "alice".to_owned(),
        email: String::new(),
        role: Role::Publisher,
        limits: TokenLimits::default(),
        session: session.to_owned(),
    })
}

fn is_remembered(tokens: &VerifiedTokens, token: &str) -> bool {
    matches!(
        tokens.get(&Sent::token(token), SystemTime::now(), ISSUER),
        Some(Known::Fresh(_))
    )
}

#[test]
fn a_verified_token_is_believed_for_a_while() {
    let tokens = VerifiedTokens::default();
    tokens.put(Sent::token("a"), Verified::ours(caller("1"), LATER), 0);
    assert!(is_remembered(&tokens, "a"));
    assert!(!is_remembered(&tokens, "b"));
    tokens.age();
    assert!(!is_remembered(&tokens, "a"));
    let known = tokens.get(&Sent::token("a"), SystemTime::now(), ISSUER);
    assert!(matches!(known, Some(Known::Stale(session)) if session == "1"));
}

#[test]
fn a_remembered_token_expires_on_time() {
    let tokens = VerifiedTokens::default();
    let now = SystemTime::now();
    tokens.put(
        Sent::token("a"),
        Verified::ours(caller("1"), token::seconds(now) + 1),
        0,
    );
    assert!(tokens.get(&Sent::token("a"), now, ISSUER).is_some());
    let later = now + Duration::from_secs(1);
    assert!(tokens.get(&Sent::token("a"), later, ISSUER).is_none());
}

#[test]
fn the_tokens_of_an_ended_session_are_forgotten() {
    let tokens = VerifiedTokens::default();
    tokens.put(Sent::token("a"), Verified::ours(caller("1"), LATER), 0);
    tokens.put(Sent::token("b"), Verified::ours(caller("2"), LATER), 0);
    tokens.forget(&["1".to_owned()]);
    assert!(!is_remembered(&tokens, "a"));
    assert!(is_remembered(&tokens, "b"));
}

#[test]
fn a_session_that_ends_while_it_is_looked_up_is_not_remembered() {
    let tokens = VerifiedTokens::default();
    // A request finds the session open…
    let ended_before = tokens.ended();
    // …another one logs out and is answered…
    tokens.forget(&["1".to_owned()]);
    // …and only now the first one remembers what it saw.
    tokens.put(
        Sent::token("a"),
        Verified::ours(caller("1"), LATER),
        ended_before,
    );
    assert!(!is_remembered(&tokens, "a"));
    // The next look-up sees the session as it is now, and may be remembered.
    tokens.put(
        Sent::token("a"),
        Verified::ours(caller("1"), LATER),
        tokens.ended(),
    );
    assert!(is_remembered(&tokens, "a"));
}

#[test]
fn many_tokens_take_bounded_memory_and_make_room_again() {
    let tokens = VerifiedTokens::default();
    let key = |number: usize| {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        Sent::Token(key)
    };
    let caller = caller("1");
    for number in 0..REMEMBERED + 10 {
        tokens.put(key(number), Verified::ours(Arc::clone(&caller), LATER), 0);
    }
    assert_eq!(tokens.lock().verified.len(), REMEMBERED);
    tokens.age();
    tokens.put(
        key(REMEMBERED),
        Verified::ours(Arc::clone(&caller), LATER),
        0,
    );
    assert_eq!(tokens.lock().verified.len(), 1);
}

#[test]
fn the_last_use_is_kept_until_it_is_taken() {
    let uses = LastUses::default();
    let from = |address: &str| address.parse::<IpAddr>().unwrap();
    uses.note("1", from("192.0.2.1"));
    uses.note("1", from("::ffff:192.0.2.2"));
    assert_eq!(uses.of("1").unwrap().from, "192.0.2.2");
    assert!(uses.of("2").is_none());
    assert_eq!(uses.take().len(), 1);
    assert!(uses.of("1").is_none() && uses.take().is_empty());
}

#[test]
fn another_issuers_token_is_believed_while_that_one_is_chosen() {
    let tokens = VerifiedTokens::default();
    let verified = Verified::elsewhere(caller(""), LATER, ISSUER.to_owned());
    tokens.put(Sent::token("a"), verified, 0);
    let (key, now) = (Sent::token("a"), SystemTime::now());
    assert!(tokens.get(&key, now, ISSUER).is_some());
    let other = "https://auth.mycompany.com";
    assert!(tokens.get(&key, now, other).is_none());
    tokens.age();
    assert!(tokens.get(&key, now, ISSUER).is_none(), "it is proven anew");
}
