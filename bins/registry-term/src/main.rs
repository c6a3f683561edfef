//! `registry-term`: the registry in a terminal.

mod desk;

use std::{env, io::Write as _, process::ExitCode, sync::Arc};

use client::{Credentials, Registry};
use config13::ConfigFile;
use console::{CommandError, Done, Progress, Secret, Session, Surface, parse};

use desk::TermDesk;

/// Somebody who answers from the environment.
struct Nobody;

impl Surface for Nobody {
    async fn ask_secret(&mut self, _: &Secret) -> Done<String> {
        env::var("SECRET").map_err(CommandError::wrong)
    }
    async fn confirm(&mut self, _: &str) -> Done<bool> {
        Ok(true)
    }
    fn progress(&mut self, _: Progress) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let hint = error.hint.unwrap_or_default();
            let _ = writeln!(
                std::io::stderr(),
                "{:?}: {}\nhint: {hint}",
                error.kind,
                error.text
            );
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Done<()> {
    let url = env::var("REGISTRY_URL").map_err(CommandError::wrong)?;
    let token = env::var("REGISTRY_TOKEN")
        .ok()
        .map(|it| Credentials::token(&it));
    let token = token.transpose().map_err(CommandError::wrong)?;
    let registry = Registry::new(url.parse().map_err(CommandError::wrong)?, token);
    let lockfile = env::var("REGISTRY_LOCKFILE").ok();
    let lockfile = lockfile
        .and_then(|path| ConfigFile::open(path).ok())
        .map(Arc::new);
    let mut session = Session::new(TermDesk::new(registry, lockfile), Nobody);
    for text in env::args().skip(1) {
        for line in parse(&text).map_err(CommandError::wrong)? {
            let reply = session.run(line.command).await?;
            let said = if line.json {
                reply.json.to_string()
            } else {
                reply.text
            };
            let _ = writeln!(std::io::stdout(), "{said}");
            for note in reply.notes {
                let _ = writeln!(std::io::stderr(), "{note}");
            }
        }
    }
    Ok(())
}
