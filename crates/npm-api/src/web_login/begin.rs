use auth::web_login::Asker;
use http::{StatusCode, header};
use web::{Response, receive, reply};

use super::wire::{self, Addresses};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes: npm says in it whether an account is wanted, yarn 4 sends none.
const LONGEST: usize = 64 * 1024;

/// Begins a login and says where the person and the client go from here.
#[derive(Debug)]
pub(crate) struct BeginLogin;

impl BeginLogin {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        context.refuse_other_sites("a login is begun by a client, and not by another page")?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        context.auth.check_issues_here(context.settings).await?;
        let client = context.headers.get(header::USER_AGENT);
        let client = client.and_then(|value| value.to_str().ok()).unwrap_or("");
        let login = context.auth.begin_web_login(Asker {
            address: context.address,
            client: client.to_owned(),
            wants_account: wire::wants_account(&body)?,
        })?;
        let base = &context.base;
        let addresses = Addresses {
            login: format!("{base}/-/v1/login/{}", login.page),
            done: format!("{base}/-/v1/done/{}", login.poll),
        };
        Ok(reply::json(StatusCode::OK, &addresses))
    }
}
