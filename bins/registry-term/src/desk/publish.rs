//! `publish`.

use client::Registry;
use console::{Done, Progress, Published, ToPublish};
use publishing::Home;

use super::errors;

pub(super) async fn publish(
    registry: &Registry,
    what: &ToPublish,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Done<Published> {
    let home = Home {
        registry: registry.url().clone(),
        credentials: registry.credentials().cloned(),
        also: Vec::new(),
    };
    publishing::publish(&home, errors::WHEN_DOWN, what, progress).await
}
