//! `publish`.

use client::Registry;
use console::{CommandError, Done, Progress, Published, ToPublish};

pub(super) fn publish(
    _: &Registry,
    _: &ToPublish,
    _: &mut (dyn FnMut(Progress) + Send),
) -> Done<Published> {
    Err(CommandError::unavailable("`publish` is not there yet").hint("`npm publish` does it"))
}
