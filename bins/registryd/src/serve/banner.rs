//! What people and scripts read when the registry has started.

use std::{fmt, net::SocketAddr, path::Path};

use config13::Config13;

use crate::{failure::Failure, output, settings::Settings};

/// Where everything is, and what to type next.
pub(super) struct Banner<'a> {
    pub(super) address: SocketAddr,
    pub(super) local_url: &'a str,
    pub(super) settings: &'a Settings,
    pub(super) live: Config13,
}

impl Banner<'_> {
    pub(super) fn print(&self) -> Result<(), Failure> {
        output::line(self)
    }
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            local_url,
            settings,
            live,
        } = self;
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        writeln!(f, "listening on http://{address}")?;
        writeln!(f)?;
        writeln!(f, "  registry    {local_url}/")?;
        writeln!(f, "  dashboard   comes with a later version")?;
        writeln!(f, "  data        {}", absolute(settings.data()).display())?;
        writeln!(
            f,
            "  lockfile    {}",
            absolute(settings.lockfile()).display()
        )?;
        writeln!(f, "  13 bytes    {}", live.hex())?;
        writeln!(f)?;
        writeln!(f, "  In another terminal:")?;
        writeln!(f, "    npm login   --registry {local_url}/")?;
        writeln!(f, "    npm publish --registry {local_url}/")?;
        write!(f, "    npm install --registry {local_url}/ PACKAGE")
    }
}
