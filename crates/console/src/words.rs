//! Splits what was typed into commands and words.
//!
//! Blanks part words; `;` and the end of a line part commands. Between apostrophes everything stands
//! for itself; between quotation marks a backslash makes `"` and `\` stand for themselves, and outside
//! both any character. `#` at the beginning of a word begins a remark.

use std::{ops::Range, str::CharIndices};

/// A word, and where it stands in the text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// What it says, without quotes.
    pub text: String,
    /// Where it stands, with its quotes, in bytes.
    pub place: Range<usize>,
}

/// A text cannot be split into words.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WordsError {
    /// What was begun with a quote does not end.
    #[error("the {0} that begins a quotation has no second one")]
    OpenQuote(char),
    /// The last character is a backslash.
    #[error("a backslash at the end makes nothing stand for itself")]
    OpenBackslash,
    /// Nobody types such a character, and a terminal could obey it.
    #[error("control characters cannot stand in a command")]
    Control,
}

/// Splits a text into commands, each of at least one word.
pub fn split(text: &str) -> Result<Vec<Vec<Word>>, WordsError> {
    let mut splitter = Splitter::new(text);
    splitter.run()?;
    splitter.end_command();
    Ok(splitter.commands)
}

/// The words of the last command of a text that is still being typed, and the last of them, which
/// nothing ends yet. It is empty after a blank.
pub(crate) fn split_open(text: &str) -> (Vec<Word>, Word) {
    let mut splitter = Splitter::new(text);
    // Whatever is wrong with it may become right with the next character.
    let _ = splitter.run();
    let last = splitter.word.take().unwrap_or(Word {
        text: String::new(),
        place: text.len()..text.len(),
    });
    (splitter.words, last)
}

/// Writes a word so that [`split`] reads it back. It must not contain control characters.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "@/_.:,*+=$%-~^<>!?&|()[]{}".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else if word.contains('\'') {
        format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("'{word}'")
    }
}

struct Splitter<'a> {
    rest: CharIndices<'a>,
    commands: Vec<Vec<Word>>,
    words: Vec<Word>,
    word: Option<Word>,
}

impl<'a> Splitter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.char_indices(),
            commands: Vec::new(),
            words: Vec::new(),
            word: None,
        }
    }

    fn run(&mut self) -> Result<(), WordsError> {
        while let Some((at, character)) = self.rest.next() {
            match character {
                '\n' | ';' => self.end_command(),
                ' ' | '\t' | '\r' => self.end_word(),
                '#' if self.word.is_none() => self.skip_line(),
                '\'' | '"' => self.quotation(at, character)?,
                '\\' => {
                    let (_, escaped) = self.rest.next().ok_or(WordsError::OpenBackslash)?;
                    // A line that goes on in the next one.
                    if escaped != '\n' {
                        self.take(at, escaped)?;
                    }
                }
                other => self.take(at, other)?,
            }
        }
        Ok(())
    }

    fn quotation(&mut self, at: usize, mark: char) -> Result<(), WordsError> {
        self.begin(at);
        loop {
            let (at, character) = self.rest.next().ok_or(WordsError::OpenQuote(mark))?;
            if character == mark {
                self.begin(at);
                return Ok(());
            }
            let following = self.rest.clone().next().map(|(_, next)| next);
            if mark == '"' && character == '\\' && matches!(following, Some('"' | '\\')) {
                self.rest.next();
                self.take(at, following.unwrap_or(character))?;
            } else {
                self.take(at, character)?;
            }
        }
    }

    /// Makes sure that there is a word, which reaches to where the next character begins.
    fn begin(&mut self, at: usize) -> &mut Word {
        let end = self.rest.offset();
        let word = self.word.get_or_insert_with(|| Word {
            text: String::new(),
            place: at..end,
        });
        word.place.end = end;
        word
    }

    fn take(&mut self, at: usize, character: char) -> Result<(), WordsError> {
        if character.is_control() {
            return Err(WordsError::Control);
        }
        self.begin(at).text.push(character);
        Ok(())
    }

    fn skip_line(&mut self) {
        for (_, character) in self.rest.by_ref() {
            if character == '\n' {
                return self.end_command();
            }
        }
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Result<Vec<Vec<String>>, WordsError> {
        let commands = split(text)?;
        let texts = commands.into_iter().map(|words| {
            let texts = words.into_iter().map(|word| word.text);
            texts.collect()
        });
        Ok(texts.collect())
    }

    fn check(text: &str, expected: &[&[&str]]) {
        let expected: Vec<Vec<String>> = expected
            .iter()
            .map(|words| words.iter().map(|&word| word.to_owned()).collect())
            .collect();
        assert_eq!(texts(text), Ok(expected), "{text:?}");
    }

    #[test]
    fn blanks_part_words_and_semicolons_and_lines_part_commands() {
        check("", &[]);
        check(" \t ; ;\n\r\n", &[]);
        check("set rows 40", &[&["set", "rows", "40"]]);
        check(" set\trows  40;save ", &[&["set", "rows", "40"], &["save"]]);
        check("show\r\ndiff\n", &[&["show"], &["diff"]]);
        check(
            "show # all\n# nothing\nsave#now",
            &[&["show"], &["save#now"]],
        );
    }

    #[test]
    fn quotes_and_backslashes_make_characters_stand_for_themselves() {
        check("a 'b  c' d", &[&["a", "b  c", "d"]]);
        check("a'b c'd\"e f\"", &[&["ab cde f"]]);
        check(r#""a\"b\\c\d""#, &[&[r#"a"b\c\d"#]]);
        check(r"'a\b'", &[&[r"a\b"]]);
        check(r"a\ b\;c\'", &[&["a b;c'"]]);
        check("''", &[&[""]]);
        check("'#' '$all;'", &[&["#", "$all;"]]);
        check("set rows \\\n 40", &[&["set", "rows", "40"]]);
        check("grüße 'ß'", &[&["grüße", "ß"]]);
    }

    #[test]
    fn what_does_not_end_is_refused() {
        assert_eq!(split("a 'b"), Err(WordsError::OpenQuote('\'')));
        assert_eq!(split("a \"b\\\""), Err(WordsError::OpenQuote('"')));
        assert_eq!(split("a\\"), Err(WordsError::OpenBackslash));
        for control in ["a\u{1b}[2J", "'\u{7}'", "\\\u{0}", "'a\nb'"] {
            assert_eq!(split(control), Err(WordsError::Control), "{control:?}");
        }
    }

    #[test]
    fn a_word_knows_its_place() {
        let text = "  a 'b c'x; ü";
        let commands = split(text).unwrap();
        let places = commands
            .iter()
            .flatten()
            .map(|word| text.get(word.place.clone()).unwrap());
        assert_eq!(places.collect::<Vec<_>>(), ["a", "'b c'x", "ü"]);
    }

    #[test]
    fn what_is_being_typed_has_a_last_word() {
        let open = |text| {
            let (words, last) = split_open(text);
            let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
            (words.join("|"), last.text, last.place.start)
        };
        let said = |words: &str, last: &str, start| (words.to_owned(), last.to_owned(), start);
        assert_eq!(open(""), said("", "", 0));
        assert_eq!(open("use"), said("", "use", 0));
        assert_eq!(open("user "), said("user", "", 5));
        assert_eq!(open("show; user 'a b"), said("user", "a b", 11));
        assert_eq!(open("user a\\"), said("user", "a", 5));
    }

    proptest! {
        #[test]
        fn any_text_is_split_or_refused(text in any::<String>()) {
            if let Ok(commands) = split(&text) {
                prop_assert!(commands.iter().all(|words| !words.is_empty()));
                for word in commands.iter().flatten() {
                    prop_assert!(text.get(word.place.clone()).is_some());
                }
            }
            let (_, last) = split_open(&text);
            prop_assert!(text.get(last.place).is_some());
        }

        #[test]
        fn what_is_quoted_is_read_back(word in "[^\\p{Cc}]*") {
            let commands = split(&quote(&word)).unwrap();
            prop_assert_eq!(&commands[0][0].text, &word);
        }
    }
}
