//! The command `publish`, for desks that have folders.
//!
//! [`publish`] lets `publisher` pack a folder and send it, and tells of it in the words of `console`. The
//! two know nothing of each other: one is used without a command language as well, the other on surfaces
//! that have no folder.

use client::{Environment, Npmrc};
use console::{CommandError, Done, ErrorKind, PackedFile, Progress, Published, ToPublish};
use publisher::{
    Fault, FolderOptions, PublishFolderError, PublishedFolder, Step, project_of, publish_folder,
};

pub use publisher::Home;

/// Packs a folder and publishes it to `home`, unless its `publishConfig` names another registry.
/// `when_down` says what to do when `home` does not answer.
pub async fn publish(
    home: &Home,
    when_down: &str,
    what: &ToPublish,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Done<Published> {
    let npmrc = Npmrc::load(&project_of(&what.dir), &Environment::of_process());
    let npmrc = npmrc.map_err(|error| {
        CommandError::unavailable(CommandError::failed("the .npmrc cannot be used", &error))
    })?;
    let options = FolderOptions {
        folder: what.dir.clone(),
        tag: what.tag.clone(),
        dry_run: what.dry_run,
    };
    let report = |step| progress(progress_of(step));
    let done = publish_folder(options, home, &npmrc, report).await;
    let done = done.map_err(|error| not_published(&error, home, when_down))?;
    Ok(published(done, what.dry_run))
}

fn not_published(error: &PublishFolderError, home: &Home, when_down: &str) -> CommandError {
    let kind = match error.fault() {
        Fault::Package => ErrorKind::Wrong,
        Fault::Refused => ErrorKind::Refused,
        Fault::Unreachable => ErrorKind::Unavailable,
        Fault::Broken => ErrorKind::Failed,
    };
    let hint = if error.is_down(home) {
        Some(when_down.to_owned())
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
