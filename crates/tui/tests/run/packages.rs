//! The screen of what is published.

use std::time::{Duration, SystemTime};

use tui::{
    Ask, Input, KeyCode, MouseKind, News, PackageDetails, PackageLine, Screen, Theme, VersionLine,
};

use crate::stage::{Stage, time};

fn days_ago(days: u64) -> SystemTime {
    time(0) - Duration::from_secs(days * 86_400)
}

pub(crate) fn line(name: &str, version: &str, description: &str, days: u64) -> PackageLine {
    PackageLine {
        name: name.to_owned(),
        version: version.to_owned(),
        description: description.to_owned(),
        keywords: vec!["typed".to_owned()],
        modified: Some(days_ago(days)),
    }
}

fn some() -> Vec<PackageLine> {
    vec![
        line("left-pad", "1.3.0", "Pads a string on its left", 3),
        line("@acme/left-pad", "2.0.1", "Pads as Acme likes it", 1),
        line("is-odd", "3.0.1", "Says whether a number is odd", 90),
        line("right-pad", "1.0.1", "Pads a string on its right", 40),
        line(
            "@mycompany/a-package-with-a-rather-long-name",
            "10.20.30-beta.1",
            "Has a name that does not fit everywhere",
            0,
        ),
    ]
}

pub(crate) fn details() -> PackageDetails {
    let version = |number: &str, days: u64, deprecated: Option<&str>| VersionLine {
        version: number.to_owned(),
        published: Some(days_ago(days)),
        tarball_bytes: Some(14_541),
        unpacked_bytes: Some(40_960),
        integrity: format!(
            "sha512-{}==",
            "XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQ".repeat(2)
        ),
        deprecated: deprecated.map(str::to_owned),
    };
    PackageDetails {
        description: "Pads a string on its left, with blanks or with whatever else it is given."
            .to_owned(),
        owners: vec!["alice".to_owned(), "bob".to_owned()],
        licence: Some("MIT".to_owned()),
        dist_tags: vec![
            ("latest".to_owned(), "1.3.0".to_owned()),
            ("next".to_owned(), "2.0.0-rc.1".to_owned()),
        ],
        versions: vec![
            version("2.0.0-rc.1", 1, None),
            version("1.3.0", 3, None),
            version(
                "1.2.0",
                30,
                Some("loops for ever when it is given no string"),
            ),
        ],
        dependencies: vec![
            ("is-odd".to_owned(), "^3.0.0".to_owned()),
            ("@acme/blanks".to_owned(), "~1.2.3".to_owned()),
        ],
        dependents: vec!["@acme/table".to_owned(), "right-pad".to_owned()],
        install: "npm install left-pad --registry http://localhost:4873".to_owned(),
    }
}

fn stage() -> Stage {
    let mut stage = Stage::usual();
    stage.app.show(Screen::Packages);
    stage.app.tell(News::Packages(some()));
    stage
}

/// The names in the order in which they are seen.
fn seen(stage: &mut Stage) -> Vec<&'static str> {
    let text = stage.text();
    let lines = text.lines();
    let name = |line: &str| {
        let names = [
            "@acme/left-pad",
            "@mycompany",
            "is-odd",
            "left-pad",
            "right-pad",
        ];
        names
            .into_iter()
            .find(|name| line.starts_with(&format!(" {name}")))
    };
    lines.filter_map(name).collect()
}

fn tell_details(stage: &mut Stage, name: &str) {
    stage.app.tell(News::Details {
        name: name.to_owned(),
        details: Ok(Box::new(details())),
    });
}

#[test]
fn the_list_is_seen() {
    stage().check("packages");
}

#[test]
fn without_packages_it_is_said_what_to_do() {
    let mut stage = Stage::usual();
    stage.app.show(Screen::Packages);
    assert!(stage.shows("being read"));
    stage.app.tell(News::Packages(Vec::new()));
    stage.check("packages_empty");
}

#[test]
fn a_package_is_asked_for_when_it_is_opened_and_not_before() {
    let mut stage = stage();
    for _ in 0..3 {
        assert_eq!(stage.press(KeyCode::Down), []);
    }
    let load = [Ask::Load("left-pad".to_owned())];
    assert_eq!(stage.press(KeyCode::Enter), load);
    assert!(stage.shows("being read"));
    // An answer about another one is none.
    tell_details(&mut stage, "is-odd");
    assert!(stage.shows("being read"));
    tell_details(&mut stage, "left-pad");
    stage.check("package");
    // What has changed is asked for anew.
    let news = News::Package(line("left-pad", "1.3.1", "Pads", 0));
    assert_eq!(stage.app.tell(news), load);
    let news = News::Package(line("is-odd", "9.0.0", "Odd", 0));
    assert_eq!(stage.app.tell(news), []);
    stage.press(KeyCode::Escape);
    stage.size(24, 80);
    assert!(stage.shows("right-pad"));
}

#[test]
fn the_details_scroll() {
    let mut stage = stage();
    stage.press(KeyCode::Enter);
    tell_details(&mut stage, "@acme/left-pad");
    stage.size(12, 40);
    assert!(!stage.shows("loops for ever"));
    stage.press(KeyCode::End);
    assert!(stage.shows("loops for ever"));
    stage.press(KeyCode::PageUp);
    stage.press(KeyCode::Home);
    assert!(stage.shows("@acme/left-pad"));
    stage.mouse(MouseKind::ScrollDown, "@acme/left-pad");
    assert!(!stage.shows(" @acme/left-pad"));
}

#[test]
fn details_that_are_not_told_say_why() {
    let mut stage = stage();
    stage.press(KeyCode::Enter);
    stage.app.tell(News::Details {
        name: "@acme/left-pad".to_owned(),
        details: Err("this package is for its team".to_owned()),
    });
    assert!(stage.shows("this package is for its team"));
    stage
        .app
        .tell(News::PackageGone("@acme/left-pad".to_owned()));
    assert!(stage.shows("it is there no more"));
}

#[test]
fn the_filter_finds_as_it_is_typed() {
    let mut stage = stage();
    stage.types("/PAD acme");
    assert_eq!(seen(&mut stage), ["@acme/left-pad"]);
    assert!(stage.shows("1 of 5 packages"));
    for _ in 0..5 {
        stage.press(KeyCode::Backspace);
    }
    assert_eq!(
        seen(&mut stage),
        ["@acme/left-pad", "left-pad", "right-pad"]
    );
    // What is a command elsewhere is a letter here; keywords and descriptions are searched too.
    stage.types(" typed right q");
    assert_eq!(seen(&mut stage).len(), 0);
    assert!(stage.shows("No package is like that"));
    stage.press(KeyCode::Backspace);
    stage.press(KeyCode::Enter);
    assert_eq!(seen(&mut stage), ["right-pad"]);
    assert_eq!(
        stage.press(KeyCode::Enter),
        [Ask::Load("right-pad".to_owned())]
    );
    stage.press(KeyCode::Escape);
    stage.press(KeyCode::Escape);
    assert_eq!(seen(&mut stage).len(), 5);
    stage.types("/");
    stage.app.input(Input::paste("is-odd\n"));
    assert_eq!(seen(&mut stage), ["is-odd"]);
}

#[test]
fn the_order_changes_and_the_cursor_stays_on_its_package() {
    let mut stage = stage();
    stage.press(KeyCode::End);
    stage.types("o");
    let newest = [
        "@mycompany",
        "@acme/left-pad",
        "left-pad",
        "right-pad",
        "is-odd",
    ];
    assert_eq!(seen(&mut stage), newest);
    assert_eq!(
        stage.press(KeyCode::Enter),
        [Ask::Load("right-pad".to_owned())]
    );
}

#[test]
fn what_comes_and_goes_moves_the_list_and_not_the_cursor() {
    let mut stage = stage();
    stage.press(KeyCode::End);
    stage.draw();
    stage
        .app
        .tell(News::Package(line("a-first", "1.0.0", "", 0)));
    stage.app.tell(News::PackageGone("is-odd".to_owned()));
    stage.app.tell(News::PackageGone("is-odd".to_owned()));
    assert!(stage.shows("a-first"));
    assert!(!stage.shows("is-odd"));
    assert_eq!(
        stage.press(KeyCode::Enter),
        [Ask::Load("right-pad".to_owned())]
    );
}

#[test]
fn commands_about_a_package_are_begun_and_not_run() {
    let mut stage = stage();
    assert_eq!(stage.types("t"), []);
    assert!(stage.shows("› tag add @acme/left-pad"));
    stage.press(KeyCode::Escape);
    assert_eq!(stage.types("p"), []);
    assert!(stage.shows("› publish"));
    stage.press(KeyCode::Escape);
    // A name that is more than a word is not put into a command.
    stage.app.tell(News::Packages(vec![line(
        "a; user remove bob",
        "1.0.0",
        "",
        0,
    )]));
    stage.types("t");
    assert!(stage.shows("has to be typed with quotes"));
}

#[test]
fn rows_are_clicked_and_the_wheel_scrolls() {
    let mut stage = stage();
    assert_eq!(stage.click("is-odd"), []);
    assert_eq!(stage.click("is-odd"), [Ask::Load("is-odd".to_owned())]);
    stage.press(KeyCode::Escape);
    stage.mouse(MouseKind::ScrollUp, "is-odd");
    let first = [Ask::Load("@acme/left-pad".to_owned())];
    assert_eq!(stage.press(KeyCode::Enter), first);
    // Beside the list, the details take the keys when they are clicked.
    stage.size(60, 200);
    tell_details(&mut stage, "@acme/left-pad");
    stage.click("is-odd");
    stage.click("@acme/left-pad  ");
    stage.click("sha512-");
    stage.press(KeyCode::Escape);
    assert_eq!(stage.types("q"), [Ask::Quit]);
}

#[test]
fn without_colours_the_cursor_is_seen() {
    let mut stage = Stage::empty(Theme::NoColour);
    stage.connect();
    stage.app.show(Screen::Packages);
    stage.app.tell(News::Packages(some()));
    let looks = stage.looks();
    assert!(!looks.contains("text ") && !looks.contains("ground "));
    assert!(looks.contains("reversed"));
}

#[test]
fn a_server_that_is_down_is_the_reason() {
    let mut stage = Stage::empty(Theme::Dark);
    stage.disconnect();
    for screen in [
        Screen::Packages,
        Screen::Status,
        Screen::Log,
        Screen::Access,
    ] {
        stage.app.show(screen);
        assert!(
            stage.shows("The server is down: nothing answers"),
            "{screen:?}"
        );
    }
}
