//! What was stated of versions when they were published.

use npm_model::{PackageName, Provenance, Version};
use rusqlite::OptionalExtension;

use crate::{catalog::Read, error::CatalogError, writer::Write};

/// A statement about a version, as it was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttestationRow {
    /// The kind of statement, a URL.
    pub predicate_type: String,
    /// The signed bundle, a JSON object.
    pub bundle: String,
}

impl Read<'_> {
    /// Returns what was stated of a version when it was published.
    pub fn attestation(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Option<AttestationRow>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT a.predicate_type, a.bundle
             FROM attestations a
             JOIN versions v ON v.seq = a.seq
             JOIN packages p ON p.id = v.package_id
             WHERE p.name = ?1 AND v.identity = ?2",
        )?;
        let identity = version.without_build();
        let key = (name.as_str(), identity.as_str());
        let found = statement.query_row(key, |row| {
            Ok(AttestationRow {
                predicate_type: row.get(0)?,
                bundle: row.get(1)?,
            })
        });
        Ok(found.optional()?)
    }
}

impl Write<'_> {
    /// Keeps what is stated of a version that was added at that place in the order of publishing.
    pub fn add_attestation(&self, seq: i64, stated: &Provenance) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO attestations (seq, predicate_type, bundle) VALUES (?1, ?2, ?3)",
            )?
            .execute((seq, stated.predicate_type(), stated.bundle()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use npm_model::Digests;

    use super::*;
    use crate::{
        PackumentForm,
        testing::{Bench, at, name, version},
    };

    fn provenance(kind: &str) -> Provenance {
        let sha512 = Digests::of(b"").integrity.to_hex();
        let statement = format!(
            r#"{{"subject":[{{"name":"","digest":{{"sha512":"{sha512}"}}}}],"predicateType":"{kind}"}}"#
        );
        let payload = STANDARD.encode(statement);
        let bundle = format!(
            r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{{"payload":"{payload}","payloadType":"application/vnd.in-toto+json","signatures":[{{"sig":""}}]}}}}"#
        );
        Provenance::parse(&bundle).unwrap()
    }

    fn shown(bench: &Bench, package: &str) -> Vec<Option<String>> {
        let rows = bench
            .catalog
            .read(|rows| rows.packument(&name(package), PackumentForm::Abbreviated));
        let versions = rows.unwrap().unwrap().versions.into_iter();
        versions.map(|version| version.provenance).collect()
    }

    #[test]
    fn what_is_stated_is_of_one_version_and_goes_with_it() {
        let bench = Bench::new();
        for package in ["a", "b"] {
            for (number, kind) in [("1.0.0", None), ("1.1.0+x", Some("one")), ("1.2.0", None)] {
                let seq = bench.publish(package, number, "latest");
                if let Some(kind) = kind {
                    bench.write(move |rows| rows.add_attestation(seq, &provenance(kind)));
                }
            }
            assert_eq!(shown(&bench, package), [None, Some("one".to_owned()), None]);
        }
        let stated = |package: &str, number: &str| {
            let found = bench
                .catalog
                .read(|rows| rows.attestation(&name(package), &version(number)));
            found.unwrap()
        };
        // As everywhere, build metadata makes no difference.
        for number in ["1.1.0", "1.1.0+x", "1.1.0+y"] {
            let found = stated("a", number).unwrap();
            assert_eq!(found.predicate_type, "one");
            assert_eq!(found.bundle, provenance("one").bundle());
        }
        for (package, number) in [("a", "1.0.0"), ("a", "9.0.0"), ("c", "1.1.0")] {
            assert_eq!(stated(package, number), None);
        }
        let manifest = bench
            .catalog
            .read(|rows| rows.manifest(&name("a"), &version("1.1.0")));
        let manifest = manifest.unwrap().unwrap();
        assert_eq!(manifest.provenance.as_deref(), Some("one"));
        bench.write(|rows| {
            let row = rows.package(&name("a"))?.unwrap();
            rows.remove_version(row.id, &version("1.1.0+x"), at(5))
        });
        assert_eq!(stated("a", "1.1.0"), None);
        assert!(stated("b", "1.1.0").is_some());
        bench.publish("a", "1.1.0", "latest");
        assert_eq!(shown(&bench, "a"), [None, None, None]);
    }
}
