//! `publish`.

use console::{CommandError, Done, Progress, Published, ToPublish};

use super::LocalDesk;

pub(super) fn publish(
    _: &LocalDesk,
    _: &ToPublish,
    _: &mut (dyn FnMut(Progress) + Send),
) -> Done<Published> {
    Err(CommandError::unavailable("`publish` is not there yet").hint("`npm publish` does it"))
}
