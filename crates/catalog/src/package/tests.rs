use super::*;
use crate::testing::{Bench, at, name, new_version, version};

fn tag(text: &str) -> DistTag {
    DistTag::parse(text).unwrap()
}

/// One change of a package, given its row.
type Change = fn(&Write<'_>, PackageId) -> Result<(), CatalogError>;

#[test]
fn the_rev_changes_with_every_touch() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0", "latest");
    let mut revs = vec![bench.rev("a").unwrap()];
    // The clock stands still, goes back, and goes on: the rev is a new one each time.
    for millis in [1_000, 1_000, 0, 5, 2_000, 2_000] {
        bench.write(move |rows| {
            let row = rows.package(&name("a"))?.unwrap();
            rows.touch_package(row.id, at(millis))
        });
        let rev = bench.rev("a").unwrap();
        assert!(!revs.contains(&rev), "{rev} once more in {revs:?}");
        revs.push(rev);
    }
}

#[test]
fn a_package_that_is_made_again_repeats_no_rev() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0", "latest");
    let before = bench.rev("a").unwrap();
    bench.tamper("DELETE FROM packages");
    assert_eq!(bench.rev("a"), None);
    bench.write(|rows| {
        let id = rows.add_package(&name("a"), at(1_001))?;
        rows.touch_package(id, at(1_001))
    });
    assert_ne!(bench.rev("a").unwrap(), before);
}

#[test]
fn the_time_of_the_last_change_never_goes_back() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0", "latest");
    bench.write(|rows| {
        let row = rows.package(&name("a"))?.unwrap();
        rows.touch_package(row.id, at(3))
    });
    let rows = bench
        .catalog
        .read(|rows| rows.packument(&name("a"), PackumentForm::Full));
    let head = rows.unwrap().unwrap().head;
    assert_eq!((head.created, head.modified), (at(1_000), at(1_000)));
}

#[test]
fn a_packument_holds_the_versions_in_the_order_of_publishing() {
    let bench = Bench::new();
    for number in ["2.0.0", "1.0.0", "10.0.0", "1.0.0-rc.1"] {
        bench.publish("a", number, "latest");
        bench.publish("b", number, "latest");
    }
    assert_eq!(
        bench.versions("a"),
        ["2.0.0", "1.0.0", "10.0.0", "1.0.0-rc.1"]
    );
    bench.write(|rows| {
        let row = rows.package(&name("a"))?.unwrap();
        rows.set_readme(row.id, Some("readme.md"), "# A")?;
        rows.set_readme(row.id, Some("README.md"), "# B")
    });
    for form in [PackumentForm::Full, PackumentForm::Abbreviated] {
        let rows = bench.catalog.read(|rows| rows.packument(&name("a"), form));
        let PackumentRows { head, versions } = rows.unwrap().unwrap();
        for StoredVersion {
            version, stored, ..
        } in versions
        {
            let expected = new_version("a", version.as_str()).manifest;
            let expected = match form {
                PackumentForm::Full => expected.full,
                PackumentForm::Abbreviated => expected.abbreviated,
            };
            assert_eq!(stored, expected);
        }
        assert_eq!(head.times.len(), 4);
        assert_eq!(head.dist_tags, [(tag("latest"), version("1.0.0-rc.1"))]);
        let full = form == PackumentForm::Full;
        let owners = head.maintainers.iter();
        let owners = owners.map(|it| (it.name.as_str(), it.email.as_str()));
        assert_eq!(owners.collect::<Vec<_>>(), [("alice", "")]);
        assert_eq!(head.readme.as_deref(), full.then_some("# B"));
        assert_eq!(head.readme_filename.as_deref(), full.then_some("README.md"));
    }
}

#[test]
fn build_metadata_makes_no_other_version() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0+linux", "latest");
    for spelled in ["1.0.0", "1.0.0+linux", "1.0.0+mac.7"] {
        let found = bench.write(move |rows| {
            let row = rows.package(&name("a"))?.unwrap();
            rows.find_version(row.id, &version(spelled))
        });
        assert_eq!(found, Some(version("1.0.0+linux")), "{spelled}");
        let tarball = bench
            .catalog
            .read(|rows| rows.tarball(&name("a"), &version(spelled)));
        assert_eq!(
            tarball.unwrap().unwrap().integrity,
            new_version("a", "1.0.0+linux").integrity
        );
        let manifest = bench
            .catalog
            .read(|rows| rows.manifest(&name("a"), &version(spelled)));
        assert!(manifest.unwrap().is_some());
    }
    let again = bench.catalog.write_blocking(|rows| {
        let row = rows.package(&name("a"))?.unwrap();
        rows.add_version(row.id, &new_version("a", "1.0.0+mac"))
    });
    assert!(again.is_err());
    assert_eq!(bench.versions("a"), ["1.0.0+linux"]);
}

#[test]
fn what_is_not_there_is_nothing_and_no_error() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0", "latest");
    let read = bench.catalog.read(|rows| {
        assert!(rows.package(&name("b"))?.is_none());
        for form in [PackumentForm::Full, PackumentForm::Abbreviated] {
            assert!(rows.packument(&name("b"), form)?.is_none());
        }
        for (package, number) in [("b", "1.0.0"), ("a", "1.0.1"), ("A", "1.0.0")] {
            assert!(rows.manifest(&name(package), &version(number))?.is_none());
            assert!(rows.tarball(&name(package), &version(number))?.is_none());
        }
        assert!(rows.dist_tags(&name("b"))?.is_none());
        Ok::<_, CatalogError>(())
    });
    read.unwrap();
    let removed = bench.write(|rows| {
        let row = rows.package(&name("a"))?.unwrap();
        assert_eq!(rows.dist_tag(row.id, &tag("next"))?, None);
        rows.remove_dist_tag(row.id, &tag("next"))
    });
    assert!(!removed);
}

#[test]
fn similar_names_are_found() {
    fn check(there: &str, new: &str, similar: bool) {
        let bench = Bench::new();
        bench.publish(there, "1.0.0", "latest");
        let found = bench.write({
            let new = name(new);
            move |rows| rows.similar_package(&new)
        });
        assert_eq!(found.as_deref(), similar.then_some(there), "{new}");
    }
    check("left-pad", "leftpad", true);
    check("left-pad", "left.pad", true);
    check("left-pad", "left_pad", true);
    check("left-pad", "Left-Pad", true);
    check("@acme/left-pad", "@acme/leftpad", true);
    check("left-pad", "left-pad", false);
    check("left-pad", "leftpads", false);
    check("left-pad", "@acme/left-pad", false);
    check("@acme/left-pad", "@other/left-pad", false);
}

#[test]
fn each_kind_of_change_stays_within_its_package() {
    fn check(change: Change) {
        let bench = Bench::new();
        bench.publish("a", "1.0.0", "latest");
        bench.publish("b", "1.0.0", "latest");
        let all = |package: &str| {
            let package = name(package);
            let read = bench
                .catalog
                .read(|rows| rows.packument(&package, PackumentForm::Full));
            format!("{:?}", read.unwrap())
        };
        let before = (all("a"), all("b"));
        bench.write(move |rows| {
            let row = rows.package(&name("a"))?.unwrap();
            change(rows, row.id)
        });
        assert_ne!(all("a"), before.0);
        assert_eq!(all("b"), before.1);
    }
    check(|rows, id| rows.add_version(id, &new_version("a", "1.1.0")).map(|_| ()));
    check(|rows, id| rows.set_dist_tag(id, &tag("next"), &version("1.0.0")));
    check(|rows, id| rows.remove_dist_tag(id, &tag("latest")).map(|_| ()));
    check(|rows, id| rows.set_readme(id, None, "# A"));
    check(|rows, id| rows.add_owner(id, "bob"));
    check(|rows, id| rows.touch_package(id, at(2_000)));
}

#[test]
fn rows_that_cannot_be_read_are_an_error_that_says_so() {
    fn check(damage: &str) {
        let bench = Bench::new();
        bench.publish("a", "1.0.0", "latest");
        bench.tamper(damage);
        let name = name("a");
        let number = version("1.0.0");
        let reads = bench.catalog.read(|rows| {
            let results = [
                rows.packument(&name, PackumentForm::Full).map(|_| ()),
                rows.packument(&name, PackumentForm::Abbreviated)
                    .map(|_| ()),
                rows.manifest(&name, &number).map(|_| ()),
                rows.tarball(&name, &number).map(|_| ()),
                rows.dist_tags(&name).map(|_| ()),
                rows.published_after(0, |_| Ok::<_, CatalogError>(())),
            ];
            Ok::<_, CatalogError>(results)
        });
        let errors: Vec<_> = reads.unwrap().into_iter().filter_map(Result::err).collect();
        assert!(!errors.is_empty(), "nothing noticed {damage}");
        for error in errors {
            assert!(
                matches!(error, CatalogError::Damaged { .. }),
                "{damage}: {error:?}"
            );
        }
    }
    check("UPDATE versions SET version = 'one'");
    check("UPDATE versions SET version = CAST(x'ff' AS TEXT)");
    check("UPDATE versions SET integrity = x'00'");
    check("UPDATE versions SET shasum = x''");
    check("UPDATE versions SET size = -1");
    check("UPDATE versions SET full = CAST(x'ff' AS TEXT)");
    check("UPDATE versions SET abbreviated = CAST(x'ff' AS TEXT)");
    check("UPDATE owners SET account = CAST(x'ff' AS TEXT)");
    check("UPDATE dist_tags SET tag = '1.0.0'");
    check("UPDATE dist_tags SET version = ''");
    check("INSERT INTO packages VALUES (7, '.', '', 0, 0, 0); UPDATE versions SET package_id = 7");
}

#[test]
fn times_out_of_range_are_read_as_the_nearest_one() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0", "latest");
    for millis in [i64::MIN, -1, i64::MAX] {
        bench.tamper(&format!(
            "UPDATE packages SET created_ms = {millis}, modified_ms = {millis};
             UPDATE versions SET published_ms = {millis}"
        ));
        let rows = bench
            .catalog
            .read(|rows| rows.packument(&name("a"), PackumentForm::Full));
        let head = rows.unwrap().unwrap().head;
        assert_eq!(head.created, at(u64::try_from(millis).unwrap_or(0)));
    }
}
