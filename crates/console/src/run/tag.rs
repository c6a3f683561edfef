//! `tag list|add|remove`.

use npm_model::{DistTag, PackageName};
use serde_json::json;

use crate::{
    desk::{Desk, Done, Surface},
    grid::Grid,
    kind::Release,
    reply::Reply,
    session::Session,
};

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn tag_list(&self, package: &PackageName) -> Done<Reply> {
        let tags = self.desk.dist_tags(package).await?;
        let mut grid = Grid::with_head(["TAG", "VERSION"]);
        for (tag, version) in &tags {
            grid.row([tag.clone(), version.clone()]);
        }
        Reply::new(grid.to_string(), &json!({ "tags": tags }))
    }

    pub(crate) async fn tag_add(&self, release: &Release, tag: &DistTag) -> Done<Reply> {
        let Release { package, version } = release;
        self.desk.set_dist_tag(package, version, tag).await?;
        let text = format!("{tag} of {package} points at {version}");
        let json =
            json!({"package": package.as_str(), "tag": tag.as_str(), "version": version.as_str()});
        Reply::new(text, &json)
    }

    pub(crate) async fn tag_remove(&self, package: &PackageName, tag: &DistTag) -> Done<Reply> {
        self.desk.remove_dist_tag(package, tag).await?;
        let text = format!("{package} has no tag {tag} any more");
        let json = json!({"package": package.as_str(), "removed": tag.as_str()});
        Reply::new(text, &json)
    }
}
