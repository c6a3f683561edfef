//! The terminal is given back as it was, whatever ends or stops the program.

use integration::Terminal;

use super::prepared;

/// Runs the screens in a shell, so that something is left when they are gone.
fn in_a_shell(registry: &integration::Registry) -> (Terminal, String) {
    let terminal = Terminal::shell(24, 80);
    let command = registry.term(None);
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<&str> = words.map(|word| word.to_str().unwrap()).collect();
    let line = words.join(" ");
    terminal.enters(&format!("clear; {line}"));
    terminal.shows("1 Config");
    let pattern = format!("^{line}");
    (terminal, pattern)
}

/// Looks whether the shell has its terminal back.
#[track_caller]
fn is_given_back(terminal: &Terminal) {
    terminal.enters("stty -a | grep -o ' icanon\\| echo ' | wc -l; echo given back");
    terminal.until("given back", |screen| {
        screen.lines().any(|line| line == "given back")
    });
    let screen = terminal.screen();
    assert!(screen.lines().any(|line| line == "2"), "{screen}");
    for (variable, value) in [
        ("alternate_on", "0"),
        ("cursor_flag", "1"),
        ("mouse_any_flag", "0"),
    ] {
        assert_eq!(terminal.knows(variable), value, "{variable}");
    }
}

fn kill(signal: &str, pattern: &str) {
    let sent = std::process::Command::new("pkill")
        .args([&format!("-{signal}"), "-f", pattern])
        .status()
        .unwrap();
    assert!(sent.success(), "{pattern}");
}

#[test]
fn ctrl_c_leaves() {
    let registry = prepared();
    let (terminal, _) = in_a_shell(&registry);
    terminal.press(&["C-c"]).shows("shell$");
    terminal.enters("echo left with $?").shows("left with 0");
    is_given_back(&terminal);
}

#[test]
fn signals_end_it_as_they_would_have() {
    let registry = prepared();
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let (terminal, pattern) = in_a_shell(&registry);
        kill(signal, &pattern);
        terminal.shows("shell$");
        terminal
            .enters("echo left with $?")
            .shows(&format!("left with {code}"));
        is_given_back(&terminal);
    }
}

#[test]
fn it_steps_back_into_the_shell_and_comes_again() {
    let registry = prepared();
    let (terminal, pattern) = in_a_shell(&registry);
    terminal
        .types(":")
        .enters("set rows 0x33")
        .shows("1 field not saved");
    for by_key in [true, false] {
        if by_key {
            terminal.press(&["C-z"]);
        } else {
            kill("TSTP", &pattern);
        }
        terminal.shows("Stopped");
        is_given_back(&terminal);
        terminal.enters("clear; fg").shows("→ 51");
        assert_eq!(terminal.knows("alternate_on"), "1");
    }
    terminal.press(&["C-c", "C-c"]).shows("shell$");
}

#[test]
fn leaving_waits_for_no_line_that_waits() {
    let registry = prepared();
    // Connections are taken by the system and answered by nobody.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut command = std::process::Command::new(registry.term(None).get_program());
    command.args(["--registry", &url, "--token", "x", "--lockfile"]);
    command
        .arg(registry.lockfile())
        .env("TERM", "xterm-256color");
    let terminal = Terminal::start(&command, 24, 80);
    terminal.shows("1 Config");
    for _ in 0..3 {
        terminal.types(":").enters("packages");
    }
    terminal.shows("running");
    terminal.press(&["C-c", "C-c"]);
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn whoever_is_asked_for_a_secret_gets_the_terminal_back() {
    let registry = prepared();
    let root = registry.user("root");
    registry
        .command(&["config", "set", "terminal_mode", "cooked"])
        .exits(0);
    let terminal = Terminal::shell(24, 80);
    let command = registry.term(None);
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<&str> = words.map(|word| word.to_str().unwrap()).collect();
    let line = words.join(" ");
    terminal.enters(&format!("export REGISTRY_TOKEN={}", root.token));
    for signal in ["TSTP", "TERM"] {
        terminal
            .enters(&format!("clear; {line}"))
            .shows("registry>");
        terminal.enters("user add zed").shows("Password for zed:");
        kill(signal, &format!("^{line}"));
        terminal.shows("shell$");
        is_given_back(&terminal);
        terminal.enters("kill -9 %1; clear; wait").shows("shell$");
    }
}
