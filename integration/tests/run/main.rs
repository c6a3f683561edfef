//! All stories, in one binary: linking once is quicker than a binary a story.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a story says what went wrong by panicking"
)]

/// Tells a story once with each client, each time as a test of its own.
macro_rules! told_with {
    ($($story:ident: $($test:ident = $kind:ident),+;)+) => { $(
        mod $story {
            $(#[test] fn $test() { super::$story(integration::ClientKind::$kind); })+
        }
    )+ };
    ($($story:ident),+ with every npm) => {
        told_with! { $($story: npm11 = Npm11, npm12 = Npm12, machine_npm = MachineNpm;)+ }
    };
    ($($story:ident),+ with both pinned npms) => {
        told_with! { $($story: npm11 = Npm11, npm12 = Npm12;)+ }
    };
    ($($story:ident),+ with every npm and bun) => {
        told_with! { $($story: npm11 = Npm11, npm12 = Npm12, machine_npm = MachineNpm, bun = Bun;)+ }
    };
    ($($story:ident),+ with every client) => {
        told_with! { $($story:
            npm11 = Npm11, npm12 = Npm12, pnpm = Pnpm, yarn1 = Yarn1, yarn4 = Yarn4, bun = Bun, deno = Deno;)+ }
    };
    ($($story:ident),+ with every client that publishes) => {
        told_with! { $($story:
            npm11 = Npm11, npm12 = Npm12, pnpm = Pnpm, yarn1 = Yarn1, yarn4 = Yarn4, bun = Bun;)+ }
    };
    ($($story:ident),+ with every client that knows whose it is) => {
        told_with! { $($story:
            npm11 = Npm11, npm12 = Npm12, machine_npm = MachineNpm, pnpm = Pnpm, yarn4 = Yarn4, bun = Bun;)+ }
    };
}

mod access;
mod api_keys;
mod attacks;
mod attempts;
mod audit;
mod clients;
mod console;
mod crash;
mod dependents;
mod deprecate;
mod differential;
mod dist_tag;
mod encoding;
mod etag;
mod events;
mod exchange;
mod flip;
mod full_disk;
mod hostile;
mod issuer;
mod limits;
mod live;
mod lockfile;
mod login;
mod login_page;
mod malformed;
mod matrix;
mod over_http;
mod owner;
mod packing;
mod people;
mod process;
mod profile;
mod provenance;
mod proxy;
mod publish;
mod range;
mod reading;
mod remote_issuer;
mod restart;
mod rules;
mod search;
mod semver;
mod settings;
mod signatures;
mod star;
mod status;
mod streaming;
mod teams;
mod term;
mod tokens;
mod unpublish;
mod warm;
mod web_login;

/// A file that nobody declares is never compiled, and its stories pass for ever.
#[test]
fn every_file_is_declared() {
    let folder = integration::workspace_root().join("integration/tests/run");
    let mut folders = vec![(folder.clone(), folder.join("main.rs"))];
    while let Some((folder, declaring)) = folders.pop() {
        let declared = std::fs::read_to_string(&declaring).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let module = path.file_stem().unwrap().to_str().unwrap();
            assert!(
                path == declaring || declared.contains(&format!("\nmod {module};\n")),
                "{} is not declared in {}",
                path.display(),
                declaring.display()
            );
            if path.is_dir() {
                folders.push((path.clone(), path.with_extension("rs")));
            }
        }
    }
}
