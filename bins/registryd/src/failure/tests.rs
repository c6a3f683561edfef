use super::*;

#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct Cause {
    text: &'static str,
    source: Option<Box<Self>>,
}

fn cause(texts: &[&'static str]) -> Cause {
    let (text, rest) = texts.split_first().unwrap();
    let source = (!rest.is_empty()).then(|| Box::new(cause(rest)));
    Cause { text, source }
}

fn report(failure: &Failure) -> (String, ExitCode) {
    let mut out = Vec::new();
    let code = failure.report(&mut out);
    (String::from_utf8(out).unwrap(), code)
}

#[test]
fn the_code_says_whether_anything_was_started() {
    assert_eq!(report(&Failure::failed("x")).1, ExitCode::from(1));
    assert_eq!(report(&Failure::refused("x")).1, ExitCode::from(2));
    let refused = Failure::refused("x").caused_by(&cause(&["y"])).hint("z");
    assert_eq!(report(&refused).1, ExitCode::from(2));
}

#[test]
fn a_failure_is_told_with_its_causes_and_what_to_do() {
    assert_eq!(
        report(&Failure::failed("it broke")).0,
        "registryd: it broke\n"
    );
    let failure = Failure::refused("cannot listen")
        .caused_by(&cause(&["the port", "in use"]))
        .hint("choose another");
    assert_eq!(
        report(&failure).0,
        "registryd: cannot listen\ncaused by: the port\ncaused by: in use\nhint: choose another\n"
    );
    assert_eq!(failure.to_string(), "cannot listen: the port: in use");
}

#[test]
fn a_cause_that_repeats_another_is_told_once() {
    let failure = Failure::failed("it broke").caused_by(&cause(&["same", "same", "other", "same"]));
    assert_eq!(failure.to_string(), "it broke: same: other: same");
}

#[test]
fn a_failure_that_nobody_reads_still_has_its_code() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
    }
    let code = Failure::refused("x").hint("y").report(&mut Gone);
    assert_eq!(code, ExitCode::from(2));
}
