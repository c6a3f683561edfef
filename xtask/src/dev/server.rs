//! The registry as a child process: started, asked whether it runs, stopped gently.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long the registry may take to drain.
const DRAIN: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// A running registry. Dropped while it runs, it is killed.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// When its binary was made.
    modified: Option<SystemTime>,
    /// What the settings file that it read said.
    env_file: Vec<u8>,
}

/// What cannot be done to the registry.
#[derive(Debug, thiserror::Error)]
#[error("could not {step} registryd: {source}")]
pub(crate) struct ServerError {
    step: &'static str,
    source: io::Error,
}

fn failed(step: &'static str) -> impl FnOnce(io::Error) -> ServerError {
    move |source| ServerError { step, source }
}

impl Server {
    /// Starts a registry.
    pub(crate) fn start(
        command: &mut Command,
        modified: Option<SystemTime>,
        env_file: Vec<u8>,
    ) -> Result<Self, ServerError> {
        let child = command.spawn().map_err(failed("start"))?;
        Ok(Self {
            child,
            modified,
            env_file,
        })
    }

    /// Returns true when a start with these would run the same again.
    pub(crate) fn is_from(&self, modified: Option<SystemTime>, env_file: &[u8]) -> bool {
        self.modified.is_some() && self.modified == modified && self.env_file == env_file
    }

    /// Returns how the registry ended, if it did.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, ServerError> {
        self.child.try_wait().map_err(failed("look after"))
    }

    /// Ends the registry: asks with `SIGTERM` unless it was asked already, waits until it has drained, kills at last.
    pub(crate) fn stop(mut self, asked: bool) -> Result<(), ServerError> {
        if asked && self.ends_within(DRAIN)? {
            return Ok(());
        }
        self.terminate()?;
        if self.ends_within(DRAIN)? {
            return Ok(());
        }
        eprintln!(
            "xtask: registryd did not drain within {} s; it is killed",
            DRAIN.as_secs()
        );
        self.child.kill().map_err(failed("kill"))?;
        self.child.wait().map_err(failed("wait for")).map(drop)
    }

    /// Sends `SIGTERM`. The shell's own `kill` does it: the standard library can only kill, and a slim system
    /// has no `kill` program. The process is not waited for yet, so its number is still its own.
    fn terminate(&self) -> Result<(), ServerError> {
        let mut kill = Command::new("sh");
        kill.args([
            "-c",
            "kill -TERM \"$1\"",
            "sh",
            &self.child.id().to_string(),
        ]);
        // It fails when the registry has just ended, which is what was wanted.
        kill.stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(failed("stop"))
            .map(drop)
    }

    fn ends_within(&mut self, limit: Duration) -> Result<bool, ServerError> {
        let start = Instant::now();
        while self.ended()?.is_none() {
            if start.elapsed() > limit {
                return Ok(false);
            }
            thread::sleep(LOOK);
        }
        Ok(true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str) -> Server {
        Server::start(Command::new("sh").args(["-c", script]), None, Vec::new()).unwrap()
    }

    #[test]
    fn a_server_is_asked_to_end_and_may_drain() {
        let folder = tempfile::tempdir().unwrap();
        let (ready, drained) = (folder.path().join("ready"), folder.path().join("drained"));
        let script = "trap 'sleep 0.1; : > \"$DRAINED\"; exit 0' TERM; : > \"$READY\"; while :; do sleep 0.05; done";
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .env("READY", &ready)
            .env("DRAINED", &drained);
        let server = Server::start(&mut command, None, Vec::new()).unwrap();
        while !ready.exists() {
            thread::sleep(LOOK);
        }
        server.stop(false).unwrap();
        assert!(drained.exists());
    }

    #[test]
    fn a_server_that_was_asked_already_is_only_waited_for() {
        start("sleep 0.2").stop(true).unwrap();
    }

    #[test]
    fn a_server_that_ended_is_noticed_and_can_still_be_stopped() {
        let mut server = start("exit 3");
        assert!(server.ends_within(DRAIN).unwrap());
        assert_eq!(
            server.ended().unwrap().and_then(|status| status.code()),
            Some(3)
        );
        server.stop(false).unwrap();
    }

    #[test]
    fn only_the_same_binary_with_the_same_environment_is_kept() {
        let now = SystemTime::now();
        let env = b"A=1".to_vec();
        let server = Server::start(
            Command::new("sh").args(["-c", "exit 0"]),
            Some(now),
            env.clone(),
        )
        .unwrap();
        assert!(server.is_from(Some(now), &env));
        assert!(!server.is_from(Some(now), &[]));
        assert!(!server.is_from(Some(now + Duration::from_secs(1)), &env));
        assert!(!start("exit 0").is_from(None, &[]));
    }
}
