//! Reads `.env.local`: one `KEY=VALUE` a line.
//!
//! Blank lines and lines that begin with `#` are skipped, `export ` before a key too. A bare value ends at the
//! end of the line or before ` #`, and spaces around it are not part of it. `'…'` is taken as it stands; in `"…"`
//! the escapes `\n`, `\t`, `\"`, `\\` and `\$` are understood. Nothing is expanded.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Why the file was not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvFileError {
    /// The file is there and cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A line has another form.
    #[error("{}:{line}: {problem}", path.display())]
    Line {
        path: PathBuf,
        line: usize,
        problem: Problem,
    },
}

/// What is wrong with a line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    /// No equals sign.
    #[error("a line is KEY=VALUE")]
    NoEquals,
    /// Not a name of a variable.
    #[error("{0:?} is not a name: letters, digits and _, not beginning with a digit")]
    Name(String),
    /// A quote is open at the end of the line.
    #[error("the quote {0} is not closed on this line")]
    OpenQuote(char),
    /// Something follows a closed quote.
    #[error("only a comment may follow the closing quote")]
    AfterQuote,
    /// A backslash before something else.
    #[error(r#"\{0} is not known: in double quotes there are \n, \t, \", \\ and \$"#)]
    Escape(char),
    /// Two lines for one key.
    #[error("{0} is set on an earlier line already")]
    Twice(String),
}

/// A variable and where it is set.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Variable {
    pub(crate) key: String,
    pub(crate) value: String,
    /// Counted from one.
    pub(crate) line: usize,
}

/// Reads the variables of a file; there are none when it does not exist.
pub(crate) fn read(path: &Path) -> Result<Vec<Variable>, EnvFileError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map_err(|(line, problem)| EnvFileError::Line {
            path: path.to_owned(),
            line,
            problem,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(EnvFileError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

fn parse(text: &str) -> Result<Vec<Variable>, (usize, Problem)> {
    let mut variables: Vec<Variable> = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = parse_line(text).map_err(|problem| (line, problem))?;
        if variables.iter().any(|other| other.key == key) {
            return Err((line, Problem::Twice(key)));
        }
        variables.push(Variable { key, value, line });
    }
    Ok(variables)
}

fn parse_line(line: &str) -> Result<(String, String), Problem> {
    let (key, value) = line.split_once('=').ok_or(Problem::NoEquals)?;
    let key = key.trim();
    let key = key.strip_prefix("export ").map_or(key, str::trim_start);
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.is_empty() || key.starts_with(|c: char| c.is_ascii_digit()) || !key.chars().all(valid) {
        return Err(Problem::Name(key.to_owned()));
    }
    Ok((key.to_owned(), parse_value(value)?))
}

fn parse_value(text: &str) -> Result<String, Problem> {
    let mut chars = text.trim().chars();
    let Some(quote @ ('\'' | '"')) = chars.next() else {
        // A comment needs a space before it, so that a password may hold a `#`.
        let value = text.split(" #").next().unwrap_or_default();
        return Ok(value.trim().to_owned());
    };
    let mut value = String::new();
    loop {
        match chars.next().ok_or(Problem::OpenQuote(quote))? {
            end if end == quote => break,
            '\\' if quote == '"' => {
                value.push(match chars.next().ok_or(Problem::OpenQuote(quote))? {
                    'n' => '\n',
                    't' => '\t',
                    same @ ('"' | '\\' | '$') => same,
                    other => return Err(Problem::Escape(other)),
                });
            }
            other => value.push(other),
        }
    }
    let rest = chars.as_str().trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(value)
    } else {
        Err(Problem::AfterQuote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[(&str, &str)], (usize, Problem)>) {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let expected = expected.map(|pairs| pairs.iter().map(own).collect::<Vec<_>>());
        let pair = |it: Variable| (it.key, it.value);
        let parsed = parse(text).map(|variables| variables.into_iter().map(pair).collect());
        assert_eq!(parsed, expected, "{text}");
    }

    #[test]
    fn lines_are_read() {
        check("", Ok(&[]));
        check("# comment\n\n  \r\n", Ok(&[]));
        check(
            "A=1\r\nexport B = two words \n_C3=",
            Ok(&[("A", "1"), ("B", "two words"), ("_C3", "")]),
        );
        check("A=b#c # comment\nB=x=y", Ok(&[("A", "b#c"), ("B", "x=y")]));
        check(r"A='a # \n $B' # comment", Ok(&[("A", r"a # \n $B")]));
        check(
            r#"A="a\n\t\"\\\$ 'b' # c""#,
            Ok(&[("A", "a\n\t\"\\$ 'b' # c")]),
        );
        check(
            "A=it's\nB= # comment\nC=#1",
            Ok(&[("A", "it's"), ("B", ""), ("C", "#1")]),
        );
    }

    #[test]
    fn variables_know_their_line() {
        let lines = |text| parse(text).map(|all| all.iter().map(|it| it.line).collect::<Vec<_>>());
        assert_eq!(lines("A=1\n\n# B=2\r\nC=3"), Ok(vec![1, 4]));
    }

    #[test]
    fn errors_name_the_line() {
        check("A=1\nB", Err((2, Problem::NoEquals)));
        check("\n\n1A=1", Err((3, Problem::Name("1A".into()))));
        check("=1", Err((1, Problem::Name(String::new()))));
        check("A-B=1", Err((1, Problem::Name("A-B".into()))));
        check("A='b", Err((1, Problem::OpenQuote('\''))));
        check(r#"A="b\"#, Err((1, Problem::OpenQuote('"'))));
        check("A='b' c", Err((1, Problem::AfterQuote)));
        check(r#"A="\q""#, Err((1, Problem::Escape('q'))));
        check("A=1\nA=2", Err((2, Problem::Twice("A".into()))));
    }

    #[test]
    fn a_file_that_is_not_there_sets_nothing_and_a_wrong_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env.local");
        assert_eq!(read(&path).unwrap(), []);
        fs::write(&path, "A=1\nnonsense\n").unwrap();
        let text = read(&path).unwrap_err().to_string();
        assert!(
            text.ends_with(".env.local:2: a line is KEY=VALUE"),
            "{text}"
        );
    }
}
