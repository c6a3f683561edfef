use proptest::prelude::*;

use super::*;

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

fn ours(caller: Arc<Caller>, expires: u64) -> Verified {
    Verified {
        caller,
        expires,
        only_under: None,
        checked: Instant::now(),
    }
}

fn is_remembered(tokens: &VerifiedTokens, token: &str) -> bool {
    tokens
        .get(&fingerprint(token), SystemTime::now(), ISSUER)
        .is_some()
}

#[test]
fn the_token_of_a_bearer_header_is_found() {
    for (header, token) in [
        ("Bearer a.b.c", Some("a.b.c")),
        ("bearer a.b.c", Some("a.b.c")),
        ("BEARER   a.b.c  ", Some("a.b.c")),
        ("  Bearer a", Some("a")),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearer\ta", None),
        ("a.b.c", None),
        ("Basic YTpi", None),
        ("Bearera.b.c", None),
        ("", None),
        (" ", None),
    ] {
        assert_eq!(bearer(header), token, "{header:?}");
    }
}

#[test]
fn the_name_and_the_password_of_a_basic_header_are_found() {
    let basic = |header: &str| basic(header);
    let found = Some(("alice".to_owned(), "a:b".to_owned()));
    assert_eq!(basic("Basic YWxpY2U6YTpi"), found);
    assert_eq!(basic(" basic  YWxpY2U6YTpi "), found);
    for header in [
        "Basic",
        "Basic ",
        "Basic YWxpY2U=",
        "Basic not base64",
        "Basic /w==",
        "Bearer YWxpY2U6YTpi",
    ] {
        assert_eq!(basic(header), None, "{header}");
    }
    let long = STANDARD.encode("a:".to_owned() + &"b".repeat(LONGEST_BASIC));
    assert_eq!(basic(&format!("Basic {long}")), None);
}

#[test]
fn another_issuers_token_is_believed_while_that_one_is_chosen() {
    let tokens = VerifiedTokens::default();
    let verified = Verified {
        only_under: Some(ISSUER.to_owned()),
        ..ours(caller(""), LATER)
    };
    tokens.put(fingerprint("a"), verified, 0);
    let (key, now) = (fingerprint("a"), SystemTime::now());
    assert!(tokens.get(&key, now, ISSUER).is_some());
    assert!(
        tokens
            .get(&key, now, "https://auth.mycompany.com")
            .is_none()
    );
}

#[test]
fn a_verified_token_is_believed_for_a_while() {
    let tokens = VerifiedTokens::default();
    tokens.put(fingerprint("a"), ours(caller("1"), LATER), 0);
    assert!(is_remembered(&tokens, "a"));
    assert!(!is_remembered(&tokens, "b"));
    tokens.age();
    assert!(!is_remembered(&tokens, "a"));
}

#[test]
fn a_remembered_token_expires_on_time() {
    let tokens = VerifiedTokens::default();
    let now = SystemTime::now();
    tokens.put(
        fingerprint("a"),
        ours(caller("1"), token::seconds(now) + 1),
        0,
    );
    assert!(tokens.get(&fingerprint("a"), now, ISSUER).is_some());
    let later = now + Duration::from_secs(1);
    assert!(tokens.get(&fingerprint("a"), later, ISSUER).is_none());
}

#[test]
fn the_tokens_of_an_ended_session_are_forgotten() {
    let tokens = VerifiedTokens::default();
    tokens.put(fingerprint("a"), ours(caller("1"), LATER), 0);
    tokens.put(fingerprint("b"), ours(caller("2"), LATER), 0);
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
    tokens.put(fingerprint("a"), ours(caller("1"), LATER), ended_before);
    assert!(!is_remembered(&tokens, "a"));
    // The next look-up sees the session as it is now, and may be remembered.
    tokens.put(fingerprint("a"), ours(caller("1"), LATER), tokens.ended());
    assert!(is_remembered(&tokens, "a"));
}

#[test]
fn many_tokens_take_bounded_memory_and_make_room_again() {
    let tokens = VerifiedTokens::default();
    let key = |number: usize| {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        key
    };
    let caller = caller("1");
    for number in 0..REMEMBERED + 10 {
        tokens.put(key(number), ours(Arc::clone(&caller), LATER), 0);
    }
    assert_eq!(tokens.lock().verified.len(), REMEMBERED);
    tokens.age();
    tokens.put(key(REMEMBERED), ours(Arc::clone(&caller), LATER), 0);
    assert_eq!(tokens.lock().verified.len(), 1);
}

proptest! {
    #[test]
    fn no_header_makes_the_search_for_a_token_panic(header in "\\PC{0,40}") {
        if let Some(token) = bearer(&header) {
            prop_assert!(!token.is_empty() && header.contains(token));
        }
    }
}
