use auth::{Action, Need, Permit};
use npm_model::{PackageName, Version};
use serde::Serialize;
use serde_json::value::RawValue;
use web::Response;

use crate::{fresh, packument::lacks, reject::Reject, service::Context};

/// Sends what was stated of a version when it was published.
#[derive(Debug)]
pub(crate) struct GetAttestations {
    package: PackageName,
    version: Version,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attestations<'a> {
    attestations: [Attestation<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attestation<'a> {
    predicate_type: &'a str,
    bundle: &'a RawValue,
}

impl GetAttestations {
    pub(crate) fn new(package: PackageName, version: &str) -> Result<Self, Reject> {
        let version = Version::parse(version).map_err(Reject::not_found)?;
        Ok(Self { package, version })
    }

    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let Self { package, version } = self;
        let Some(stated) = context.store.attestation(&package, &version).await? else {
            let text = format!("nothing was stated of {package} {version}");
            return Err(lacks(context, &package, text).await);
        };
        let bundle = serde_json::from_str(&stated.bundle);
        let attestation = Attestation {
            predicate_type: &stated.predicate_type,
            bundle: bundle.map_err(|error| Reject::logged(&error))?,
        };
        let attestations = Attestations {
            attestations: [attestation],
        };
        let json = serde_json::to_vec(&attestations).map_err(|error| Reject::logged(&error))?;
        fresh::json(permit, context.headers, json.into())
    }
}
