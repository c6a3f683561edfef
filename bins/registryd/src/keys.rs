//! `registryd keys`: the keys that tokens are signed with, from the command line.

use std::{process::ExitCode, sync::Arc, time::SystemTime};

use auth::{Algorithm, ListedKey, RotateError, Rotated, Rotation, SigningKeys};
use catalog::{Catalog, OpenError};
use config13::{Config13, ConfigFile};
use serde_json::{Value, json};
use storage::layout;
use tokio::runtime::Runtime;

use crate::{args::KeysAction, failure::Failure, log, origin, output, settings::Settings};

pub(crate) fn run(settings: &Settings, action: &KeysAction) -> Result<ExitCode, Failure> {
    let path = layout::catalog(settings.data());
    if !path.is_file() {
        let message = format!("there is no registry in {}", settings.data().display());
        return Err(Failure::refused(message).hint("name its data directory with --data"));
    }
    // Warnings about the files of keys are for whoever looks after them.
    log::start(settings.always_debug);
    match *action {
        KeysAction::Rotate {
            all,
            drop_old,
            json,
        } => rotate(settings, Rotation { all, drop_old }, json)?,
        KeysAction::List { json } => list(settings, json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn rotate(settings: &Settings, rotation: Rotation, json: bool) -> Result<(), Failure> {
    let now = live_settings(settings)?;
    let keys = open(settings, Catalog::open)?;
    let runtime =
        Runtime::new().map_err(|error| Failure::failed("cannot start").caused_by(&error))?;
    let rotated = runtime.block_on(keys.rotate(rotation, &now, &origin::at_this_machine()));
    let rotated = rotated.map_err(|error| {
        Failure::failed("the keys were not replaced, or not all that was asked for was done")
            .caused_by(&error)
            .hint("`registryd keys list` shows what is there; it does no harm to try again")
    })?;
    let kept = keys.list().map_err(|error| unlisted(&error))?;
    if json {
        let Rotated {
            made,
            dropped,
            ended,
        } = rotated;
        let made: Vec<_> = made
            .iter()
            .map(|(kid, algorithm)| json!({ "kid": kid, "alg": algorithm.as_str() }))
            .collect();
        return output::line(json!({ "made": made, "dropped": dropped, "ended_sessions": ended }));
    }
    told(rotation, &rotated, &kept)
}

fn told(rotation: Rotation, rotated: &Rotated, kept: &[ListedKey]) -> Result<(), Failure> {
    for (kid, algorithm) in &rotated.made {
        let algorithm = algorithm.as_str();
        output::line(format_args!(
            "the new {algorithm} key {kid} signs from now on"
        ))?;
    }
    for kid in &rotated.dropped {
        output::line(format_args!("the old key {kid} is deleted"))?;
    }
    if rotation.drop_old {
        output::line(format_args!(
            "{} logins and tokens have ended; a running server follows at once",
            rotated.ended
        ))?;
    }
    for key in kept {
        if let Some(until) = key.until {
            output::line(format_args!(
                "the old key {} verifies its tokens until {}",
                key.kid,
                time(until)
            ))?;
        }
    }
    let is_new = |key: &&ListedKey| rotated.made.iter().any(|(kid, _)| *kid == key.kid);
    for key in kept.iter().filter(|key| key.until.is_none()) {
        if !is_new(&key) {
            output::line(format_args!(
                "the {} key {} stays as it was; --all replaces it too",
                key.algorithm.as_str(),
                key.kid
            ))?;
        }
    }
    Ok(())
}

fn list(settings: &Settings, json: bool) -> Result<(), Failure> {
    let listed = if layout::keys(settings.data()).is_dir() {
        let keys = open(settings, Catalog::open_existing)?;
        keys.list().map_err(|error| unlisted(&error))?
    } else {
        Vec::new()
    };
    if json {
        let listed: Vec<_> = listed.iter().map(as_json).collect();
        return output::line(Value::Array(listed));
    }
    if listed.is_empty() {
        return output::line("there is no key yet; the first login makes one");
    }
    for key in listed {
        let state = match key.until {
            None => "signs".to_owned(),
            Some(until) => format!("verifies until {}", time(until)),
        };
        output::line(format_args!(
            "{}  {}  made {}  {state}",
            key.kid,
            key.algorithm.as_str(),
            time(key.made)
        ))?;
    }
    Ok(())
}

fn as_json(key: &ListedKey) -> Value {
    json!({
        "kid": key.kid,
        "alg": Algorithm::as_str(key.algorithm),
        "made": time(key.made),
        "signs": key.until.is_none(),
        "verifies_until": key.until.map(time),
    })
}

fn time(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

fn unlisted(error: &RotateError) -> Failure {
    Failure::failed("the keys cannot be listed").caused_by(error)
}

fn open(
    settings: &Settings,
    open: impl FnOnce(&std::path::Path) -> Result<Catalog, OpenError>,
) -> Result<SigningKeys, Failure> {
    let catalog = open(&layout::catalog(settings.data()))
        .map_err(|error| Failure::refused("the catalogue cannot be opened").caused_by(&error))?;
    SigningKeys::open(&layout::keys(settings.data()), Arc::new(catalog))
        .map_err(|error| Failure::refused("the signing keys cannot be used").caused_by(&error))
}

/// The 13 bytes, which choose the algorithm.
fn live_settings(settings: &Settings) -> Result<Config13, Failure> {
    let file = ConfigFile::open(settings.lockfile());
    let file = file.map_err(|error| {
        Failure::refused("the lockfile, which chooses the algorithm, cannot be opened")
            .caused_by(&error)
            .hint("name it with --lockfile")
    })?;
    file.read().map_err(|error| {
        Failure::refused("the settings in the lockfile cannot be read").caused_by(&error)
    })
}
