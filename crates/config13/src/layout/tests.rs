use std::format;
use std::string::String;
use std::vec::Vec;

use crate::{Field, LEN};

#[test]
fn ranges_cover_the_header_without_gap_or_overlap() {
    let mut end = 0;
    for field in Field::ALL {
        assert_eq!(
            field.range().start,
            end,
            "{field} starts where the last field ended"
        );
        end = field.range().end;
    }
    assert_eq!(end, LEN);
}

#[test]
fn the_table_in_the_documentation_states_the_ranges() {
    let documented: Vec<String> = include_str!("../lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! |   0x"))
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            format!("0x{} {} {}", cells[0], cells[1], cells[2])
        })
        .collect();
    let actual: Vec<String> = Field::ALL
        .iter()
        .map(|field| {
            format!(
                "0x{:02X} {} `{}`",
                field.offset(),
                field.size(),
                field.name()
            )
        })
        .collect();
    assert_eq!(documented, actual);
}
