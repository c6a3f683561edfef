use http::StatusCode;
use serde::Serialize;
use web::{Response, reply};

use crate::service::Context;

/// Lists the keys that hosted versions are signed with.
#[derive(Debug)]
pub(crate) struct ListKeys;

#[derive(Serialize)]
struct Keys<'a> {
    keys: [Key<'a>; 1],
}

#[derive(Serialize)]
struct Key<'a> {
    expires: Option<&'static str>,
    keyid: &'a str,
    keytype: &'static str,
    scheme: &'static str,
    #[serde(rename = "key")]
    public: &'a str,
}

impl ListKeys {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self, context: &Context<'_>) -> Response {
        const KIND: &str = "ecdsa-sha2-nistp256";
        let key = context.auth.package_key();
        let key = Key {
            expires: None,
            keyid: key.keyid(),
            keytype: KIND,
            scheme: KIND,
            public: key.public(),
        };
        reply::json(StatusCode::OK, &Keys { keys: [key] })
    }
}
