//! What the rules' floor refuses: who calls, what they may, accounts, tokens, organisations.

use ::auth::{
    Action, ChangeRuleError, ChangeSubjectsError, DecideError, Denied, ExchangeError, HashError,
    IdentifyError, InviteError, LoginError, MakeKeyError, MakeTokenError, OrgError, OrgNameError,
    PeopleError, ProfileError, TeamNameError, TokenProblem, TooManyAttempts,
    web_login::{BeginError, PollError},
};
use catalog::EventKind;
use http::{StatusCode, header};

use super::Reject;

impl From<IdentifyError> for Reject {
    fn from(error: IdentifyError) -> Self {
        match error {
            IdentifyError::Catalog(error) => error.into(),
            IdentifyError::Hash(error) => error.into(),
        }
    }
}

impl From<HashError> for Reject {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => {
                Self::told(StatusCode::SERVICE_UNAVAILABLE, error).with(header::RETRY_AFTER, "5")
            }
            HashError::Failed => Self::logged(&error),
        }
    }
}

impl From<DecideError> for Reject {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Denied(denied) => denied.into(),
            DecideError::Catalog(error) => error.into(),
        }
    }
}

impl From<Denied> for Reject {
    fn from(error: Denied) -> Self {
        match error {
            Denied::LogIn {
                problem: Some(TokenProblem::TooManyAttempts(error)),
            } => error.into(),
            // npm looks at this header and says by itself what to do: that the token seems to be
            // invalid, that the password is wrong, or that the address is not allowed.
            Denied::LogIn { problem } => {
                let challenge = match problem {
                    Some(TokenProblem::WrongPassword) => "Basic",
                    Some(TokenProblem::ForeignAddress) => "ipaddress",
                    _ => "Bearer",
                };
                let reason = problem.map_or("no_token", TokenProblem::word);
                Self::told(StatusCode::UNAUTHORIZED, error)
                    .with(header::WWW_AUTHENTICATE, challenge)
                    .because(reason)
            }
            Denied::Hidden { .. } => Self::not_found(error),
            Denied::Forbidden {
                action,
                ref package,
                ..
            }
            | Denied::Limited {
                action,
                ref package,
            } => {
                let refused = Self::told(StatusCode::FORBIDDEN, &error);
                match event_of(action) {
                    Some(kind) => refused.of(kind, package.as_str()),
                    None => refused,
                }
            }
            Denied::LimitedToken => {
                Self::told(StatusCode::FORBIDDEN, error).of(EventKind::TokenLimit, "")
            }
            Denied::NotAdmin { .. } => {
                Self::told(StatusCode::FORBIDDEN, error).of(EventKind::Administer, "")
            }
            Denied::NotOurs { ref org, .. } => {
                Self::told(StatusCode::FORBIDDEN, &error).of(EventKind::OrgMemberSet, org)
            }
        }
    }
}

/// What would have happened if an action had been allowed; nothing for reading.
const fn event_of(action: Action) -> Option<EventKind> {
    match action {
        Action::Read => None,
        Action::Publish => Some(EventKind::PackagePublish),
        Action::Tag => Some(EventKind::DistTagSet),
        Action::Deprecate => Some(EventKind::PackageDeprecate),
        Action::Unpublish => Some(EventKind::PackageUnpublish),
        Action::Administer => Some(EventKind::PackageAccess),
    }
}

impl Reject {
    /// What was to be exchanged gets nothing.
    fn of_no_use(error: ExchangeError) -> Self {
        Self::told(StatusCode::UNAUTHORIZED, error).with(header::WWW_AUTHENTICATE, "Bearer")
    }
}

impl From<ExchangeError> for Reject {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::ApiKey | ExchangeError::Refresh => {
                Self::of_no_use(error).of(EventKind::TokenRefresh, "")
            }
            // These were told when they were found, with whose they are.
            ExchangeError::Spent | ExchangeError::ForeignAddress => Self::of_no_use(error),
            ExchangeError::Login(error) => error.into(),
            ExchangeError::Catalog(error) => error.into(),
        }
    }
}

impl From<MakeKeyError> for Reject {
    fn from(error: MakeKeyError) -> Self {
        match error {
            MakeKeyError::Name | MakeKeyError::NoScope => Self::bad_request(error),
            MakeKeyError::TooMany => Self::told(StatusCode::FORBIDDEN, error),
            MakeKeyError::NoSuchUser(_) => Self::not_found(error),
            MakeKeyError::Token(error) => error.into(),
        }
    }
}

impl From<ChangeRuleError> for Reject {
    fn from(error: ChangeRuleError) -> Self {
        match error {
            ChangeRuleError::Rule(_) | ChangeRuleError::TooManySubjects => Self::bad_request(error),
            ChangeRuleError::TooMany => Self::told(StatusCode::FORBIDDEN, error),
            ChangeRuleError::NoSuchRule { .. } => Self::not_found(error),
            ChangeRuleError::Catalog(error) => error.into(),
        }
    }
}

impl From<ChangeSubjectsError> for Reject {
    fn from(error: ChangeSubjectsError) -> Self {
        match error {
            ChangeSubjectsError::Rule(error) => error.into(),
            ChangeSubjectsError::NoSuchUser(_)
            | ChangeSubjectsError::NoSuchTeam { .. }
            | ChangeSubjectsError::NotNamed { .. } => Self::not_found(error),
        }
    }
}

impl From<LoginError> for Reject {
    fn from(error: LoginError) -> Self {
        match error {
            // npm takes a 400 for "no user with that name" and says only that.
            LoginError::UserName(_) | LoginError::Password(_) => {
                Self::told(StatusCode::UNPROCESSABLE_ENTITY, error)
            }
            LoginError::Refused { .. } => {
                Self::told(StatusCode::UNAUTHORIZED, error).with(header::WWW_AUTHENTICATE, "Basic")
            }
            // Without the header, so that npm prints the text.
            LoginError::RegistrationClosed => Self::told(StatusCode::UNAUTHORIZED, error),
            LoginError::ByInvitation => Self::told(StatusCode::UNAUTHORIZED, BY_INVITATION),
            LoginError::InvitationNeeded | LoginError::Invitation => {
                Self::told(StatusCode::FORBIDDEN, error)
            }
            LoginError::TooMany(error) => error.into(),
            LoginError::TooManyShort => Self::later(60, StatusCode::TOO_MANY_REQUESTS, error),
            LoginError::NameTaken { .. } => Self::told(StatusCode::CONFLICT, error),
            LoginError::IssuedElsewhere { .. } => Self::told(StatusCode::FORBIDDEN, error),
            LoginError::Hash(error) => error.into(),
            LoginError::Key(_) | LoginError::Signing => Self::logged(&error),
            LoginError::Catalog(error) => error.into(),
        }
    }
}

/// A client that logs in by name and password has no place for an invitation.
const BY_INVITATION: &str = "the user name or password is wrong. A new account takes an invitation \
    here: log in without --auth-type=legacy and make the account on the page, or send name, password \
    and invitation to /_auth/register";

impl From<PeopleError> for Reject {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::UserName(_) | PeopleError::Password(_) | PeopleError::Email(_) => {
                Self::told(StatusCode::UNPROCESSABLE_ENTITY, error)
            }
            PeopleError::Taken { .. } | PeopleError::LastAdmin { .. } => {
                Self::told(StatusCode::CONFLICT, error)
            }
            PeopleError::NoSuchUser { .. } => Self::not_found(error),
            PeopleError::Hash(error) => error.into(),
            PeopleError::Catalog(error) => error.into(),
        }
    }
}

impl From<InviteError> for Reject {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Days => Self::told(StatusCode::UNPROCESSABLE_ENTITY, error),
            InviteError::Closed => Self::told(StatusCode::CONFLICT, error),
            InviteError::Login(error) => error.into(),
            InviteError::Catalog(error) => error.into(),
        }
    }
}

impl From<TooManyAttempts> for Reject {
    fn from(error: TooManyAttempts) -> Self {
        // npm tries again by itself after 10 seconds and after 60 more, which is refused without being
        // counted or succeeds.
        Self::later(error.seconds(), StatusCode::TOO_MANY_REQUESTS, error)
    }
}

/// A password that was asked for again was wrong. Without the header of a login, so that clients
/// print the text and do not take the token for a bad one.
fn asked_again(error: LoginError) -> Reject {
    match error {
        LoginError::Refused { .. } => {
            Reject::told(StatusCode::UNAUTHORIZED, "the password is wrong")
        }
        other => other.into(),
    }
}

impl From<MakeTokenError> for Reject {
    fn from(error: MakeTokenError) -> Self {
        match error {
            MakeTokenError::Text | MakeTokenError::TooManyNamed | MakeTokenError::Days => {
                Self::bad_request(error)
            }
            MakeTokenError::TooMany => Self::told(StatusCode::FORBIDDEN, error),
            MakeTokenError::Login(error) => asked_again(error),
            MakeTokenError::Catalog(error) => error.into(),
        }
    }
}

impl From<ProfileError> for Reject {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Email(_) | ProfileError::Text { .. } | ProfileError::Password(_) => {
                Self::told(StatusCode::UNPROCESSABLE_ENTITY, error)
            }
            ProfileError::Gone => Self::not_found(error),
            ProfileError::Login(error) => asked_again(error),
            ProfileError::Catalog(error) => error.into(),
        }
    }
}

impl From<OrgError> for Reject {
    fn from(error: OrgError) -> Self {
        match error {
            OrgError::NoSuchOrg { .. }
            | OrgError::NoSuchTeam { .. }
            | OrgError::NoSuchUser { .. }
            | OrgError::NoSuchPackage { .. }
            | OrgError::NotAMember { .. }
            | OrgError::NoGrant { .. } => Self::not_found(error),
            OrgError::TeamExists { .. } => Self::told(StatusCode::CONFLICT, error),
            OrgError::Description => Self::told(StatusCode::UNPROCESSABLE_ENTITY, error),
            OrgError::Catalog(error) => error.into(),
        }
    }
}

impl From<OrgNameError> for Reject {
    fn from(error: OrgNameError) -> Self {
        Self::not_found(error)
    }
}

impl From<TeamNameError> for Reject {
    fn from(error: TeamNameError) -> Self {
        Self::told(StatusCode::UNPROCESSABLE_ENTITY, error)
    }
}

impl From<BeginError> for Reject {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::TooMany => {
                Self::told(StatusCode::SERVICE_UNAVAILABLE, error).with(header::RETRY_AFTER, "60")
            }
            BeginError::Login(error) => error.into(),
        }
    }
}

impl From<PollError> for Reject {
    fn from(error: PollError) -> Self {
        match error {
            PollError::Over => Self::not_found(error),
            PollError::Login(error) => error.into(),
        }
    }
}
