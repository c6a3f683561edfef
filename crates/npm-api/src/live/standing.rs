//! Whether somebody may still listen, and to what.

use std::{net::IpAddr, sync::Arc};

use auth::{Action, Auth, DecideError, Need, Permit};
use config13::Config13;
use http::HeaderValue;
use npm_model::PackageName;

/// Whoever listens, as they stood when that was looked at last.
#[derive(Debug)]
pub(super) struct Standing {
    auth: Arc<Auth>,
    /// What they sent to say who they are. Kept to ask again whether it counts.
    authorization: Option<HeaderValue>,
    address: IpAddr,
    permit: Permit,
    is_admin: bool,
}

impl Standing {
    /// Whoever was permitted to listen, under these settings.
    pub(super) async fn new(
        auth: Arc<Auth>,
        permit: Permit,
        authorization: Option<HeaderValue>,
        address: IpAddr,
        settings: &Config13,
    ) -> Self {
        // Who is nobody needs not be asked again who they are.
        let authorization = authorization.filter(|_| permit.caller().is_some());
        let is_admin = is_admin(&auth, &permit, settings).await;
        Self {
            auth,
            authorization,
            address,
            permit,
            is_admin,
        }
    }

    /// Looks again. Returns whether they may go on listening: what they sent has to count still, and what
    /// cannot be found out is not.
    pub(super) async fn look(&mut self, settings: &Config13) -> bool {
        let authorization = self.authorization.as_ref();
        let authorization = authorization.and_then(|sent| sent.to_str().ok());
        let identified = self.auth.identify(authorization, self.address, settings);
        let Ok(identity) = identified.await else {
            return false;
        };
        let decided = self.auth.decide(&identity, &Need::Registry, settings);
        let Ok(permit) = decided.await else {
            return false;
        };
        if permit.caller().is_some() != self.has_account() {
            return false;
        }
        self.is_admin = is_admin(&self.auth, &permit, settings).await;
        self.permit = permit;
        true
    }

    pub(super) fn has_account(&self) -> bool {
        self.permit.caller().is_some()
    }

    pub(super) fn is_admin(&self) -> bool {
        self.is_admin
    }

    pub(super) fn user(&self) -> Option<&str> {
        self.permit.caller().map(|it| it.name.as_str())
    }

    /// Whether they may read a package.
    pub(super) async fn may_read(&self, package: &PackageName, settings: &Config13) -> bool {
        let need = Need::Package(Action::Read, package.clone());
        let decided = self.auth.decide(self.permit.identity(), &need, settings);
        match decided.await {
            Ok(_) => true,
            Err(DecideError::Denied(_) | DecideError::Catalog(_)) => false,
        }
    }
}

async fn is_admin(auth: &Auth, permit: &Permit, settings: &Config13) -> bool {
    let decided = auth.decide(permit.identity(), &Need::Admin, settings);
    decided.await.is_ok()
}
