use std::collections::BTreeMap;

use npm_model::{Range, Version};
use serde::{Deserialize, Serialize};

/// Advisories by package name, in the form that clients are sent.
///
/// The file is a JSON object: `{"left-pad": [{"id": 1, "url": "…", "title": "…", "severity": "high",
/// "vulnerable_versions": "<1.3.0", "cwe": ["CWE-400"], "cvss": {"score": 7.5}}]}`.
#[derive(Debug)]
pub struct Advisories(BTreeMap<String, Vec<Known>>);

/// Why a file holds no advisories.
#[derive(Debug, thiserror::Error)]
pub enum AdvisoryError {
    /// It is not JSON of that form.
    #[error("the advisories cannot be read")]
    Json(#[from] serde_json::Error),
    /// The versions of an advisory are no range.
    #[error("advisory {id} of {package} names no range of versions: {problem}")]
    Range {
        /// The package.
        package: String,
        /// The advisory.
        id: u64,
        /// What is wrong with the range.
        problem: npm_model::RangeError,
    },
}

#[derive(Debug)]
struct Known {
    vulnerable: Range,
    advisory: Advisory,
}

/// One advisory, as clients read it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Advisory {
    pub(super) id: u64,
    url: String,
    pub(super) title: String,
    pub(super) severity: Severity,
    vulnerable_versions: String,
    #[serde(default)]
    cwe: Vec<String>,
    #[serde(default)]
    cvss: Cvss,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    Info,
    Low,
    Moderate,
    High,
    Critical,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Cvss {
    #[serde(default)]
    score: f64,
    #[serde(default, rename = "vectorString")]
    vector: Option<String>,
}

impl Advisories {
    /// Knows of nothing.
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Reads the content of an advisory file.
    pub fn parse(json: &[u8]) -> Result<Self, AdvisoryError> {
        let by_name: BTreeMap<String, Vec<Advisory>> = serde_json::from_slice(json)?;
        let mut known = BTreeMap::new();
        for (package, advisories) in by_name {
            let mut list = Vec::with_capacity(advisories.len());
            for advisory in advisories {
                let vulnerable =
                    Range::parse(&advisory.vulnerable_versions).map_err(|problem| {
                        AdvisoryError::Range {
                            package: package.clone(),
                            id: advisory.id,
                            problem,
                        }
                    })?;
                list.push(Known {
                    vulnerable,
                    advisory,
                });
            }
            known.insert(package, list);
        }
        Ok(Self(known))
    }

    /// Returns the advisories that are about any of these versions of a package. A version that is
    /// none is passed over: it cannot have come from here.
    pub(super) fn about(&self, package: &str, versions: &[String]) -> Vec<&Advisory> {
        let Some(known) = self.0.get(package) else {
            return Vec::new();
        };
        let versions: Vec<Version> = versions
            .iter()
            .filter_map(|version| Version::parse(version).ok())
            .collect();
        known
            .iter()
            .filter(|known| {
                versions
                    .iter()
                    .any(|version| known.vulnerable.satisfied_by(version))
            })
            .map(|known| &known.advisory)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"left-pad":[{"id":1,"url":"https://x","title":"slow","severity":"high",
        "vulnerable_versions":">=1.0.0 <1.3.0"}]}"#;

    #[test]
    fn versions_in_the_range_are_warned_of() {
        let advisories = Advisories::parse(FILE.as_bytes()).unwrap();
        let about = |package: &str, versions: &[&str]| {
            let versions: Vec<String> = versions.iter().map(|&it| it.to_owned()).collect();
            advisories.about(package, &versions).len()
        };
        assert_eq!(about("left-pad", &["1.2.9"]), 1);
        assert_eq!(about("left-pad", &["1.3.0", "1.0.0"]), 1);
        assert_eq!(about("left-pad", &["1.3.0"]), 0);
        assert_eq!(about("left-pad", &["banana"]), 0);
        assert_eq!(about("right-pad", &["1.0.0"]), 0);
        assert_eq!(
            Advisories::none()
                .about("left-pad", &["1.0.0".to_owned()])
                .len(),
            0
        );
    }

    #[test]
    fn a_file_that_is_wrong_says_where() {
        let wrong = FILE.replace(">=1.0.0 <1.3.0", "before lunch");
        let refused = Advisories::parse(wrong.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains("advisory 1 of left-pad"), "{refused}");
        assert!(Advisories::parse(b"[]").is_err());
    }
}
