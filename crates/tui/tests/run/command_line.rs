//! The command line, its output and its questions.

use tui::{
    Answer, Ask, Completions, Input, KeyCode, News, Outcome, Progress, Prompt, PromptKind, Said,
};

use crate::stage::{Stage, run};

fn complete(stage: &mut Stage, line: &str, from: usize, words: &[&str]) {
    stage.app.tell(News::Completions(Completions {
        line: line.to_owned(),
        from,
        words: words.iter().map(ToString::to_string).collect(),
    }));
}

fn prompt(stage: &mut Stage, question: &str, kind: PromptKind) {
    stage.app.tell(News::Prompt(Prompt {
        question: question.to_owned(),
        kind,
    }));
}

#[test]
fn a_colon_opens_it_and_enter_runs_what_is_typed() {
    let mut stage = Stage::usual();
    assert_eq!(stage.types(":set rows 40"), []);
    assert!(stage.shows("› set rows 40"));
    assert_eq!(stage.press(KeyCode::Enter), run("set rows 40"));
    // Keys mean what they mean on the screen again; a colon too many does no harm.
    assert_eq!(stage.types("::save"), []);
    assert_eq!(stage.press(KeyCode::Enter), run("save"));
    stage.types(":q");
    assert_eq!(stage.press(KeyCode::Escape), []);
    assert_eq!(stage.types("q"), [Ask::Quit]);
}

#[test]
fn answers_of_several_lines_open_the_output_and_escape_closes_it() {
    let mut stage = Stage::usual();
    stage.types(":user list");
    stage.press(KeyCode::Enter);
    stage.app.tell(News::Said(Said {
        line: "user list".to_owned(),
        text: "NAME   ROLE\nalice  admin\nbob    reader".to_owned(),
        notes: vec!["2 accounts".to_owned()],
        outcome: Outcome::Done,
    }));
    stage.check("output");
    stage.press(KeyCode::Escape);
    assert!(!stage.shows("alice  admin"));
    stage.control('o');
    assert!(stage.shows("alice  admin"));
}

#[test]
fn the_output_scrolls() {
    let mut stage = Stage::usual();
    stage.types(":log");
    stage.press(KeyCode::Enter);
    let lines: Vec<String> = (0..100).map(|line| format!("line {line}")).collect();
    stage.said("log", &lines.join("\n"), Outcome::Done);
    assert!(stage.shows("line 99"));
    stage.press(KeyCode::PageUp);
    assert!(!stage.shows("line 99"));
    for _ in 0..20 {
        stage.press(KeyCode::PageUp);
    }
    assert!(stage.shows("› log"));
    for _ in 0..20 {
        stage.press(KeyCode::PageDown);
    }
    assert!(stage.shows("line 99"));
}

#[test]
fn errors_are_told_with_their_hints() {
    let mut stage = Stage::usual();
    stage.types(":usr list");
    stage.press(KeyCode::Enter);
    let hint = Some("did you mean `user`?".to_owned());
    stage.said(
        "usr list",
        "there is no command usr",
        Outcome::Failed { hint },
    );
    assert!(stage.shows("there is no command usr"));
    assert!(stage.shows("hint: did you mean `user`?"));
}

#[test]
fn tab_completes_and_goes_round() {
    let mut stage = Stage::usual();
    stage.types(":user ");
    let asked = Ask::Complete("user ".to_owned());
    assert_eq!(stage.press(KeyCode::Tab), [asked]);
    complete(&mut stage, "user ", 5, &["disable", "enable", "list"]);
    assert!(stage.shows("disable  enable  list"));
    stage.check("completion");
    stage.press(KeyCode::Tab);
    assert!(stage.shows("› user disable"));
    stage.press(KeyCode::Tab);
    assert!(stage.shows("› user enable"));
    stage.press(KeyCode::BackTab);
    stage.press(KeyCode::BackTab);
    assert!(stage.shows("› user list"));
    assert_eq!(stage.press(KeyCode::Enter), run("user list"));
}

#[test]
fn what_is_in_a_folder_can_follow_its_slash_at_once() {
    let mut stage = Stage::usual();
    stage.types(":publish pa");
    stage.press(KeyCode::Tab);
    complete(&mut stage, "publish pa", 8, &["packages/"]);
    let asked = Ask::Complete("publish packages/".to_owned());
    assert_eq!(stage.press(KeyCode::Tab), [asked]);
}

#[test]
fn one_word_is_taken_at_once_and_several_as_far_as_they_agree() {
    let mut stage = Stage::usual();
    stage.types(":sa");
    stage.press(KeyCode::Tab);
    complete(&mut stage, "sa", 0, &["save"]);
    assert_eq!(stage.press(KeyCode::Enter), run("save "));
    stage.types(":enable P");
    stage.press(KeyCode::Tab);
    complete(&mut stage, "enable P", 7, &["PRIVATE_REGISTRY", "PRIVATE"]);
    assert!(stage.shows("› enable PRIVATE"));
    // What was typed meanwhile makes an answer stale.
    stage.types("x");
    complete(&mut stage, "enable P", 7, &["PREMIUM_TYPES"]);
    assert!(stage.shows("› enable PRIVATEx"));
    // A place that is in no line is not believed.
    complete(&mut stage, "enable PRIVATEx", 99, &["y"]);
    assert!(stage.shows("› enable PRIVATEx"));
}

#[test]
fn what_was_typed_before_comes_back() {
    let mut stage = Stage::usual();
    for line in [":show", ":diff", ":verify r13k_00", ": export"] {
        stage.types(line);
        stage.press(KeyCode::Enter);
    }
    stage.types(":sa");
    stage.press(KeyCode::Up);
    assert!(stage.shows("› diff"));
    stage.control('p');
    assert!(stage.shows("› show"));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    assert!(stage.shows("› sa"));
    stage.control('u');
    stage.control('r');
    stage.types("ho");
    assert!(stage.shows("search ho"));
    stage.press(KeyCode::Enter);
    assert!(stage.shows("› show"));
}

#[test]
fn nothing_is_seen_of_a_secret_not_even_its_length() {
    let mut stage = Stage::usual();
    stage.types(":user passwd alice");
    stage.press(KeyCode::Enter);
    prompt(&mut stage, "Password for alice: ", PromptKind::Secret);
    let before = stage.text();
    assert!(before.contains("Password for alice:"));
    assert_eq!(stage.types("hunter2"), []);
    assert_eq!(stage.text(), before);
    stage.app.input(Input::paste("-and-more\n"));
    assert_eq!(stage.text(), before);
    let asks = stage.press(KeyCode::Enter);
    let answer = Answer::Text("hunter2-and-more".to_owned());
    assert_eq!(asks, [Ask::Answer(answer)]);
    assert_eq!(format!("{asks:?}"), "[Answer(***)]");
    stage.said("user passwd alice", "done", Outcome::Done);
    assert!(!stage.shows("Password for"));
}

#[test]
fn no_secret_is_in_what_is_logged() {
    let line = "verify r13k_0123456789".to_owned();
    assert_eq!(format!("{:?}", Ask::Run(line.clone())), r#"Run("***")"#);
    assert_eq!(format!("{:?}", Ask::Complete(line)), r#"Complete("***")"#);
    let key = Input::Key(tui::Key::plain(KeyCode::Char('x')));
    assert!(!format!("{key:?}").contains("'x'"));
    assert_eq!(format!("{:?}", Input::paste("secret")), "Paste(***)");
    let mut stage = Stage::usual();
    stage.types(":verify r13k_0123456789");
    stage.press(KeyCode::Enter);
    stage.said("verify r13k_0123456789", "alice\na login", Outcome::Done);
    assert!(stage.shows("› verify ***"));
    assert!(!stage.shows("r13k"));
}

#[test]
fn only_a_clear_yes_is_one() {
    let mut stage = Stage::usual();
    for (key, expected) in [
        (KeyCode::Char('y'), vec![Ask::Answer(Answer::Yes(true))]),
        (KeyCode::Char('n'), vec![Ask::Answer(Answer::Yes(false))]),
        (KeyCode::Enter, vec![Ask::Answer(Answer::Yes(false))]),
        (KeyCode::Escape, vec![Ask::Cancel]),
        (KeyCode::Char('x'), vec![]),
    ] {
        prompt(&mut stage, "remove alice?", PromptKind::YesNo);
        assert_eq!(stage.press(key), expected);
    }
    assert!(stage.shows("remove alice?"));
    assert_eq!(stage.control('c'), [Ask::Cancel]);
    assert!(!stage.shows("remove alice?"));
}

#[test]
fn a_question_is_seen_whole_before_it_is_answered() {
    let mut stage = Stage::usual();
    let packages = "left-pad, right-pad, @acme/table, @acme/blanks and @acme/is-odd";
    let question = format!("Remove alice for good? Nobody else owns {packages}.");
    prompt(&mut stage, &question, PromptKind::YesNo);
    stage.check("question");
    stage.size(12, 40);
    assert!(stage.shows("@acme/is-odd."));
}

#[test]
fn what_nobody_asked_for_is_told_and_answers_nothing() {
    let mut stage = Stage::usual();
    stage.types(":publish .");
    stage.press(KeyCode::Enter);
    stage.said("", "alice is logged in", Outcome::Done);
    assert!(stage.shows("alice is logged in"));
    // The command is still running.
    assert_eq!(stage.control('c'), [Ask::Cancel]);
    stage.app.tell(News::Cleared);
    stage.control('o');
    assert!(!stage.shows("Output"));
    // What says nothing is nothing to look at.
    stage.said("clear", "", Outcome::Done);
    stage.control('o');
    assert!(!stage.shows("Output"));
}

#[test]
fn long_work_shows_how_far_it_is_and_can_be_stopped() {
    let mut stage = Stage::usual();
    stage.types(":publish .");
    stage.press(KeyCode::Enter);
    let mut progress = |done, total| {
        stage.app.tell(News::Progress(Progress {
            label: "packing".to_owned(),
            done,
            total,
        }));
        stage.text()
    };
    assert!(progress(5, None).contains("packing …"));
    assert!(progress(25, Some(50)).contains("50 %"));
    assert!(progress(u64::MAX, Some(1)).contains("100 %"));
    assert_eq!(stage.control('c'), [Ask::Cancel]);
    stage.said("publish .", "stopped", Outcome::Failed { hint: None });
    assert!(!stage.shows("packing"));
    assert_eq!(stage.control('c'), [Ask::Quit]);
}

#[test]
fn a_command_that_does_not_stop_does_not_keep_anybody_here() {
    let mut stage = Stage::usual();
    stage.types(":publish .");
    stage.press(KeyCode::Enter);
    assert_eq!(stage.control('c'), [Ask::Cancel]);
    assert_eq!(stage.control('c'), [Ask::Quit]);
}

#[test]
fn keys_of_the_shell_work_everywhere() {
    let mut stage = Stage::usual();
    assert_eq!(stage.control('z'), [Ask::Suspend]);
    assert_eq!(stage.control('l'), [Ask::Redraw]);
    stage.types(":sho");
    assert_eq!(stage.control('z'), [Ask::Suspend]);
    // With something typed, Ctrl-D deletes, and Ctrl-C forgets the line.
    assert_eq!(stage.control('d'), []);
    assert_eq!(stage.control('c'), []);
    assert!(!stage.shows("› sho"));
    stage.types(":");
    assert_eq!(stage.control('d'), [Ask::Quit]);
}
