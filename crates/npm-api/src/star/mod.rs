//! Stars. npm sets one by changing the package's document, see `change`; pnpm has paths of its own.
//!
//! - `GET /-/_view/starredByUser?key="{user}"` — `npm stars`
//! - `GET /-/user/v1/star` — `pnpm stars`
//! - `PUT` and `DELETE /-/user/v1/star` — `pnpm star`, `pnpm unstar`

mod list;
mod own;
mod set;
mod wire;

use auth::{Action, Permit};
use npm_model::PackageName;

use crate::{reject::Reject, service::Context};

pub(crate) use list::StarredBy;
pub(crate) use own::ListOwnStars;
pub(crate) use set::SetStar;

/// The packages that a user starred, as far as the caller may read them.
async fn readable_stars(
    permit: &Permit,
    context: &Context<'_>,
    user: &str,
) -> Result<Vec<PackageName>, Reject> {
    let starred = context.store.starred_by(user).await?;
    let readable = context
        .where_caller_may(permit, Action::Read, starred)
        .await?;
    Ok(readable)
}
