//! The person who approves a login in a browser, as far as a client notices.

use integration::{PASSWORD, Registry, percent_encoded};

/// Finds the address of a login page in what a client has printed.
pub(super) fn address(registry: &Registry, said: &str) -> Option<String> {
    let marker = "/-/v1/login/";
    let at = said.find(marker)? + marker.len();
    let page: String = said[at..]
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    // Only once the whole line is there.
    (said.contains(&registry.url()) && page.len() >= 32).then(|| format!("{marker}{page}"))
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
