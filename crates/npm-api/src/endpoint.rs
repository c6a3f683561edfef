//! Everything a client can ask for, as one closed enum: what each thing needs, and how it is applied.

use auth::{Need, Permit};
use bytes::Bytes;
use http_body::Body;
use web::Response;

use crate::{
    account::{GetUser, Login, Logout, WhoAmI},
    audit::{AuditReport, BulkAudit},
    change::{DeletePackage, DeleteTarball, PutPackage, PutRevision},
    dist_tag::{ListDistTags, RemoveDistTag, SetDistTag},
    packument::{GetManifest, GetPackument},
    reject::Reject,
    search::{ListAll, Search},
    service::Context,
    signature::ListKeys,
    star::StarredBy,
    status::{Ping, Robots, Root},
    tarball::GetTarball,
};

/// Everything a client can ask for: one variant for each method and path.
#[derive(Debug)]
pub(crate) enum Endpoint {
    /// `GET /`
    Root(Root),
    /// `GET /-/ping`
    Ping(Ping),
    /// `GET /robots.txt`
    Robots(Robots),
    /// `GET /-/whoami`
    WhoAmI(WhoAmI),
    /// `GET /-/user/org.couchdb.user:{user}`
    GetUser(GetUser),
    /// `PUT /-/user/org.couchdb.user:{user}`
    Login(Login),
    /// `DELETE /-/user/token/{token}`
    Logout(Logout),
    /// `GET /{package}`
    GetPackument(GetPackument),
    /// `GET /{package}/{version or dist-tag}`
    GetManifest(GetManifest),
    /// `GET /{package}/-/{file}`
    GetTarball(GetTarball),
    /// `PUT /{package}`
    PutPackage(PutPackage),
    /// `PUT /{package}/-rev/{rev}`
    PutRevision(PutRevision),
    /// `DELETE /{package}/-rev/{rev}`
    DeletePackage(DeletePackage),
    /// `DELETE /{package}/-/{file}/-rev/{rev}`
    DeleteTarball(DeleteTarball),
    /// `GET /-/v1/search`
    Search(Search),
    /// `GET /-/all`
    ListAll(ListAll),
    /// `POST /-/npm/v1/security/advisories/bulk`
    BulkAudit(BulkAudit),
    /// `POST /-/npm/v1/security/audits` and `…/quick`
    AuditReport(AuditReport),
    /// `GET /-/npm/v1/keys`
    ListKeys(ListKeys),
    /// `GET /-/_view/starredByUser`
    StarredBy(StarredBy),
    /// `GET /-/package/{package}/dist-tags`
    ListDistTags(ListDistTags),
    /// `PUT /-/package/{package}/dist-tags/{tag}`
    SetDistTag(SetDistTag),
    /// `DELETE /-/package/{package}/dist-tags/{tag}`
    RemoveDistTag(RemoveDistTag),
}

impl Endpoint {
    /// What has to be permitted before [`Endpoint::apply`] can run.
    pub(crate) fn need(&self) -> Need {
        match self {
            // A list is filtered by what its reader may read.
            Self::Root(_)
            | Self::Ping(_)
            | Self::Robots(_)
            | Self::Login(_)
            | Self::Search(_)
            | Self::ListAll(_)
            | Self::BulkAudit(_)
            | Self::AuditReport(_)
            | Self::ListKeys(_)
            | Self::StarredBy(_) => Need::Nothing,
            Self::WhoAmI(_) | Self::Logout(_) | Self::GetUser(_)
            // What these need beyond an account stands in their bodies.
            | Self::PutPackage(_) | Self::PutRevision(_) => Need::Account,
            Self::GetPackument(it) => it.need(),
            Self::GetManifest(it) => it.need(),
            Self::GetTarball(it) => it.need(),
            Self::DeletePackage(it) => it.need(),
            Self::DeleteTarball(it) => it.need(),
            Self::ListDistTags(it) => it.need(),
            Self::SetDistTag(it) => it.need(),
            Self::RemoveDistTag(it) => it.need(),
        }
    }

    /// Does what was asked. Only here is the body read.
    pub(crate) async fn apply<B>(
        self,
        permit: Permit,
        context: &Context<'_>,
        body: &mut B,
    ) -> Result<Response, Reject>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        match self {
            Self::Root(it) => Ok(it.apply(context)),
            Self::Ping(it) => Ok(it.apply()),
            Self::Robots(it) => Ok(it.apply()),
            Self::WhoAmI(it) => Ok(it.apply(&permit)),
            Self::GetUser(it) => it.apply(context).await,
            Self::Login(it) => it.apply(context, body).await,
            Self::Logout(it) => it.apply(&permit, context).await,
            Self::GetPackument(it) => it.apply(&permit, context).await,
            Self::GetManifest(it) => it.apply(&permit, context).await,
            Self::GetTarball(it) => it.apply(&permit, context).await,
            Self::PutPackage(it) => it.apply(&permit, context, body).await,
            Self::PutRevision(it) => it.apply(&permit, context, body).await,
            Self::DeletePackage(it) => it.apply(context).await,
            Self::DeleteTarball(it) => it.apply(context).await,
            Self::Search(it) => it.apply(&permit, context).await,
            Self::ListAll(it) => it.apply(&permit, context).await,
            Self::BulkAudit(it) => it.apply(context, body).await,
            Self::AuditReport(it) => Ok(it.apply()),
            Self::ListKeys(it) => Ok(it.apply(context)),
            Self::StarredBy(it) => it.apply(&permit, context).await,
            Self::ListDistTags(it) => it.apply(&permit, context).await,
            Self::SetDistTag(it) => it.apply(context, body).await,
            Self::RemoveDistTag(it) => it.apply(context).await,
        }
    }
}
