//! The screens in a real terminal, with keys pressed and cells looked at.

use std::{fs, os::unix::fs::FileExt};

use integration::{Examples, PREMIUM_TYPES, Terminal, write_flags};

use super::{prepared, screens};

#[test]
fn a_flag_is_edited_and_saved_and_a_package_published_and_both_appear() {
    let registry = prepared();
    let root = registry.user("root");
    let examples = Examples::copied();
    let terminal = screens(&registry, Some(&root), 30, 110);
    terminal.shows("root");
    terminal.press(&["Down", "Down", "Down", "Space"]);
    terminal.shows("[x] PREMIUM_TYPES");
    assert_eq!(fs::read(registry.lockfile()).unwrap()[5], 0);
    terminal.types("s").shows("write 0x05 00→01?");
    terminal.types("s").hides("→ on");
    assert_eq!(fs::read(registry.lockfile()).unwrap()[5], 1);
    let folder = examples.pkg_1();
    terminal
        .types(":")
        .enters(&format!("publish {}", folder.display()));
    terminal.shows("@mycompany/pkg-1@1.0.0 published to");
    terminal.press(&["F2"]);
    let screen = terminal.shows("1 package, by name");
    assert!(screen.contains("@mycompany/pkg-1"), "{screen}");
    terminal.press(&["Enter"]).shows("sha512-");
    // What somebody else publishes appears by itself.
    integration::Package::new("left-pad", "1.3.0")
        .publish(&root.http)
        .send()
        .expect(201);
    terminal.shows("left-pad");
    // So does what was done, to whoever may see it.
    terminal.press(&["F4"]).shows("package.p");
    terminal.press(&["C-c"]);
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_byte_that_another_program_writes_appears() {
    let registry = prepared();
    let terminal = screens(&registry, None, 24, 80);
    terminal.shows("[ ] PREMIUM_TYPES");
    write_flags(&registry.lockfile(), PREMIUM_TYPES);
    terminal.shows("[x] PREMIUM_TYPES");
    terminal.shows("changed elsewhere");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(registry.lockfile())
        .unwrap();
    file.write_all_at(&[0xab], 12).unwrap();
    terminal.shows("171");
}

#[test]
fn a_server_that_goes_and_comes_is_told_and_the_13_bytes_are_edited_meanwhile() {
    let mut registry = prepared();
    let root = registry.user("root");
    let terminal = screens(&registry, Some(&root), 30, 110);
    terminal.shows("root");
    registry.stop();
    terminal.shows("server down");
    terminal
        .types(":")
        .enters("enable debug; save")
        .shows("1 byte changed");
    assert_eq!(fs::read(registry.lockfile()).unwrap()[5], 4);
    registry.restart();
    terminal.hides("server down");
    terminal.press(&["F3"]).shows("up ");
}

#[test]
fn every_size_is_drawn_and_one_that_is_too_small_says_so() {
    let registry = prepared();
    let terminal = screens(&registry, None, 24, 80);
    terminal.resize(12, 40).shows("feature_flags");
    terminal.resize(11, 40).shows("40×12 needed, this is 40×11");
    terminal.resize(60, 200).shows("follows the window");
    for screen in ["F2", "F3", "F4", "F5", "F6", "F1"] {
        terminal.press(&[screen]);
        for (rows, cols) in [(12, 40), (24, 80), (60, 200)] {
            terminal.resize(rows, cols);
            // It is drawn to the bottom, where the keys are and below them what was said last.
            terminal.until("keys at the bottom", |screen| {
                let mut bottom = screen.lines().skip(usize::from(rows) - 2);
                bottom.any(|line| line.ends_with("? help"))
            });
        }
    }
}

#[test]
fn no_color_is_obeyed() {
    let registry = prepared();
    // 30 to 38 are colours of letters, 40 to 48 of what is behind them; 39 and 49 are the terminal's own.
    let is_coloured = |screen: &str| {
        let mut sequences = screen.split("\u{1b}[").skip(1);
        sequences.any(|sequence| {
            let numbers = sequence.split('m').next().unwrap_or_default();
            let mut numbers = numbers.split(';').filter_map(|it| it.parse::<u8>().ok());
            numbers.any(|it| (30..=38).contains(&it) || (40..=48).contains(&it))
        })
    };
    let terminal = screens(&registry, None, 24, 80);
    assert!(is_coloured(&terminal.coloured_screen()));
    let mut command = registry.term(None);
    command.env("NO_COLOR", "1");
    let terminal = Terminal::start(&command, 24, 80);
    terminal.shows("1 Config");
    let screen = terminal.coloured_screen();
    assert!(!is_coloured(&screen), "{screen:?}");
}

#[test]
fn commands_are_completed_with_what_the_registry_knows() {
    let registry = prepared();
    let root = registry.user("root");
    integration::Package::new("left-pad", "1.3.0")
        .publish(&root.http)
        .send()
        .expect(201);
    let terminal = screens(&registry, Some(&root), 24, 100);
    terminal.press(&["F2"]).shows("left-pad");
    terminal
        .types(":info le")
        .press(&["Tab"])
        .shows("info left-pad");
    terminal
        .press(&["C-u"])
        .types("user disable bo")
        .press(&["Tab"])
        .shows("user disable bob");
    terminal
        .press(&["C-u"])
        .types("enab")
        .press(&["Tab"])
        .shows("› enable");
    terminal
        .types("PREM")
        .press(&["Tab"])
        .shows("enable PREMIUM_TYPES");
}

#[test]
fn folders_are_completed_for_publish() {
    let registry = prepared();
    let folder = tempfile::tempdir().unwrap();
    for name in ["packages/pad", "packages/.hidden", "papers"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("pack"), "no folder").unwrap();
    let mut command = registry.term(None);
    command.current_dir(folder.path());
    let terminal = Terminal::start(&command, 24, 80);
    terminal.shows("1 Config");
    terminal
        .types(":publish pac")
        .press(&["Tab"])
        .shows("publish packages/");
    terminal.press(&["Tab"]).shows("publish packages/pad/");
}

#[test]
fn the_mouse_chooses_screens_and_switches() {
    let registry = prepared();
    let terminal = screens(&registry, None, 24, 80);
    let screen = terminal.shows("[ ] DEBUG");
    let click = |text: &str| {
        let (row, line) = screen
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(text))
            .unwrap();
        let col = line[..line.find(text).unwrap()].chars().count();
        // As terminals tell it (SGR 1006): the button, and cells that are counted from 1.
        let press = format!("\u{1b}[<0;{};{}M", col + 2, row + 1);
        terminal.types(&press);
    };
    click("[ ] DEBUG");
    terminal.shows("[x] DEBUG");
    click("2 Packages");
    terminal.shows("No packages yet");
    terminal.press(&["C-c", "C-c"]);
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn secrets_are_asked_for_and_not_shown() {
    let registry = prepared();
    let root = registry.user("root");
    let terminal = screens(&registry, Some(&root), 24, 100);
    terminal.shows("root");
    terminal
        .types(":")
        .enters("key create ci read")
        .shows("Your password");
    let screen = terminal.enters(integration::PASSWORD).shows("r13k_");
    assert!(!screen.contains(integration::PASSWORD), "{screen}");
    terminal
        .types(":")
        .enters("user remove bob")
        .shows("Remove bob");
    terminal.types("y").shows("bob was removed");
}
