//! Our reading of versions and ranges against the one that npm ships.

use std::io::Write as _;
use std::process::{Command, Stdio};

use fastrand::Rng;
use integration::{clients_folder, seed};
use npm_model::{Range, Version};
use serde_json::{Value, json};

const VERSIONS: usize = 1500;
const RANGES: usize = 2500;
/// Versions that each range is tried on.
const TRIED: usize = 12;

/// Answers all questions in one go; starting node costs more than asking.
const SCRIPT: &str = r"
const semver = require('semver');
const { versions, ranges, cases } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const strict = (text) => {
  const parsed = semver.parse(text);
  if (parsed === null) return false;
  const build = parsed.build.length ? '+' + parsed.build.join('.') : '';
  return parsed.version + build === text;
};
console.log(JSON.stringify({
  versions: versions.map(strict),
  ranges: ranges.map((range) => semver.validRange(range) !== null),
  cases: cases.map(({ range, versions }) => ({
    satisfies: versions.map((version) => semver.satisfies(version, range)),
    max: semver.maxSatisfying(versions, range),
    compare: versions.slice(1).map((version, i) => semver.compare(versions[i], version)),
  })),
}));
";

fn number(random: &mut Rng) -> String {
    match random.u8(..20) {
        0 => "9007199254740991".to_owned(),
        1 => "9007199254740992".to_owned(),
        2 => format!("0{}", random.u8(..5)),
        3 => random.u16(..).to_string(),
        _ => random.u8(..4).to_string(),
    }
}

fn identifier(random: &mut Rng) -> String {
    const WORDS: [&str; 12] = [
        "alpha", "beta", "rc", "x", "X", "a-b", "-", "0a", "1e3", "next", "A", "",
    ];
    match random.u8(..10) {
        0..4 => random.u8(..3).to_string(),
        4 => number(random),
        _ => {
            // The last one, nothing, is not allowed, and so is rare.
            let choices = WORDS.len() - usize::from(random.u8(..10) != 0);
            WORDS[random.usize(..choices)].to_owned()
        }
    }
}

fn identifiers(random: &mut Rng) -> String {
    let count = random.usize(1..4);
    let all: Vec<_> = (0..count).map(|_| identifier(random)).collect();
    all.join(".")
}

fn tail(random: &mut Rng) -> String {
    let mut text = String::new();
    if random.u8(..10) < 4 {
        text = format!("-{}", identifiers(random));
    }
    if random.u8(..10) < 2 {
        text = format!("{text}+{}", identifiers(random));
    }
    text
}

/// A version of few small numbers, so that ranges meet it.
fn plain_version(random: &mut Rng) -> String {
    let [major, minor, patch] = [random.u8(..3), random.u8(..3), random.u8(..3)];
    let prerelease = match random.u8(..10) {
        0..6 => String::new(),
        6 => format!("-{}", random.u8(..3)),
        7 => format!("-alpha.{}", random.u8(..3)),
        8 => "-beta".to_owned(),
        _ => "-alpha.1+build.2".to_owned(),
    };
    format!("{major}.{minor}.{patch}{prerelease}")
}

fn version(random: &mut Rng) -> String {
    let mut text = match random.u8(..10) {
        0..5 => plain_version(random),
        5 => format!("{}.{}{}", number(random), number(random), tail(random)),
        _ => {
            let [major, minor, patch] = [(); 3].map(|()| number(random));
            format!("{major}.{minor}.{patch}{}", tail(random))
        }
    };
    disturb(random, &mut text);
    text
}

fn partial(random: &mut Rng) -> String {
    let part = |random: &mut Rng| match random.u8(..12) {
        0 => "x".to_owned(),
        1 => "X".to_owned(),
        2 => "*".to_owned(),
        _ => random.u8(..3).to_string(),
    };
    let count = random.usize(1..4);
    let parts: Vec<_> = (0..count).map(|_| part(random)).collect();
    let mut text = parts.join(".");
    if count == 3 {
        text += &tail(random);
    }
    match random.u8(..12) {
        0 => format!("v{text}"),
        1 => format!("={text}"),
        _ => text,
    }
}

fn comparator(random: &mut Rng) -> String {
    const OPERATORS: [&str; 12] = ["", "", "", "^", "^", "~", "~>", "<", "<=", ">", ">=", "="];
    let space = if random.u8(..6) == 0 { " " } else { "" };
    let operator = OPERATORS[random.usize(..OPERATORS.len())];
    let partial = match random.u8(..3) {
        0 => plain_version(random),
        _ => partial(random),
    };
    format!("{operator}{space}{partial}")
}

fn range(random: &mut Rng) -> String {
    let alternative = |random: &mut Rng| match random.u8(..10) {
        0 => format!("{} - {}", partial(random), partial(random)),
        1 => String::new(),
        2 => "*".to_owned(),
        _ => {
            let count = random.usize(1..4);
            let all: Vec<_> = (0..count).map(|_| comparator(random)).collect();
            all.join(if random.u8(..6) == 0 { "  " } else { " " })
        }
    };
    let count = if random.u8(..4) == 0 {
        random.usize(2..4)
    } else {
        1
    };
    let all: Vec<_> = (0..count).map(|_| alternative(random)).collect();
    let mut text = all.join(if random.bool() { " || " } else { "||" });
    disturb(random, &mut text);
    text
}

/// Sometimes puts a character where none belongs.
fn disturb(random: &mut Rng, text: &mut String) {
    const OTHERS: &[u8] = b" .-+^~<>=|*xXv0,/@\t&_a";
    if random.u8(..8) == 0 {
        let at = random.usize(..=text.len());
        let other = char::from(OTHERS[random.usize(..OTHERS.len())]);
        text.insert(at, other);
    }
}

fn ask(question: &Value) -> Value {
    let mut child = Command::new("node")
        .args(["-e", SCRIPT])
        // `require` looks in `node_modules` above the folder it is started in.
        .current_dir(clients_folder().parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node should start");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "node failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn versions_and_ranges_are_read_as_npm_reads_them() {
    let seed = seed();
    let mut random = Rng::with_seed(seed);
    let versions: Vec<_> = (0..VERSIONS).map(|_| version(&mut random)).collect();
    let ranges: Vec<_> = (0..RANGES).map(|_| range(&mut random)).collect();
    let parsed: Vec<Version> = versions
        .iter()
        .filter_map(|text| Version::parse(text).ok())
        .collect();
    let readable: Vec<&String> = ranges
        .iter()
        .filter(|text| Range::parse(text).is_ok())
        .collect();
    let tried: Vec<Vec<&Version>> = readable
        .iter()
        .map(|_| {
            (0..TRIED)
                .map(|_| &parsed[random.usize(..parsed.len())])
                .collect()
        })
        .collect();
    let cases: Vec<_> = readable
        .iter()
        .zip(&tried)
        .map(|(range, versions)| {
            let versions: Vec<_> = versions.iter().map(|version| version.as_str()).collect();
            json!({ "range": range, "versions": versions })
        })
        .collect();
    let answer = ask(&json!({ "versions": versions, "ranges": ranges, "cases": cases }));

    let mut differences = Vec::new();
    let mut check = |what: String, ours: Value, npms: &Value| {
        if ours != *npms {
            differences.push(format!("{what}: ours {ours}, npm's {npms}"));
        }
    };
    for (text, npms) in versions.iter().zip(answer["versions"].as_array().unwrap()) {
        let ours = Version::parse(text).is_ok();
        check(format!("version {text:?}"), ours.into(), npms);
    }
    for (text, npms) in ranges.iter().zip(answer["ranges"].as_array().unwrap()) {
        let ours = Range::parse(text).is_ok();
        check(format!("range {text:?}"), ours.into(), npms);
    }
    let answers = answer["cases"].as_array().unwrap();
    assert_eq!(answers.len(), readable.len());
    let mut satisfied = 0;
    for ((text, versions), npms) in readable.iter().zip(&tried).zip(answers) {
        let range = Range::parse(text).unwrap();
        for (version, npms) in versions.iter().zip(npms["satisfies"].as_array().unwrap()) {
            let ours = range.satisfied_by(version);
            satisfied += usize::from(ours);
            check(format!("{version} in {text:?}"), ours.into(), npms);
        }
        let ours = range.max_satisfying(versions.iter().copied());
        let ours = ours.map(Version::as_str);
        check(
            format!("the most of {versions:?} in {text:?}"),
            json!(ours),
            &npms["max"],
        );
        let npms = npms["compare"].as_array().unwrap();
        for (pair, npms) in versions.windows(2).zip(npms) {
            let ours = pair[0].precedence(pair[1]) as i8;
            check(
                format!("{} against {}", pair[0], pair[1]),
                ours.into(),
                npms,
            );
        }
    }
    println!(
        "{} of {VERSIONS} versions and {} of {RANGES} ranges are readable; {satisfied} of {} satisfied",
        parsed.len(),
        readable.len(),
        readable.len() * TRIED
    );
    assert!(parsed.len() > VERSIONS / 2 && readable.len() > RANGES / 2);
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences[..differences.len().min(40)].join("\n")
    );
}
