//! Security advisories, from a file of the registry's own. Nothing that is asked here leaves the
//! machine, so no private name does.
//!
//! - `POST /-/npm/v1/security/advisories/bulk` — every `npm install`, `npm audit`
//! - `POST /-/npm/v1/security/audits`, `…/audits/quick` — yarn 1, old npm and pnpm

mod advisories;
mod bulk;
mod report;
mod tree;

/// Longest question, in bytes: some ten thousand packages with their versions.
const LONGEST: usize = 8 * 1024 * 1024;

pub use advisories::{Advisories, AdvisoryError};
pub(crate) use bulk::BulkAudit;
pub(crate) use report::AuditReport;
