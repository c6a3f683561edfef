//! Tarball names: the file of one version, and its place below the registry's base URL.

use std::fmt;

use crate::name::PackageName;
use crate::version::Version;

/// What every tarball's name ends with.
const EXTENSION: &str = ".tgz";

/// Names the tarball of one version as clients ask for it: `left-pad-1.0.0.tgz`, without any scope.
///
/// It is safe in a URL path and in JSON as it is. It is not a path on disk.
#[derive(Clone, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct TarballName(Box<str>);

impl TarballName {
    /// Returns the name of this version's tarball.
    pub fn new(package: &PackageName, version: &Version) -> Self {
        Self(format!("{}-{version}{EXTENSION}", package.base()).into())
    }

    /// Returns the version whose tarball `file` names, if it is a tarball of this package.
    ///
    /// The form with the scope, `@scope/name-1.0.0.tgz`, is understood too: npm writes it into the
    /// documents that it publishes.
    pub fn version_of(package: &PackageName, file: &str) -> Option<Version> {
        let file = match file.strip_prefix('@') {
            Some(scoped) => scoped.strip_prefix(package.scope()?)?.strip_prefix('/')?,
            None => file,
        };
        let version = file
            .strip_prefix(package.base())?
            .strip_prefix('-')?
            .strip_suffix(EXTENSION)?;
        Version::parse(version).ok()
    }

    /// Returns the file name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns where a version's tarball is below the registry's base: `@scope/name/-/name-1.0.0.tgz`.
///
/// The slash of the scope and the `+` of build metadata stay raw, as clients write them; names and
/// versions hold nothing that a URL path would need escaped.
pub fn tarball_path(package: &PackageName, version: &Version) -> String {
    format!("{package}/-/{}", TarballName::new(package, version))
}

impl AsRef<str> for TarballName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TarballName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for TarballName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(package: &str, version: &str, file: &str, path: &str) {
        let package = PackageName::parse(package).unwrap();
        let version = Version::parse(version).unwrap();
        assert_eq!(TarballName::new(&package, &version).as_str(), file);
        assert_eq!(tarball_path(&package, &version), path);
        assert_eq!(
            TarballName::version_of(&package, file),
            Some(version.clone())
        );
        let scope = package
            .scope()
            .map(|scope| format!("@{scope}/"))
            .unwrap_or_default();
        assert_eq!(
            TarballName::version_of(&package, &format!("{scope}{file}")),
            Some(version)
        );
    }

    #[test]
    fn there_and_back() {
        check(
            "left-pad",
            "1.0.0",
            "left-pad-1.0.0.tgz",
            "left-pad/-/left-pad-1.0.0.tgz",
        );
        check(
            "@sc/name",
            "1.0.0",
            "name-1.0.0.tgz",
            "@sc/name/-/name-1.0.0.tgz",
        );
        check(
            "a",
            "1.0.0-rc.1+b.2",
            "a-1.0.0-rc.1+b.2.tgz",
            "a/-/a-1.0.0-rc.1+b.2.tgz",
        );
        check(
            "@-1.0.0.tgz/-1.0.0",
            "0.0.0",
            "-1.0.0-0.0.0.tgz",
            "@-1.0.0.tgz/-1.0.0/-/-1.0.0-0.0.0.tgz",
        );
    }

    #[test]
    fn files_of_others() {
        fn check(package: &str, file: &str) {
            let package = PackageName::parse(package).unwrap();
            assert_eq!(
                TarballName::version_of(&package, file),
                None,
                "{package} {file}"
            );
        }
        for file in [
            "",
            "-",
            ".tgz",
            "name",
            "name-.tgz",
            "name-1.0.0",
            "name-1.0.0.tar.gz",
            "name-v1.0.0.tgz",
            "name-1.0.tgz",
            "other-1.0.0.tgz",
            "name--1.0.0.tgz",
            "name-1.0.0.tgz.tgz",
            "../name-1.0.0.tgz",
            "sc/name-1.0.0.tgz",
            "@other/name-1.0.0.tgz",
            "@sc/@sc/name-1.0.0.tgz",
            "@sc%2fname-1.0.0.tgz",
            "name-../../etc/passwd.tgz",
        ] {
            check("@sc/name", file);
        }
        check("name", "@sc/name-1.0.0.tgz");
        check("name", "@/name-1.0.0.tgz");
    }

    proptest! {
        #[test]
        fn any_file_is_of_one_version_or_of_none(
            package in prop_oneof!["@sc/name|name|a|@-1.0.0/-1.0.0|a-1.0.0", "(@[a-z-]{1,4}/)?[a-z0-9.-]{1,8}"],
            file in prop_oneof![
                "(@sc/|@)?(name|a|-|-1\\.0\\.0)-[0-9]\\.[0-9]\\.[0-9]([+-][a-z0-9.-]{1,5})?(\\.tgz)?",
                "\\PC{0,24}",
                any::<String>(),
            ],
        ) {
            if let Ok(package) = PackageName::parse(&package)
                && let Some(version) = TarballName::version_of(&package, &file)
            {
                let name = TarballName::new(&package, &version);
                let scope = package.scope().map(|scope| format!("@{scope}/")).unwrap_or_default();
                let whole = format!("{scope}{name}");
                prop_assert!(file == name.as_str() || file == whole, "{} is {}", file, name);
            }
        }

        #[test]
        fn a_version_is_found_in_its_file(
            package in "(@[a-z0-9-]{1,4}/)?[a-z0-9][a-z0-9.-]{0,8}",
            version in "[0-9]\\.[0-9]{1,2}\\.[0-9](-[a-z-][a-z0-9-]{0,3}(\\.[a-z])?)?(\\+[a-z0-9]{1,3})?",
        ) {
            if let (Ok(package), Ok(version)) = (PackageName::parse(&package), Version::parse(&version)) {
                let file = TarballName::new(&package, &version).to_string();
                prop_assert_eq!(TarballName::version_of(&package, &file), Some(version.clone()));
                let path = tarball_path(&package, &version);
                let end = ["/-/", &file].concat();
                prop_assert!(path.ends_with(&end), "{}", path);
            }
        }
    }
}
