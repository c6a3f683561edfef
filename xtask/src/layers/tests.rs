use super::metadata::Metadata;
use super::*;

/// A page with a table that is true for [`METADATA`].
const PAGE: &str = "\
# House

| crate | may name |
|---|---|
| `elsewhere` | `nothing` |

## Arrows

Top floor first.

| crate | may name | why |
|---|---|---|
| `bin` | `door`, `ground` | wires |
| `door` | `ground` | |
| `tests` | `ground` | |
| `ground` | — | |

## Next

| `other` | `table` |
";

/// `bin` names a crate of the same name twice, `tests` by a dev-dependency, `door` by another name.
const METADATA: &str = r#"{
    "target_directory": "/target",
    "packages": [
        { "name": "bin", "dependencies": [
            { "name": "door", "path": "/door", "kind": null },
            { "name": "ground", "path": "/ground", "kind": null },
            { "name": "ground", "path": "/ground", "kind": "build" },
            { "name": "serde", "path": null, "kind": null } ] },
        { "name": "door", "dependencies": [
            { "name": "ground", "rename": "floor", "path": "/ground", "kind": null } ] },
        { "name": "tests", "dependencies": [ { "name": "ground", "path": "/ground", "kind": "dev" } ] },
        { "name": "ground", "dependencies": [ { "name": "door", "path": null, "kind": null } ] }
    ]
}"#;

fn members() -> Vec<Member> {
    serde_json::from_str::<Metadata>(METADATA)
        .unwrap()
        .members()
}

fn check(page: &str, members: &[Member], expected: &[&str]) {
    let found: Vec<_> = compare(&table::parse(page).unwrap(), members)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, expected);
}

fn with_arrow(from: &str, to: &str) -> Vec<Member> {
    let mut members = members();
    members
        .iter_mut()
        .find(|member| member.name == from)
        .unwrap()
        .names
        .insert(to.to_owned());
    members
}

#[test]
fn the_true_table_passes() {
    check(PAGE, &members(), &[]);
}

#[test]
fn an_added_upward_arrow_is_named() {
    check(
        PAGE,
        &with_arrow("ground", "bin"),
        &["ground -> bin: this arrow is not in the table"],
    );
}

#[test]
fn an_added_downward_arrow_is_named_too() {
    check(
        PAGE,
        &with_arrow("tests", "door"),
        &["tests -> door: this arrow is not in the table"],
    );
}

#[test]
fn an_upward_arrow_cannot_be_allowed() {
    let page = PAGE.replace("| `ground` | — | |", "| `ground` | `bin` | |");
    check(
        &page,
        &with_arrow("ground", "bin"),
        &["ground -> bin: line 16 allows an arrow that does not point down"],
    );
}

#[test]
fn a_crate_cannot_be_allowed_to_name_itself() {
    let page = PAGE.replace("| `door` | `ground` | |", "| `door` | `door`, `ground` | |");
    check(
        &page,
        &with_arrow("door", "door"),
        &["door -> door: line 14 allows an arrow that does not point down"],
    );
}

#[test]
fn an_allowed_arrow_that_nobody_uses_is_named() {
    let page = PAGE.replace(
        "| `door` | `ground` | |",
        "| `door` | `tests`, `ground` | |",
    );
    check(
        &page,
        &members(),
        &["door -> tests: line 14 allows an arrow that nobody uses"],
    );
}

#[test]
fn a_crate_without_a_row_is_named() {
    let page = PAGE.replace("| `tests` | `ground` | |\n", "");
    check(&page, &members(), &["tests: this crate has no row"]);
}

#[test]
fn a_row_without_a_crate_is_named_once() {
    let page = PAGE
        .replace(
            "| `ground` | — | |",
            "| `cellar` | `rock` | |\n| `ground` | — | |",
        )
        .replace(
            "| `door` | `ground` | |",
            "| `door` | `cellar`, `ground` | |",
        );
    check(
        &page,
        &members(),
        &[
            "cellar: line 16 names a crate that does not exist",
            "rock: line 16 names a crate that does not exist",
        ],
    );
}

#[test]
fn a_page_without_a_table_is_refused() {
    for page in [
        "",
        "## Arrows\n",
        "## Arrows\n\n## Next\n\n| a | b |\n|---|---|\n| `a` | `b` |\n",
    ] {
        assert_eq!(table::parse(page), Err(TableError::Absent), "{page}");
    }
}

#[test]
fn a_malformed_row_is_named_by_its_line() {
    for row in [
        "| `a` |",
        "| `a` | |",
        "| a b | `c` |",
        "| `a` | `b` `c` |",
        "| `a` | `b`,, `c` |",
        "| `a` | - |",
        "| `a` | `b`",
    ] {
        let page = format!("## Arrows\n| crate | may name |\n|---|---|\n{row}\n");
        assert_eq!(
            table::parse(&page),
            Err(TableError::Malformed { line: 4 }),
            "{row}"
        );
    }
}

#[test]
fn a_crate_with_two_rows_is_refused() {
    let page = "## Arrows\n| crate | may name |\n|---|---|\n| `a` | — |\n| `a` | — |\n";
    assert_eq!(
        table::parse(page),
        Err(TableError::Twice {
            line: 5,
            name: "a".into()
        })
    );
}
