//! Which keys there are: one table, from which the line at the bottom and the help come.

use crate::screen::Screen;

/// Keys that do one thing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyLine {
    /// The keys, as people say them.
    pub(crate) keys: &'static str,
    /// What they do in a word or two; empty where there is no need to be told all the time.
    pub(crate) short: &'static str,
    /// What they do.
    pub(crate) does: &'static str,
}

const fn key(keys: &'static str, short: &'static str, does: &'static str) -> KeyLine {
    KeyLine { keys, short, does }
}

/// What holds on every screen.
pub(crate) const EVERYWHERE: &[KeyLine] = &[
    key(":", "command", "types a command"),
    key("F1–F6, Alt-1–6", "", "goes to a screen"),
    key(
        "Tab, Shift-Tab",
        "",
        "goes to the next part of the screen, and to the tabs",
    ),
    key("?", "", "shows this help"),
    key(
        "Ctrl-P",
        "",
        "types a command, also where letters mean something else",
    ),
    key("Ctrl-O", "", "shows or hides the output of commands"),
    key("Ctrl-L", "", "draws everything anew"),
    key("Ctrl-Z", "", "steps back into the shell"),
    key(
        "q, Ctrl-C, Ctrl-D",
        "",
        "leaves; asks again while something is not saved",
    ),
    key(
        "the mouse",
        "",
        "clicks tabs, rows, bytes and switches; the wheel scrolls",
    ),
];

/// What holds in the command line.
pub(crate) const COMMAND_LINE: &[KeyLine] = &[
    key("Enter", "runs", "runs the command"),
    key(
        "Tab, Shift-Tab",
        "completes",
        "completes the word, then goes through what can stand there",
    ),
    key("Up, Down", "history", "goes through what was typed before"),
    key("Ctrl-R", "search", "searches what was typed before"),
    key(
        "Esc",
        "closes",
        "leaves the command line, then closes the output",
    ),
    key("PgUp, PgDn", "", "scrolls the output"),
    key("Ctrl-A, Ctrl-E", "", "goes to the beginning, to the end"),
    key(
        "Alt-B, Alt-F",
        "",
        "goes a word back, a word on; Ctrl with an arrow does too",
    ),
    key("Ctrl-U, Ctrl-K", "", "deletes to the beginning, to the end"),
    key(
        "Ctrl-W, Alt-D",
        "",
        "deletes the word before, the word after",
    ),
    key(
        "a blank first",
        "",
        "keeps the line out of the history, as `verify TOKEN` always is",
    ),
];

const CONFIG: &[KeyLine] = &[
    key("arrows, hjkl", "", "goes through the bytes or the fields"),
    key(
        "Enter",
        "edit",
        "edits a byte or a field, or turns a switch",
    ),
    key(
        "s",
        "save",
        "shows the bytes that would be written, and writes them when pressed again",
    ),
    key("r", "revert", "forgets what is pending"),
    key(
        "Space",
        "switch",
        "turns a switch, or goes to the next terminal mode",
    ),
    key(
        "Tab",
        "bytes/fields",
        "goes from the bytes to the fields and on to the tabs",
    ),
    key(
        "0–9, a–f",
        "",
        "types a byte in hexadecimal, or a field's number",
    ),
];

const PACKAGES: &[KeyLine] = &[
    key(
        "Up, Down, PgUp, PgDn",
        "",
        "goes through the list, or scrolls the details",
    ),
    key("Enter", "open", "shows all that is known of a package"),
    key(
        "/",
        "filter",
        "filters as you type, by name, description and keywords",
    ),
    key("o", "order", "orders by name or by date"),
    key(
        "Esc",
        "back",
        "goes back to the list, then forgets the filter",
    ),
    key(
        "t",
        "tag",
        "begins a command that sets a dist-tag of the package",
    ),
    key("p", "publish", "begins a command that publishes a folder"),
];

const STATUS: &[KeyLine] = &[];

const LOG: &[KeyLine] = &[
    key("Up, PgUp", "back", "goes back, and stops following"),
    key("End, f", "follow", "follows what happens"),
    key("/", "filter", "filters as you type"),
    key("Esc", "", "forgets the filter"),
];

const ACCESS: &[KeyLine] = &[
    key("Up, Down", "", "goes through the list"),
    key(
        "Tab",
        "users/keys",
        "goes from the users to the keys and on to the tabs",
    ),
    key(
        "Enter",
        "disable/revoke",
        "begins the command that disables or enables a user, or revokes a key",
    ),
    key("n", "new", "begins the command that makes a user or a key"),
    key("r", "reload", "asks who there is anew"),
];

const HELP: &[KeyLine] = &[key("Up, Down, PgUp, PgDn", "scroll", "scrolls")];

/// Returns the keys of a screen.
pub(crate) const fn of(screen: Screen) -> &'static [KeyLine] {
    match screen {
        Screen::Config => CONFIG,
        Screen::Packages => PACKAGES,
        Screen::Status => STATUS,
        Screen::Log => LOG,
        Screen::Access => ACCESS,
        Screen::Help => HELP,
    }
}
