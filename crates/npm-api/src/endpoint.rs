//! Everything a client can ask for, as one closed enum: what each thing needs, and how it is applied.

use auth::{Need, Permit};
use web::Response;

use crate::{
    access::{
        GetAccess, GetVisibility, Grant, ListCollaborators, ListPackages, RevokeGrant, SetAccess,
    },
    account::{GetUser, Login, Logout, WhoAmI},
    api_key::{CreateKey, ListApiKeys, RevokeKey},
    audit::{AuditReport, BulkAudit},
    change::{DeletePackage, DeleteTarball, PutPackage, PutRevision},
    credential::{ListCredentials, RevokeCredential},
    dependent::ListDependents,
    dist_tag::{ListDistTags, MergeDistTags, RemoveDistTag, SetDistTag},
    event::ListEvents,
    exchange::{IssueToken, LookInto, RevokeShown, VerifyToken},
    issuer::{Discover, ListSigningKeys},
    live::OpenStream,
    org::{ListMembers, ListOrgs, RemoveMember, SetMember, ShowOrg, ShowTeam},
    owner::{AddOwner, ListOwners, RemoveOwner},
    packument::{GetManifest, GetPackument},
    people::{
        AddPerson, ChangePerson, GetPerson, Invite, ListOwned, ListPeople, Register, RemovePerson,
    },
    profile::{GetProfile, SetProfile},
    reject::Reject,
    rule::{ChangeRules, Explain, ListRules, RemoveRule, SetRule},
    search::{ListAll, Search},
    service::{Context, Incoming},
    signature::{GetAttestations, ListKeys},
    star::{ListOwnStars, SetStar, StarredBy},
    status::{GetStatus, Ping, Robots, Root},
    tarball::GetTarball,
    team::{ChangeTeam, CreateTeam, DestroyTeam, ListTeamMembers, ListTeams},
    token::{CreateToken, ListTokens, RevokeToken},
    web_login::{AnswerPage, BeginLogin, PollLogin, ShowPage},
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
    /// `GET /-/status`
    GetStatus(GetStatus),
    /// `GET /-/live`
    OpenStream(OpenStream),
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
    /// `GET /-/npm/v1/attestations/{package}@{version}`
    GetAttestations(GetAttestations),
    /// `GET /-/_view/starredByUser`
    StarredBy(StarredBy),
    /// `GET /-/_view/dependedUpon`
    ListDependents(ListDependents),
    /// `GET /-/package/{package}/dist-tags`
    ListDistTags(ListDistTags),
    /// `PUT /-/package/{package}/dist-tags/{tag}`
    SetDistTag(SetDistTag),
    /// `DELETE /-/package/{package}/dist-tags/{tag}`
    RemoveDistTag(RemoveDistTag),
    /// `POST /-/v1/login`
    BeginLogin(BeginLogin),
    /// `GET /-/v1/done/{poll}`
    PollLogin(PollLogin),
    /// `GET /-/v1/login/{page}`
    ShowPage(ShowPage),
    /// `POST /-/v1/login/{page}`
    AnswerPage(AnswerPage),
    /// `GET /-/npm/v1/user`
    GetProfile(GetProfile),
    /// `POST /-/npm/v1/user`
    SetProfile(SetProfile),
    /// `GET /-/npm/v1/tokens`
    ListTokens(ListTokens),
    /// `POST /-/npm/v1/tokens`
    CreateToken(CreateToken),
    /// `DELETE /-/npm/v1/tokens/token/{key}`
    RevokeToken(RevokeToken),
    /// `GET /-/org/{org}/user`
    ListMembers(ListMembers),
    /// `PUT /-/org/{org}/user`
    SetMember(SetMember),
    /// `DELETE /-/org/{org}/user`
    RemoveMember(RemoveMember),
    /// `GET /-/org/{org}/team`
    ListTeams(ListTeams),
    /// `PUT /-/org/{org}/team`
    CreateTeam(CreateTeam),
    /// `DELETE /-/team/{org}/{team}`
    DestroyTeam(DestroyTeam),
    /// `GET /-/team/{org}/{team}/user`
    ListTeamMembers(ListTeamMembers),
    /// `PUT` and `DELETE /-/team/{org}/{team}/user`
    ChangeTeam(ChangeTeam),
    /// `GET /-/package/{package}/visibility`
    GetVisibility(GetVisibility),
    /// `GET /-/package/{package}/access`
    GetAccess(GetAccess),
    /// `POST /-/package/{package}/access`
    SetAccess(SetAccess),
    /// `GET /-/package/{package}/collaborators`
    ListCollaborators(ListCollaborators),
    /// `GET /-/org/{org}/package` and the like
    ListPackages(ListPackages),
    /// `PUT /-/team/{org}/{team}/package`
    Grant(Grant),
    /// `DELETE /-/team/{org}/{team}/package`
    RevokeGrant(RevokeGrant),
    /// `GET /-/package/{package}/owners`
    ListOwners(ListOwners),
    /// `PUT /-/package/{package}/owners`
    AddOwner(AddOwner),
    /// `DELETE /-/package/{package}/owners/{user}`
    RemoveOwner(RemoveOwner),
    /// `GET /-/user/v1/star`
    ListOwnStars(ListOwnStars),
    /// `PUT` and `DELETE /-/user/v1/star`
    SetStar(SetStar),
    /// `PUT` and `POST /-/package/{package}/dist-tags`
    MergeDistTags(MergeDistTags),
    /// `POST /_auth/token`
    IssueToken(IssueToken),
    /// `GET /_auth/verify`
    VerifyToken(VerifyToken),
    /// `POST /_auth/verify`
    LookInto(LookInto),
    /// `GET /_auth/tokens`
    ListCredentials(ListCredentials),
    /// `DELETE /_auth/tokens/{id}`
    RevokeCredential(RevokeCredential),
    /// `POST /_auth/revoke`
    RevokeShown(RevokeShown),
    /// `GET /_auth/keys`
    ListApiKeys(ListApiKeys),
    /// `POST /_auth/keys`
    CreateKey(CreateKey),
    /// `DELETE /_auth/keys/{id}`
    RevokeKey(RevokeKey),
    /// `GET /_auth/rules`
    ListRules(ListRules),
    /// `PUT /_auth/rules`
    SetRule(SetRule),
    /// `PATCH /_auth/rules`
    ChangeRules(ChangeRules),
    /// `DELETE /_auth/rules`
    RemoveRule(RemoveRule),
    /// `GET /_auth/can`
    Explain(Explain),
    /// `GET /_auth/events`
    ListEvents(ListEvents),
    /// `GET /_auth/.well-known/jwks.json`
    ListSigningKeys(ListSigningKeys),
    /// `GET /_auth/.well-known/openid-configuration`
    Discover(Discover),
    /// `GET /_auth/users`
    ListPeople(ListPeople),
    /// `POST /_auth/users`
    AddPerson(AddPerson),
    /// `GET /_auth/users/{name}`
    GetPerson(GetPerson),
    /// `PATCH /_auth/users/{name}`
    ChangePerson(ChangePerson),
    /// `DELETE /_auth/users/{name}`
    RemovePerson(RemovePerson),
    /// `GET /_auth/users/{name}/packages`
    ListOwned(ListOwned),
    /// `GET /_auth/orgs`
    ListOrgs(ListOrgs),
    /// `GET /_auth/orgs/{org}`
    ShowOrg(ShowOrg),
    /// `GET /_auth/orgs/{org}/teams/{team}`
    ShowTeam(ShowTeam),
    /// `POST /_auth/invitations`
    Invite(Invite),
    /// `POST /_auth/register`
    Register(Register),
}

impl Endpoint {
    /// What has to be permitted before [`Endpoint::apply`] can run.
    pub(crate) fn need(&self) -> Need {
        match self {
            // All are answered alike, or prove in another way who they are.
            Self::Root(_)
            | Self::Ping(_)
            | Self::Robots(_)
            | Self::Login(_)
            | Self::BulkAudit(_)
            | Self::AuditReport(_)
            | Self::ListKeys(_)
            | Self::ListSigningKeys(_)
            | Self::Discover(_)
            | Self::BeginLogin(_)
            | Self::PollLogin(_)
            | Self::ShowPage(_)
            | Self::AnswerPage(_)
            | Self::IssueToken(_)
            | Self::Register(_)
            | Self::RevokeShown(_) => Need::Nobody,
            // A list is filtered by what its reader may read.
            Self::Search(_)
            | Self::ListAll(_)
            | Self::StarredBy(_)
            | Self::ListDependents(_)
            | Self::VerifyToken(_) => Need::Nothing,
            Self::GetStatus(_) | Self::OpenStream(_) => Need::Registry,
            Self::WhoAmI(_)
            | Self::Logout(_)
            | Self::GetUser(_)
            | Self::GetProfile(_)
            | Self::ListMembers(_)
            | Self::ListTeams(_)
            | Self::ListTeamMembers(_)
            | Self::ListPackages(_)
            | Self::ListOwnStars(_)
            | Self::Explain(_)
            | Self::ListOrgs(_)
            | Self::ShowOrg(_)
            | Self::ShowTeam(_)
            | Self::LookInto(_)
            // Everybody may see their own account.
            | Self::GetPerson(_)
            // What these need beyond an account stands in their bodies.
            | Self::Grant(_)
            | Self::RevokeGrant(_)
            | Self::PutPackage(_)
            | Self::PutRevision(_) => Need::Account,
            Self::SetProfile(_)
            // What else there is of its owner's is not for a token that was given away.
            | Self::ListTokens(_)
            | Self::ListApiKeys(_)
            | Self::ListCredentials(_)
            | Self::ListOwned(_)
            | Self::RevokeCredential(_)
            | Self::CreateToken(_)
            | Self::RevokeToken(_)
            | Self::SetStar(_)
            | Self::CreateKey(_)
            | Self::RevokeKey(_) => Need::OwnAccount,
            Self::ListRules(_)
            | Self::ListEvents(_)
            | Self::SetRule(_)
            | Self::ChangeRules(_)
            | Self::RemoveRule(_)
            | Self::ListPeople(_)
            | Self::AddPerson(_)
            | Self::ChangePerson(_)
            | Self::RemovePerson(_)
            | Self::Invite(_) => Need::Admin,
            Self::SetMember(it) => it.need(),
            Self::RemoveMember(it) => it.need(),
            Self::CreateTeam(it) => it.need(),
            Self::DestroyTeam(it) => it.need(),
            Self::ChangeTeam(it) => it.need(),
            Self::GetVisibility(it) => it.need(),
            Self::GetAccess(it) => it.need(),
            Self::SetAccess(it) => it.need(),
            Self::ListCollaborators(it) => it.need(),
            Self::ListOwners(it) => it.need(),
            Self::AddOwner(it) => it.need(),
            Self::RemoveOwner(it) => it.need(),
            Self::MergeDistTags(it) => it.need(),
            Self::GetPackument(it) => it.need(),
            Self::GetManifest(it) => it.need(),
            Self::GetTarball(it) => it.need(),
            Self::GetAttestations(it) => it.need(),
            Self::DeletePackage(it) => it.need(),
            Self::DeleteTarball(it) => it.need(),
            Self::ListDistTags(it) => it.need(),
            Self::SetDistTag(it) => it.need(),
            Self::RemoveDistTag(it) => it.need(),
        }
    }

    /// Does what was asked. Only here is the body read.
    pub(crate) async fn apply(
        self,
        permit: Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        match self {
            Self::Root(it) => Ok(it.apply(context)),
            Self::Ping(it) => Ok(it.apply()),
            Self::Robots(it) => Ok(it.apply()),
            Self::GetStatus(it) => it.apply(&permit, context).await,
            Self::OpenStream(it) => it.apply(permit, context).await,
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
            Self::AuditReport(it) => it.apply(context, body).await,
            Self::ListKeys(it) => Ok(it.apply(context)),
            Self::GetAttestations(it) => it.apply(&permit, context).await,
            Self::StarredBy(it) => it.apply(&permit, context).await,
            Self::ListDependents(it) => it.apply(&permit, context).await,
            Self::ListDistTags(it) => it.apply(&permit, context).await,
            Self::SetDistTag(it) => it.apply(context, body).await,
            Self::RemoveDistTag(it) => it.apply(context).await,
            Self::BeginLogin(it) => it.apply(context, body).await,
            Self::PollLogin(it) => it.apply(context).await,
            Self::ShowPage(it) => Ok(it.apply(context)),
            Self::AnswerPage(it) => it.apply(context, body).await,
            Self::GetProfile(it) => it.apply(&permit, context).await,
            Self::SetProfile(it) => it.apply(&permit, context, body).await,
            Self::ListTokens(it) => it.apply(&permit, context).await,
            Self::CreateToken(it) => it.apply(&permit, context, body).await,
            Self::RevokeToken(it) => it.apply(&permit, context).await,
            Self::ListMembers(it) => it.apply(context).await,
            Self::SetMember(it) => it.apply(context, body).await,
            Self::RemoveMember(it) => it.apply(context, body).await,
            Self::ListTeams(it) => it.apply(context).await,
            Self::CreateTeam(it) => it.apply(context, body).await,
            Self::DestroyTeam(it) => it.apply(context).await,
            Self::ListTeamMembers(it) => it.apply(context).await,
            Self::ChangeTeam(it) => it.apply(context, body).await,
            Self::GetVisibility(it) => it.apply(context).await,
            Self::GetAccess(it) => it.apply(context).await,
            Self::SetAccess(it) => it.apply(context, body).await,
            Self::ListCollaborators(it) => it.apply(&permit, context).await,
            Self::ListPackages(it) => it.apply(&permit, context).await,
            Self::Grant(it) => it.apply(&permit, context, body).await,
            Self::RevokeGrant(it) => it.apply(&permit, context, body).await,
            Self::ListOwners(it) => it.apply(context).await,
            Self::AddOwner(it) => it.apply(context, body).await,
            Self::RemoveOwner(it) => it.apply(context).await,
            Self::ListOwnStars(it) => it.apply(&permit, context).await,
            Self::SetStar(it) => it.apply(&permit, context, body).await,
            Self::MergeDistTags(it) => it.apply(context, body).await,
            Self::IssueToken(it) => it.apply(context, body).await,
            Self::VerifyToken(it) => it.apply(context).await,
            Self::LookInto(it) => it.apply(&permit, context, body).await,
            Self::ListCredentials(it) => it.apply(&permit, context).await,
            Self::RevokeCredential(it) => it.apply(&permit, context).await,
            Self::RevokeShown(it) => it.apply(context, body).await,
            Self::ListApiKeys(it) => it.apply(&permit, context).await,
            Self::CreateKey(it) => it.apply(&permit, context, body).await,
            Self::RevokeKey(it) => it.apply(&permit, context).await,
            Self::ListRules(it) => Ok(it.apply(context)),
            Self::SetRule(it) => it.apply(context, body).await,
            Self::ChangeRules(it) => it.apply(context, body).await,
            Self::RemoveRule(it) => it.apply(context, body).await,
            Self::Explain(it) => it.apply(&permit, context).await,
            Self::ListEvents(it) => it.apply(context).await,
            Self::ListSigningKeys(it) => it.apply(context).await,
            Self::Discover(it) => Ok(it.apply(context)),
            Self::ListPeople(it) => it.apply(context).await,
            Self::AddPerson(it) => it.apply(context, body).await,
            Self::GetPerson(it) => it.apply(&permit, context).await,
            Self::ChangePerson(it) => it.apply(context, body).await,
            Self::RemovePerson(it) => it.apply(context).await,
            Self::ListOwned(it) => it.apply(&permit, context).await,
            Self::ListOrgs(it) => it.apply(&permit, context).await,
            Self::ShowOrg(it) => it.apply(&permit, context).await,
            Self::ShowTeam(it) => it.apply(&permit, context).await,
            Self::Invite(it) => it.apply(context, body).await,
            Self::Register(it) => it.apply(context, body).await,
        }
    }
}
