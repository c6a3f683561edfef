//! What the log says of who may make accounts, and of who looks after them.

use std::net::IpAddr;

use auth::Registration;
use catalog::{Catalog, CatalogError, Role};

use crate::settings::Settings;

/// Warns of an open door, and of a house without a keeper.
pub(super) fn warn(
    settings: &Settings,
    bound: IpAddr,
    catalog: &Catalog,
) -> Result<(), CatalogError> {
    let registration = settings.auth_policy(bound).registration;
    warn_of_open(settings, bound, registration);
    let (anybody, admins) = catalog.read(|rows| {
        let people = (rows.has_accounts()?, rows.count_of_role(Role::Admin)?);
        Ok::<_, CatalogError>(people)
    })?;
    // Whoever is first on this machine becomes an admin.
    let comes_by_itself = !anybody && registration == Registration::Open && bound.is_loopback();
    if admins == 0 && !comes_by_itself {
        tracing::warn!(
            "there is no admin who can log in, and nobody becomes one by logging in: make one with \
             `registryd user add NAME --role admin`, for this data directory ({})",
            settings.data().display()
        );
    }
    Ok(())
}

/// Warns where everybody who reaches the registry may make an account, and that is more than this
/// machine.
pub(super) fn warn_of_open(settings: &Settings, bound: IpAddr, registration: Registration) {
    if registration != Registration::Open {
        return;
    }
    if !bound.is_loopback() {
        tracing::warn!(
            "REGISTRATION IS OPEN on {bound}: whoever reaches this registry may make an account and \
             publish; [auth] registration = \"invite\" asks for an invitation (`registryd user invite`)"
        );
    } else if settings.has_proxy() {
        tracing::warn!(
            "REGISTRATION IS OPEN behind a proxy: whoever reaches the proxy may make an account and \
             publish; [auth] registration = \"invite\" asks for an invitation (`registryd user invite`)"
        );
    }
}
