//! The person who approves a login in a browser, as far as a client notices.

use integration::{PASSWORD, Registry, percent_encoded};

/// Finds the path of a login page in what a client has printed: an address below this base URL.
pub(super) fn page_path(base: &str, said: &str) -> Option<String> {
    path(base, "/-/v1/login/", said)
}

/// Finds the path at which the client waits for its token, in what the registry has answered it.
pub(super) fn done_path(base: &str, answered: &str) -> Option<String> {
    path(base, "/-/v1/done/", answered)
}

fn path(base: &str, below: &str, text: &str) -> Option<String> {
    let start = format!("{base}{below}");
    let rest = &text[text.find(&start)? + start.len()..];
    let secret: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    // Only once the whole of it is there.
    (secret.len() >= 32).then(|| format!("{below}{secret}"))
}

/// Opens the page and approves the login in somebody's name.
#[track_caller]
pub(super) fn approve(registry: &Registry, page: &str, name: &str, new: bool) {
    let http = registry.http();
    http.get(page).send().expect(200);
    let new = if new { "&new=1" } else { "" };
    let body = format!(
        "name={name}&password={}&answer=approve{new}",
        percent_encoded(PASSWORD)
    );
    http.request("POST", page)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .expect(200);
}
