//! The programs that are measured, and what the kernel counts of them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The kernel counts a process's time in these, whatever its own clock's rate is.
const TICK: Duration = Duration::from_millis(10);

/// Returns how long a process's threads have computed so far; `None` where the system does not tell.
pub(crate) fn computed(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; user and system time are the 14th and 15th field.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * (ticks()? + ticks()?))
}

/// Returns a binary of ours in the profile of the benchmark that runs, built of the source as it is.
pub(crate) fn built(name: &str) -> PathBuf {
    // `target/release/deps/authenticated_reads-0123456789abcdef` runs beside `target/release/registryd`.
    let this = env::current_exe().expect("a path");
    let profile = this.parent().and_then(Path::parent).expect("a folder");
    let target = profile.parent().expect("a folder");
    let manifest = env::var_os("CARGO_MANIFEST_DIR");
    let manifest = manifest.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--quiet", "-p", name, "--target-dir"])
        .arg(target)
        .current_dir(Path::new(&manifest).parent().expect("the workspace"));
    if !profile.ends_with("debug") {
        command.arg("--release");
    }
    // Else build scripts that track these would run again.
    for (variable, _) in env::vars_os() {
        let is_ours = variable.to_str().is_some_and(|variable| {
            variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
        });
        if is_ours {
            command.env_remove(variable);
        }
    }
    let built = command.status().expect("cargo should start");
    assert!(built.success(), "{name} could not be built");
    profile.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
