//! The lines that were typed before.

use crate::ask::holds_secret;

/// How many lines are kept.
const KEPT: usize = 500;

/// The lines, the newest last, and where in them one is.
#[derive(Default)]
pub(crate) struct History {
    lines: Vec<String>,
    /// How far back one is; 0 for the line that is being typed.
    back: usize,
    draft: String,
}

impl History {
    /// Keeps a line, unless it is the last one again, begins with a blank or holds a secret.
    pub(crate) fn keep(&mut self, line: &str) {
        self.back = 0;
        self.draft.clear();
        let is_again = self.lines.last().is_some_and(|last| last == line);
        if is_again || line.trim().is_empty() || line.starts_with(' ') || holds_secret(line) {
            return;
        }
        if self.lines.len() >= KEPT {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    /// Goes one line back, or stays at the first.
    pub(crate) fn older(&mut self, current: &str) -> Option<&str> {
        let line = self
            .lines
            .get(self.lines.len().checked_sub(self.back + 1)?)?;
        if self.back == 0 {
            current.clone_into(&mut self.draft);
        }
        self.back += 1;
        Some(line)
    }

    /// Goes one line on, at last to the one that was being typed.
    pub(crate) fn newer(&mut self) -> Option<&str> {
        self.back = self.back.checked_sub(1)?;
        if self.back == 0 {
            return Some(&self.draft);
        }
        let line = self.lines.get(self.lines.len().checked_sub(self.back)?)?;
        Some(line)
    }

    /// Returns the newest line that holds a text, when that many such lines are passed over.
    pub(crate) fn find(&self, wanted: &str, passed: usize) -> Option<&str> {
        let mut lines = self.lines.iter().rev();
        let found = lines.by_ref().filter(|line| line.contains(wanted));
        found.map(String::as_str).nth(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_back_and_returns_to_what_was_being_typed() {
        let mut history = History::default();
        for line in ["show", "save", "save", "diff"] {
            history.keep(line);
        }
        assert_eq!(history.older("se"), Some("diff"));
        assert_eq!(history.older("diff"), Some("save"));
        assert_eq!(history.older("save"), Some("show"));
        assert_eq!(history.older("show"), None);
        assert_eq!(history.newer(), Some("save"));
        assert_eq!(history.newer(), Some("diff"));
        assert_eq!(history.newer(), Some("se"));
        assert_eq!(history.newer(), None);
    }

    #[test]
    fn what_is_secret_or_begins_with_a_blank_is_not_kept() {
        let mut history = History::default();
        for line in [" show", "verify r13k_00", "save; verify x", "", "  "] {
            history.keep(line);
        }
        assert_eq!(history.older(""), None);
        history.keep("verify");
        assert_eq!(history.older(""), Some("verify"));
    }

    #[test]
    fn only_so_many_are_kept() {
        let mut history = History::default();
        for number in 0..KEPT + 7 {
            history.keep(&format!("set rows {number}"));
        }
        assert_eq!(history.lines.len(), KEPT);
        assert_eq!(history.find("rows 7", usize::MAX), None);
        assert_eq!(history.find("rows 7", 0), Some("set rows 79"));
        assert_eq!(history.find("rows 7", 1), Some("set rows 78"));
    }
}
