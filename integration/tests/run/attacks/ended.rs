//! What is over, and comes back.

use integration::forge::SigningKey;
use integration::{PASSWORD, User};
use serde_json::json;

use super::{Ground, VICTIM, now};

/// Nothing that is signed anew opens again what was ended: the session counts, not the token.
#[track_caller]
pub(super) fn stays_over(ground: &Ground, what: &str, token: &str) {
    ground.token_is_refused(what, token, "revoked");
    for key in SigningKey::BOTH {
        let mut claims = integration::forge::opened(token).1;
        claims["exp"] = json!(now() + 1000);
        let renewed = ground.forge.proper(key, &claims);
        let reason = "revoked or bad_signature";
        ground.token_is_refused(&format!("{what}, renewed"), &renewed, reason);
    }
}

#[test]
fn a_session_that_was_logged_out_stays_over() {
    let mut ground = Ground::start();
    let User { token, http, .. } = ground.registry.user(VICTIM);
    ground.token_counts(&token, VICTIM);
    let path = format!("/-/user/token/{token}");
    http.request("DELETE", &path).send().expect(200);
    stays_over(&ground, "logged out", &token);
    // Nor is it open again for a server that has forgotten what it knew.
    ground.registry.kill_9();
    ground.registry.restart();
    stays_over(&ground, "logged out before a restart", &token);
    // The other sessions of the same person are.
    ground.token_counts(&ground.victim.token, VICTIM);
    ground.unharmed();
}

#[test]
fn a_changed_password_ends_the_other_logins() {
    let ground = Ground::start();
    let (here, elsewhere) = (ground.registry.user("bob"), ground.registry.user("bob"));
    ground.token_counts(&elsewhere.token, "bob");
    let change = json!({ "password": { "old": PASSWORD, "new": "another password" } });
    let request = here.http.request("POST", "/-/npm/v1/user").json(&change);
    request.send().expect(200);
    stays_over(&ground, "of the old password", &elsewhere.token);
    ground.token_counts(&here.token, "bob");
    ground.unharmed();
}
