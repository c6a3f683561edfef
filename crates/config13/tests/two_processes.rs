//! Two processes change different flags of one lockfile, and neither loses a change.
#![cfg(feature = "std")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests say what they expect by failing"
)]

use std::env;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use config13::{Config13, ConfigFile, Feature, FeatureFlags, FieldValue};

const TOGGLES: u32 = 10_000;
const LOCKFILE: &str = "CONFIG13_TEST_LOCKFILE";
const FEATURE: &str = "CONFIG13_TEST_FEATURE";

/// Bits without a name and the flag that neither process touches.
const BYSTANDERS: u32 = 0xa5a5_a5a0 | Feature::Debug.mask();

#[test]
fn two_processes_toggling_different_flags_lose_no_bit() {
    // The test starts its own program again, and this tells the copies from the original.
    if let (Ok(lockfile), Ok(feature)) = (env::var(LOCKFILE), env::var(FEATURE)) {
        toggle(Path::new(&lockfile), feature.parse().unwrap());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let lockfile = folder.path().join("registry.lockb");
    let config = ConfigFile::create(&lockfile, &Config13::new(0xdead_beef)).unwrap();
    config
        .set_field(FieldValue::FeatureFlags(FeatureFlags::from_bits(
            BYSTANDERS,
        )))
        .unwrap();

    let mut processes =
        [Feature::PremiumTypes, Feature::PrivateRegistry].map(|feature| start(&lockfile, feature));
    // A newcomer opens the file before it says so, and toggles once its input ends.
    for process in &mut processes {
        let mut said = String::new();
        let output = process.stderr.as_mut().unwrap();
        while !said.ends_with("ready") {
            let mut byte = [0];
            output
                .read_exact(&mut byte)
                .unwrap_or_else(|error| panic!("{error} after {said}"));
            said.push(char::from(byte[0]));
        }
    }
    for process in &mut processes {
        drop(process.stdin.take());
    }
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }

    let mut expected = Config13::new(0xdead_beef);
    expected.set_feature_flags(FeatureFlags::from_bits(BYSTANDERS));
    assert_eq!(config.read().unwrap(), expected);
}

fn start(lockfile: &PathBuf, feature: Feature) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([
            "two_processes_toggling_different_flags_lose_no_bit",
            "--exact",
            "--nocapture",
        ])
        .env(LOCKFILE, lockfile)
        .env(FEATURE, feature.name())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Toggles one flag, and checks each time that nobody undid the time before.
fn toggle(lockfile: &Path, feature: Feature) {
    let config = ConfigFile::open(lockfile).unwrap();
    std::io::stderr().write_all(b"ready").unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    for round in 0..TOGGLES {
        let flags = config.toggle_feature(feature).unwrap();
        assert_eq!(
            flags.contains(feature),
            round % 2 == 0,
            "toggle {round} met a lost one"
        );
        let known = FeatureFlags::from_bits(flags.bits() & BYSTANDERS);
        assert_eq!(
            known.bits(),
            BYSTANDERS,
            "toggle {round} met a flag that nobody changed"
        );
    }
}
