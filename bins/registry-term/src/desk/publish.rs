//! `publish`.

use std::path::Path;

use client::{Environment, Npmrc, Registry};
use console::{CommandError, Done, ErrorKind, PackedFile, Progress, Published, ToPublish};
use publisher::{
    Fault, FolderOptions, Home, PublishFolderError, PublishedFolder, Step, publish_folder,
};

pub(super) async fn publish(
    registry: &Registry,
    what: &ToPublish,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Done<Published> {
    let home = Home {
        registry: registry.url().clone(),
        credentials: registry.credentials().cloned(),
        also: Vec::new(),
    };
    let npmrc = Npmrc::load(Path::new("."), &Environment::of_process());
    let npmrc = npmrc.map_err(|error| {
        CommandError::unavailable(CommandError::failed("the .npmrc cannot be used", &error))
    })?;
    let options = FolderOptions {
        folder: what.dir.clone(),
        tag: what.tag.clone(),
        dry_run: what.dry_run,
    };
    let report = |step| progress(progress_of(step));
    let done = publish_folder(options, &home, &npmrc, report).await;
    let done = done.map_err(|error| not_published(&error, &home))?;
    Ok(published(done, what.dry_run))
}

fn not_published(error: &PublishFolderError, home: &Home) -> CommandError {
    let kind = match error.fault() {
        Fault::Package => ErrorKind::Wrong,
        Fault::Refused => ErrorKind::Refused,
        Fault::Unreachable => ErrorKind::Unavailable,
        Fault::Broken => ErrorKind::Failed,
    };
    let hint = if error.is_down(home) {
        Some("`registryd` starts one on this machine; --registry names another".to_owned())
    } else {
        error.hint()
    };
    CommandError {
        kind,
        hint,
        ..CommandError::failed("publishing failed", error)
    }
}

fn progress_of(step: Step) -> Progress {
    match step {
        Step::Packing(packed) => Progress {
            what: "packing",
            done: packed.bytes,
            total: packed.all_bytes,
        },
        Step::Sending(sent) => Progress {
            what: "sending",
            done: sent.sent,
            total: sent.total,
        },
    }
}

fn published(folder: PublishedFolder, dry_run: bool) -> Published {
    let files = folder.files.into_iter().map(|file| PackedFile {
        path: file.path,
        size: file.size,
    });
    Published {
        name: folder.name.to_string(),
        version: folder.version.to_string(),
        tag: folder.tag.to_string(),
        registry: folder.registry.as_str().trim_end_matches('/').to_owned(),
        integrity: folder.integrity.to_string(),
        size: folder.size,
        unpacked_size: folder.unpacked_size,
        files: files.collect(),
        dry_run,
        notes: folder.notes.iter().map(ToString::to_string).collect(),
    }
}
