//! Text as it takes place in cells.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use npm_model::{rfc3339_millis, visible};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Returns how many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    if is_plain(text) {
        text.len()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// Returns a text in which nothing is hidden, cut with an ellipsis to that many columns.
pub(crate) fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if is_plain(text) && text.len() <= columns {
        return Cow::Borrowed(text);
    }
    // What is far beyond the edge need not be looked at, however long it is: no character that is
    // seen takes more than four times its share of columns to be told from what is not.
    let text = head(text, columns.saturating_mul(8).saturating_add(64));
    let seen = visible(text);
    if width(&seen) <= columns {
        return seen;
    }
    let mut used = 0;
    let mut cut = String::with_capacity(columns);
    for grapheme in seen.graphemes(true) {
        used += grapheme.width();
        if used >= columns {
            break;
        }
        cut.push_str(grapheme);
    }
    if columns > 0 {
        cut.push('…');
    }
    Cow::Owned(cut)
}

/// Breaks a text into lines of at most that many columns, at blanks where there are some.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let seen = visible(paragraph.trim_end_matches('\r'));
        let mut line = String::new();
        let mut used = 0;
        for word in seen.split_inclusive(' ') {
            let wide = width(word.trim_end_matches(' '));
            if used + wide > columns && used > 0 {
                lines.push(line.trim_end().to_owned());
                (line, used) = (String::new(), 0);
            }
            if wide <= columns {
                line.push_str(word);
                used += width(word);
                continue;
            }
            for grapheme in word.graphemes(true) {
                let wide = width(grapheme);
                if used + wide > columns && used > 0 {
                    lines.push(line);
                    (line, used) = (String::new(), 0);
                }
                line.push_str(grapheme);
                used += wide;
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Returns the beginning of a text, at most that many bytes.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes))
        .unwrap_or_default()
}

/// Whether every byte is one column.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// A time to the minute: `2026-11-24 15:57`.
pub(crate) fn minute(time: SystemTime) -> String {
    let text = shown(time).replacen('T', " ", 1);
    head(&text, 16).to_owned()
}

/// A time to the day: `2026-11-24`.
pub(crate) fn day(time: SystemTime) -> String {
    head(&shown(time), 10).to_owned()
}

/// The time of day to the second: `15:57:42`.
pub(crate) fn second_of_day(time: SystemTime) -> String {
    shown(time).get(11..19).unwrap_or_default().to_owned()
}

/// The last moment that RFC 3339 can write.
const LAST_SECOND: u64 = 253_402_300_799;

fn shown(time: SystemTime) -> String {
    let last = SystemTime::UNIX_EPOCH + Duration::from_secs(LAST_SECOND);
    rfc3339_millis(time.clamp(SystemTime::UNIX_EPOCH, last))
}

/// A number with its thousands apart: `12 345`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// `1 thing`, `2 things`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_with_an_ellipsis_and_nothing_is_hidden() {
        for (text, columns, expected) in [
            ("left-pad", 8, "left-pad"),
            ("left-pad", 7, "left-p…"),
            ("left-pad", 1, "…"),
            ("left-pad", 0, ""),
            ("鍵鍵鍵", 6, "鍵鍵鍵"),
            ("鍵鍵鍵", 5, "鍵鍵…"),
            ("鍵鍵鍵", 4, "鍵…"),
            ("a\u{1b}[2J", 20, r"a\u{1b}[2J"),
            ("a\u{202e}b", 5, r"a\u{…"),
        ] {
            let cut = fit(text, columns);
            assert_eq!(cut, expected);
            assert!(width(&cut) <= columns);
        }
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_anywhere() {
        assert_eq!(wrap("pads a text", 6), ["pads a", "text"]);
        assert_eq!(wrap("a sha512-abcdef", 6), ["a", "sha512", "-abcde", "f"]);
        assert_eq!(wrap("  a  b", 20), ["  a  b"]);
        assert_eq!(wrap("ends here.", 9), ["ends", "here."]);
        assert_eq!(wrap("鍵鍵鍵", 4), ["鍵鍵", "鍵"]);
        assert_eq!(wrap("a\n\nb\u{7}", 20), ["a", "", r"b\u{7}"]);
        assert_eq!(wrap("", 0), [""]);
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(
            [7, 1234, 1_234_567].map(number),
            ["7", "1 234", "1 234 567"]
        );
    }

    #[test]
    fn times_before_and_after_the_calendar_are_shown_all_the_same() {
        let day_of = |time: Option<SystemTime>| time.map(day).unwrap_or_default();
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(
            day_of(epoch.checked_sub(Duration::from_secs(1))),
            "1970-01-01"
        );
        let late = Duration::from_secs(LAST_SECOND + 5);
        assert_eq!(day_of(epoch.checked_add(late)), "9999-12-31");
        assert_eq!(minute(epoch), "1970-01-01 00:00");
        assert_eq!(second_of_day(epoch), "00:00:00");
    }
}
