//! Asks a registry over HTTP as npm's clients do.
//!
//! An [`Npmrc`] says which registry a package belongs to and which [`Credentials`] go with it; a [`Registry`]
//! is one base URL with its credentials, and answers JSON, takes an [`Upload`] and listens to [`Events`].
//! Everything has a limit: bytes, time, the length of a line. Credentials are sent to no server but their own,
//! no redirect leads to another one, and no error or debug output shows them.
//!
//! Left to others: what is asked. Nothing here knows a route or what a package holds.
//! Read next: [`Registry`], [`RegistryUrl`], then [`Npmrc`].

mod credentials;
mod events;
mod npmrc;
mod registry;
mod upload;
mod url;
mod visible;

pub use credentials::{Credentials, CredentialsError};
pub use events::{Event, Events};
pub use npmrc::{Environment, Npmrc, NpmrcError};
pub use registry::{Challenge, Limits, Refusal, Registry, RequestError};
pub use upload::{Part, Progress, Upload};
pub use url::{RegistryUrl, RegistryUrlError};
