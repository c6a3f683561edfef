//! Security advisories, from a file of the registry's own. Nothing that is asked here leaves the
//! machine, so no private name does.
//!
//! - `POST /-/npm/v1/security/advisories/bulk` — every `npm install`, `npm audit`
//! - `POST /-/npm/v1/security/audits`, `…/audits/quick` — yarn 1, old npm and pnpm

mod advisories;
mod bulk;
mod report;
mod tree;

use bytes::Bytes;
use web::receive;

use crate::{
    bodies::Room,
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest question, in bytes: some ten thousand packages with their versions.
pub(crate) const LONGEST: usize = 8 * 1024 * 1024;

/// Receives a question, and the room that it takes. Anybody may ask, so all questions together share
/// less room than what accounts send.
async fn question(context: &Context<'_>, body: &mut Incoming) -> Result<(Bytes, Room), Reject> {
    let mut room = context.questions.begin();
    let has_room = |bytes| room.grow_to(bytes);
    let body = receive::whole_within(context.headers, body, LONGEST, has_room).await?;
    Ok((body, room))
}

pub use advisories::{Advisories, AdvisoryError};
pub(crate) use bulk::BulkAudit;
pub(crate) use report::AuditReport;
