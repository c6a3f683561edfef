//! Making an account for oneself.

use std::{net::IpAddr, time::SystemTime};

use config13::Config13;

use crate::{
    account::{check_user_name, plain_email},
    auth::{Auth, Registration},
    invitation,
    login::{Credentials, LoggedIn, LoginError, TAKEN, origin},
    trial::stranger,
    verified::Fingerprint,
};

impl Auth {
    /// Makes an account, where strangers may, and logs in. An invitation is used up only by an account
    /// that was made, and says what the account may do.
    pub async fn register(
        &self,
        credentials: Credentials,
        invitation: Option<&str>,
        settings: &Config13,
        address: IpAddr,
    ) -> Result<LoggedIn, LoginError> {
        self.check_issues_here(settings).await?;
        let (name, checked) = self.sign_up(credentials, invitation, address).await?;
        let by = origin(&name, address);
        let token = self.issue_login(&name, checked, settings, &by).await?;
        Ok(LoggedIn {
            name,
            token,
            created: true,
        })
    }

    /// Makes an account, where strangers may. Returns its name and its password hash.
    pub(crate) async fn sign_up(
        &self,
        credentials: Credentials,
        invitation: Option<&str>,
        address: IpAddr,
    ) -> Result<(String, String), LoginError> {
        let Credentials {
            name,
            password,
            email,
        } = credentials;
        // Before anything else: whoever may not make an account learns nothing of those that are there.
        let invitation = self.admit(invitation).await?;
        let name = check_user_name(&name)?;
        let trial = self.try_password(name.clone(), stranger(address)).await?;
        if trial.account().is_some() {
            // That must be told, to whoever wants a name. It counts as a wrong password, so that few
            // names can be asked for.
            trial.failed(TAKEN);
            return Err(LoginError::NameTaken { name });
        }
        let email = plain_email(email.unwrap_or_default());
        let made = self.make_account(trial, &name, password, email, invitation, address);
        let (_, password_hash) = made.await?;
        Ok((name, password_hash))
    }

    /// Returns the hash of the invitation if it can be used, and nothing where none is needed.
    async fn admit(&self, invitation: Option<&str>) -> Result<Option<Fingerprint>, LoginError> {
        let invitation = invitation.map(str::trim).filter(|text| !text.is_empty());
        let secret = match (self.registration(), invitation) {
            (Registration::Closed, _) => return Err(LoginError::RegistrationClosed),
            (Registration::Invite, None) => return Err(LoginError::InvitationNeeded),
            (Registration::Open, None) => return Ok(None),
            (Registration::Open | Registration::Invite, Some(text)) => invitation::secret(text),
        };
        let has = self
            .catalog
            .look(move |rows| rows.has_invitation(&secret, SystemTime::now()));
        if has.await? {
            Ok(Some(secret))
        } else {
            Err(LoginError::Invitation)
        }
    }
}
