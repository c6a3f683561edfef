//! What whoever publishes might want to know, though it is no error.

use std::fmt;

/// Something about a package that is not as its author may think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// npm would have run it. Nothing here runs a package's scripts: what they make has to be there already.
    NotRun {
        /// The name of the script.
        script: &'static str,
    },
    /// It is to travel inside the package, but is not installed, or no dependency.
    NotBundled {
        /// The name of the dependency, as `package.json` has it.
        name: String,
    },
    /// A symbolic link, or something else that is neither a file nor a folder. npm leaves it out as well.
    LeftOut {
        /// Its path in the package.
        path: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRun { script } => write!(
                f,
                "the script `{script}` is not run: run it beforehand if it makes files of the package"
            ),
            Self::NotBundled { name } => write!(
                f,
                "{name:?} is not bundled: it is not installed, or no dependency of the package"
            ),
            Self::LeftOut { path } => {
                write!(f, "{path:?} is left out: it is a link, or no regular file")
            }
        }
    }
}
