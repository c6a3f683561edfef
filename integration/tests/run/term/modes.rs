//! What the byte `terminal_mode` decides, also while somebody is there.

use super::{prepared, screens};
use integration::{Registry, Terminal};

fn set(registry: &Registry, mode: &str) {
    registry
        .command(&["config", "set", "terminal_mode", mode])
        .exits(0);
}

#[test]
fn a_terminal_that_is_disabled_says_so_and_exits_with_2() {
    let registry = prepared();
    set(&registry, "disabled");
    let refused = registry.term_fed(None, "show\n").exits(2);
    refused
        .says("registry-term: terminals are disabled: the byte at 0x09 of ")
        .says("hint: `registryd config set terminal_mode raw")
        .does_not_say("OFFSET");
    let terminal = Terminal::start(&registry.term(None), 24, 200);
    assert_eq!(terminal.ends(), 2);
    terminal.shows("enables them");
}

#[test]
fn the_mode_changes_while_somebody_is_there_and_what_is_pending_stays() {
    let registry = prepared();
    let terminal = screens(&registry, None, 24, 80);
    terminal
        .types(":")
        .enters("set rows 0x21")
        .shows("1 field not saved");
    set(&registry, "cooked");
    terminal.shows("registry*>");
    assert_eq!(terminal.knows("alternate_on"), "0");
    terminal
        .enters("diff")
        .shows("rows   0 (follows the window)  33");
    set(&registry, "raw");
    terminal.shows("1 Config");
    terminal.shows("→ 33");
    set(&registry, "disabled");
    assert_eq!(terminal.ends(), 2);
    terminal.shows("enables them");
}

#[test]
fn rows_and_cols_fix_what_is_drawn() {
    let registry = prepared();
    let terminal = screens(&registry, None, 40, 120);
    registry.command(&["config", "set", "rows", "20"]).exits(0);
    registry.command(&["config", "set", "cols", "60"]).exits(0);
    let is_small = |screen: &str| {
        let lines: Vec<&str> = screen.lines().collect();
        let last = lines.iter().rposition(|line| !line.trim().is_empty());
        last.is_some_and(|last| last < 20) && lines.iter().all(|line| line.chars().count() <= 60)
    };
    terminal.until("20 rows of 60 cells", is_small);
    registry.command(&["config", "set", "rows", "0"]).exits(0);
    registry.command(&["config", "set", "cols", "0"]).exits(0);
    terminal.until("the whole window", |screen| !is_small(screen));
}

#[test]
fn a_pipe_gets_lines_whatever_the_screens_would_be() {
    let registry = prepared();
    let shown = registry.term_fed(None, "show\n").exits(0);
    shown.says("terminal_mode  raw");
}
