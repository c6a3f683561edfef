//! Rules of one source: a line each, and `!` before what is taken in again.

use crate::glob::Pattern;

/// What npm leaves out unless somebody says otherwise.
pub(super) const DEFAULTS: &str = "\
.npmignore
.gitignore
**/.git
**/.svn
**/.hg
**/CVS
**/.git/**
**/.svn/**
**/.hg/**
**/CVS/**
/.lock-wscript
/.wafpickle-*
/build/config.gypi
npm-debug.log
**/.npmrc
.*.swp
.DS_Store
**/.DS_Store/**
._*
**/._*/**
*.orig
/archived-packages/**
";

/// What is in a package, and what is not, whatever anybody says.
pub(super) const ALWAYS: &str = "\
/.git
!/package.json
!/readme{,.*[^~$]}
!/copying{,.*[^~$]}
!/license{,.*[^~$]}
!/licence{,.*[^~$]}
/.git
/node_modules
.npmrc
/package-lock.json
/yarn.lock
/pnpm-lock.yaml
/bun.lockb
";

/// The rules of one file, in its order.
#[derive(Debug, Default)]
pub(super) struct Rules(pub(super) Vec<Pattern>);

impl Rules {
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.split('\n').map(trimmed);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self(lines.map(Pattern::new).collect())
    }
}

/// Without the white space at its ends, for which JavaScript also takes the mark of the byte order.
fn trimmed(line: &str) -> &str {
    line.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}
