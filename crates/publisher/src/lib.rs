//! What `npm pack` does to a folder, and the publish request.
//!
//! [`list`] says which files of a folder belong to the package, as npm 11 chooses them; [`pack`] writes them into a
//! tarball whose bytes depend on nothing but the files, and makes the manifest that npm would publish. Neither the
//! tarball nor a file of it is ever in memory whole.
//!
//! No script of a package is run, neither `prepack` nor `prepare` nor `prepublishOnly`: packing executes nothing that
//! it packs. A [`Note`] says if there was one.
//!
//! [`publish`] sends what was packed to the registry that it belongs to, as npm would, and reads the tarball while it
//! is sent. [`publish_folder`] does both, to a registry that the package goes to unless it names another.
//!
//! Left to others: `.npmrc` and HTTP (`client`), and what a registry makes of it.
//! Read next: [`pack`], then [`Packed`], then [`publish`].

mod document;
mod folder;
mod glob;
mod list;
mod manifest;
mod note;
mod pack;
mod package;
mod publish;

pub use document::Document;
pub use folder::{
    Fault, FolderOptions, Home, PublishFolderError, PublishedFolder, Step, publish_folder,
};
pub use list::{ListError, project_of};
pub use manifest::ManifestError;
pub use note::Note;
pub use pack::{Listed, PackError, PackProgress, Packed, PackedFile, list, pack};
pub use package::PackageError;
pub use publish::{Access, PublishError, PublishOptions, Published, Target, publish, target};
