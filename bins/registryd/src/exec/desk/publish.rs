//! `publish`: to the server that runs, since a publish is more than rows and files.

use console::{Done, Progress, Published, ToPublish};
use publishing::Home;

use super::{LocalDesk, server};

/// What to do when the server does not answer.
const WHEN_DOWN: &str = "start the server with `registryd`; --dry-run needs none";

pub(super) async fn publish(
    desk: &LocalDesk,
    what: &ToPublish,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Done<Published> {
    let server = server::server(desk)?;
    let home = Home {
        registry: server.url().clone(),
        credentials: server.credentials().cloned(),
        also: vec![server::parse(&desk.local()?.url)?],
    };
    publishing::publish(&home, WHEN_DOWN, what, progress).await
}
