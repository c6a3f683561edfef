use std::fmt;

use auth::{Credentials, LoggedIn};
use http::StatusCode;
use web::{Response, receive, reply};

use super::wire::{Issued, Login as LoginBody};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest login document, in bytes.
const LONGEST: usize = 64 * 1024;

/// Logs in, and makes the account where that is allowed.
///
/// The `Authorization` header plays no part: npm sends the stale token that it wants to replace.
pub(crate) struct Login {
    name: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("name", &self.name).finish()
    }
}

impl Login {
    /// What stands before the user name in the path, since the days of `CouchDB`.
    pub(crate) const PREFIX: &'static str = "org.couchdb.user:";

    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let LoginBody {
            name,
            password,
            email,
        } = LoginBody::parse(&body)?;
        if name != self.name {
            return Err(Reject::bad_request(
                "the user name differs from the one in the path",
            ));
        }
        let credentials = Credentials {
            name,
            password,
            email,
        };
        let logged_in = context
            .auth
            .login(credentials, context.settings, context.address)
            .await?;
        if logged_in.created {
            tracing::info!(user = logged_in.name, "a new account was made");
        }
        Ok(issued(&logged_in))
    }
}

/// Hands out the token of a login.
pub(crate) fn issued(logged_in: &LoggedIn) -> Response {
    let id = format!("{}{}", Login::PREFIX, logged_in.name);
    // Old clients send `rev` back to us, and we do not look at it.
    let told = Issued {
        ok: true,
        id: &id,
        rev: "1",
        token: &logged_in.token,
    };
    reply::json(StatusCode::CREATED, &told)
}
