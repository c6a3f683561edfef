//! Tokens, keys and logins that mean no good.
//!
//! Each story tries one thing and its variations on a registry in which there is something to protect. Every
//! attempt is refused with the right status and a text that clients can print; nothing of a token, a password,
//! a hash or of other people comes back in an answer or gets into the log; and after all of it the package is
//! what it was.
//!
//! `algorithms`, `kids` and `claims` forge tokens, some with the registry's own keys: what is wrong with such a
//! token is then the one thing that the story is about. `ended` brings back what is over, `web_login` what was
//! answered, `refresh` what was exchanged; `keys` guesses and overstretches API keys, `places` pretends to be
//! elsewhere, and `rights` asks for more than somebody has.

mod algorithms;
mod claims;
mod ended;
mod issuers;
mod keys;
mod kids;
mod people;
mod places;
mod refresh;
mod rights;
mod web_login;

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use integration::forge::{Forge, SigningKey, opened};
use integration::{
    Http, PASSWORD, PREMIUM_TYPES, Package, Registry, Response, User, eventually, write_flags,
};
use serde_json::Value;

/// What is to be protected: its owner alone may read it.
const PACKAGE: &str = "@victim/plan";

/// A name that is nowhere else, so that finding it anywhere means something.
const VICTIM: &str = "victoria.of.the.plan";

const RULES: &str = "[access.\"@victim/*\"]\nread = [\"victoria.of.the.plan\"]\npublish = [\"victoria.of.the.plan\"]\n";

const LIMIT: Duration = Duration::from_secs(10);

/// A registry with something to protect.
struct Ground {
    registry: Registry,
    /// The first account, which is an admin's.
    root: User,
    /// Owns the package. Tokens are forged in her name.
    victim: User,
    /// The same person, with a token that was signed by the other key.
    with_eddsa: User,
    forge: Forge,
    before: Value,
    secrets: RefCell<Vec<String>>,
}

impl Ground {
    fn start() -> Self {
        Self::with("")
    }

    /// Starts it with more settings than the rule about the package.
    fn with(config: &str) -> Self {
        let config = format!("{config}\n{RULES}");
        // The more is logged, the more could be told.
        let options = Registry::options().env("REGISTRY_FEATURE_DEBUG", "1");
        let registry = options.config(&config).start();
        let root = registry.user("root");
        // The harness gives a server its RSA key; the other one is made when a login first needs it.
        write_flags(&registry.lockfile(), PREMIUM_TYPES);
        let with_eddsa = signed_by(SigningKey::Ed25519, &registry);
        write_flags(&registry.lockfile(), 0);
        let victim = signed_by(SigningKey::Rsa, &registry);
        let package = Package::new(PACKAGE, "1.0.0");
        package.publish(&victim.http).send().expect(201);
        let before = document(&victim);
        let secrets = vec![
            PASSWORD.to_owned(),
            root.token.clone(),
            victim.token.clone(),
            with_eddsa.token.clone(),
            // What the hash of a password begins with.
            "$argon2".to_owned(),
        ];
        Self {
            forge: Forge::of(&registry),
            secrets: RefCell::new(secrets),
            registry,
            root,
            victim,
            with_eddsa,
            before,
        }
    }

    /// Speaks to the registry with this token, which must not come back from now on.
    fn holding(&self, token: &str) -> Http {
        self.secret(token);
        self.registry.http().with_token(token)
    }

    fn secret(&self, secret: &str) {
        // What is short stands in other words by chance.
        if secret.len() >= 16 {
            self.secrets.borrow_mut().push(secret.to_owned());
        }
    }

    /// Returns the claims of the victim's own token that was signed by a key.
    fn claims(&self, key: SigningKey) -> Value {
        let user = match key {
            SigningKey::Rsa => &self.victim,
            SigningKey::Ed25519 => &self.with_eddsa,
        };
        opened(&user.token).1
    }

    /// Checks a refusal that tells nothing, and returns its text.
    #[track_caller]
    fn refused(&self, what: &str, answer: &Response, statuses: &[u16]) -> String {
        assert!(
            statuses.contains(&answer.status),
            "{what} should be refused with one of {statuses:?}: {answer}"
        );
        let text = answer.error();
        let whole = answer.to_string();
        assert!(
            !whole.contains("sha512-"),
            "{what} tells an integrity: {answer}"
        );
        for secret in self.secrets.borrow().iter() {
            assert!(!whole.contains(secret), "{what} tells {secret}: {answer}");
        }
        text
    }

    /// Checks that a token is good for nothing, for this reason, and that nobody is told whose it pretends to be.
    #[track_caller]
    fn token_is_refused(&self, what: &str, token: &str, reason: &str) {
        let http = self.holding(token);
        let tries = [
            ("asking who it is", http.get("/-/whoami"), &[401][..]),
            ("listing tokens", http.get("/-/npm/v1/tokens"), &[401]),
            ("reading", http.get("/@victim%2fplan"), &[401, 404]),
            (
                "downloading",
                http.get("/@victim/plan/-/plan-1.0.0.tgz"),
                &[401, 404],
            ),
            (
                "tagging",
                http.put("/-/package/@victim%2fplan/dist-tags/evil")
                    .body("\"1.0.0\""),
                &[401],
            ),
            (
                "publishing",
                Package::new(PACKAGE, "6.6.6").publish(&http),
                &[401],
            ),
        ];
        for (wish, request, statuses) in tries {
            let answer = request.send();
            let what = format!("{what}, {wish}");
            self.refused(&what, &answer, statuses);
            assert!(
                !answer.to_string().contains(VICTIM),
                "{what} names her: {answer}"
            );
            if answer.status == 401 {
                assert_eq!(
                    answer.required_header("www-authenticate"),
                    "Bearer",
                    "{what}"
                );
            }
        }
        let answer = http.get("/_auth/verify").send();
        let what = format!("{what}, asking whether it is valid");
        self.refused(&what, &answer, &[401]);
        assert_eq!(answer.json()["valid"], false, "{what}: {answer}");
        let said = answer.json()["reason"].take();
        let mut reasons = reason.split(" or ");
        assert!(
            reasons.any(|reason| said == reason),
            "{what} should be {reason}: {answer}"
        );
        let fields = answer.json().as_object().unwrap().len();
        assert_eq!(
            fields, 4,
            "{what} tells more than valid, reason, error and message: {answer}"
        );
    }

    /// Checks that a token counts, so that refusals of others like it mean something.
    #[track_caller]
    fn token_counts(&self, token: &str, name: &str) {
        let answer = self.holding(token).get("/-/whoami").send().expect(200);
        assert_eq!(answer.json()["username"], name);
    }

    /// Checks that nothing came of it all.
    #[track_caller]
    fn unharmed(self) {
        let Self {
            registry,
            root,
            before,
            secrets,
            ..
        } = self;
        // Whatever happened to her tokens, her account is there.
        let after = document(&registry.user(VICTIM));
        assert_eq!(after, before);
        root.http.get("/-/whoami").send().expect(200);
        let log = registry.stderr();
        for secret in secrets.borrow().iter() {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
        assert!(!log.contains("panicked"), "{log}");
        registry.command(&["verify"]).exits(0);
    }
}

#[track_caller]
fn document(owner: &User) -> Value {
    owner.http.get("/@victim%2fplan").send().expect(200).json()
}

/// Logs the victim in until the token is signed by this key.
fn signed_by(key: SigningKey, registry: &Registry) -> User {
    let (user, _) = eventually("the flipped flag", LIMIT, || {
        let user = registry.user(VICTIM);
        (opened(&user.token).0["alg"] == key.alg()).then_some(user)
    });
    user
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}
