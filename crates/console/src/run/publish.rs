//! `publish`.

use npm_model::{DistTag, size_text};

use crate::{
    desk::{Desk, Done, Surface},
    grid::Grid,
    nouns::{Published, ToPublish},
    reply::{Reply, count},
    session::Session,
};

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn publish(
        &mut self,
        folder: &str,
        tag: Option<DistTag>,
        dry_run: bool,
    ) -> Done<Reply> {
        let what = ToPublish {
            dir: folder.into(),
            tag,
            dry_run,
        };
        let surface = &mut self.surface;
        let mut progress = |progress| surface.progress(progress);
        let published = self.desk.publish(&what, &mut progress).await?;
        let mut reply = Reply::new(told(&published), &published)?;
        reply.notes.clone_from(&published.notes);
        Ok(reply)
    }
}

fn told(published: &Published) -> String {
    let mut grid = Grid::plain("  ");
    for file in &published.files {
        grid.row([size_text(file.size), file.path.clone()]);
    }
    let Published {
        name,
        version,
        tag,
        registry,
        integrity,
        ..
    } = published;
    let files = count(published.files.len(), "file");
    let (size, unpacked) = (
        size_text(published.size),
        size_text(published.unpacked_size),
    );
    let done = if published.dry_run {
        "would be published"
    } else {
        "published"
    };
    format!(
        "{grid}\n{files}, {unpacked}, packed {size}, {integrity}\n{name}@{version} {done} to {registry} as {tag}"
    )
}
