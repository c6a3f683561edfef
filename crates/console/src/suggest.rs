//! What somebody may have meant who typed something else.

/// Returns the word that is nearest to what was typed, if it is near enough to be meant.
pub(crate) fn nearest<'a>(
    typed: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Nobody means a short word by a long text, and comparing costs the product of both.
    const LONGEST: usize = 40;
    let typed: Vec<char> = typed.chars().flat_map(char::to_lowercase).collect();
    if typed.is_empty() || typed.len() > LONGEST {
        return None;
    }
    let near = words.into_iter().filter_map(|word| {
        let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
        let distance = distance(&typed, &letters);
        let most = (typed.len().min(letters.len()) / 3).max(1);
        // A word of two letters has nothing left of it when one is wrong and one is not.
        let shares = distance < typed.len().max(letters.len());
        (distance <= most && shares).then_some((distance, word))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// How many letters are to be changed, added, left out or swapped with their neighbour.
fn distance(from: &[char], to: &[char]) -> usize {
    let width = to.len() + 1;
    let mut before_last: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut now = Vec::with_capacity(width);
        now.push(row + 1);
        for (column, other) in to.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(width);
            let changed = at(&last, column) + usize::from(letter != other);
            let mut least = changed
                .min(at(&last, column + 1) + 1)
                .min(at(&now, column) + 1);
            let swapped = row > 0
                && column > 0
                && from.get(row - 1) == Some(other)
                && to.get(column - 1) == Some(letter);
            if swapped {
                least = least.min(at(&before_last, column - 1) + 1);
            }
            now.push(least);
        }
        before_last = std::mem::replace(&mut last, now);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 6] = ["grant", "revoke", "show", "set", "save", "user"];

    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(nearest(typed, WORDS), expected, "{typed}");
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        for typed in ["grnat", "gran", "grannt", "GRANT", "gramt"] {
            check(typed, Some("grant"));
        }
        check("revok", Some("revoke"));
        check("rekove", Some("revoke"));
        check("sve", Some("save"));
    }

    #[test]
    fn what_is_far_from_everything_is_not() {
        for typed in ["", "x", "xyz", "publish", "gxxxt", &"grant".repeat(100)] {
            check(typed, None);
        }
    }

    #[test]
    fn distances_are_counted() {
        let count = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| text.chars().collect::<Vec<_>>());
            distance(&a, &b)
        };
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("abc", ""), 3);
        assert_eq!(count("abc", "abc"), 0);
        assert_eq!(count("abc", "acb"), 1);
        assert_eq!(count("kitten", "sitting"), 3);
    }
}
