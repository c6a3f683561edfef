//! Where the programs are that the stories start.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Names the folder of installed clients; `cargo xtask test` sets it.
const CLIENTS: &str = "REGISTRY_TEST_CLIENTS";

/// Returns the root of the workspace.
///
/// The run-time variable first: a binary kept in a target directory that several clones share must not work
/// on the clone it was built in.
pub fn workspace_root() -> PathBuf {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).parent().unwrap().to_owned()
}

/// Returns the folder in which the pinned JavaScript clients are installed.
pub fn clients_folder() -> PathBuf {
    let folder = env::var_os(CLIENTS).map_or_else(
        || workspace_root().join("integration/clients/node_modules"),
        PathBuf::from,
    );
    assert!(
        folder.join("npm11").is_dir(),
        "the pinned clients are not in {}: run cargo xtask test",
        folder.display()
    );
    folder
}

/// Returns the server's binary, and builds it once if nobody has.
pub fn registryd() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| binary("registryd"))
}

/// Returns the terminal's binary, and builds it once if nobody has.
pub fn registry_term() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| binary("registry-term"))
}

fn binary(name: &str) -> PathBuf {
    // `target/debug/deps/run-0123456789abcdef` runs beside `target/debug/registryd`.
    let this = env::current_exe().unwrap();
    let folder = this.parent().and_then(Path::parent).unwrap();
    let binary = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if !binary.is_file() {
        build(name, folder);
    }
    assert!(
        binary.is_file(),
        "{name} is not in {}: run cargo xtask test",
        folder.display()
    );
    binary
}

fn build(name: &str, profile_folder: &Path) {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "-p", name, "--target-dir"])
        .arg(profile_folder.parent().unwrap())
        .current_dir(workspace_root());
    if profile_folder.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo should start");
    assert!(
        status.success(),
        "could not build {name}: run cargo xtask test"
    );
}
