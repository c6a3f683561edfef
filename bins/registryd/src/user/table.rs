//! Accounts as a table that people read.

use std::time::SystemTime;

use auth::Person;

const HEAD: [&str; 6] = ["NAME", "ROLE", "STATE", "E-MAIL", "MADE", "LAST USED"];

/// Between two columns.
const GAP: &str = "  ";

pub(super) fn of(people: &[Person]) -> String {
    let rows: Vec<[String; HEAD.len()]> = [HEAD.map(str::to_owned)]
        .into_iter()
        .chain(people.iter().map(row))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; HEAD.len()] = std::array::from_fn(width);
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join(GAP).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn row(person: &Person) -> [String; HEAD.len()] {
    let state = if person.disabled {
        "disabled"
    } else {
        "active"
    };
    let email = Some(person.email.as_str()).filter(|email| !email.is_empty());
    [
        person.name.clone(),
        person.role.as_str().to_owned(),
        state.to_owned(),
        email.unwrap_or("-").to_owned(),
        day(person.created),
        person.last_used.map_or_else(|| "never".to_owned(), day),
    ]
}

fn day(time: SystemTime) -> String {
    let text = humantime::format_rfc3339_seconds(time).to_string();
    text.chars().take("2026-01-01".len()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use catalog::Role;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let person = |name: &str, email: &str, disabled, used: Option<u64>| Person {
            name: name.to_owned(),
            email: email.to_owned(),
            role: if disabled {
                Role::Maintainer
            } else {
                Role::Admin
            },
            disabled,
            created: SystemTime::UNIX_EPOCH,
            last_used: used.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
        };
        let people = [
            person("alice", "", false, Some(86_400)),
            person("someone-else", "é@exämple.de", true, None),
        ];
        let expected = "\
NAME          ROLE        STATE     E-MAIL        MADE        LAST USED
alice         admin       active    -             1970-01-01  1970-01-02
someone-else  maintainer  disabled  é@exämple.de  1970-01-01  never";
        assert_eq!(of(&people), expected);
    }
}
