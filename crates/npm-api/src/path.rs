//! Request paths, taken apart.
//!
//! The raw path is split at `/` first and each piece is percent-decoded once, so an encoded slash
//! never makes a new piece, except the one inside a scoped name: clients write `@scope/name`,
//! `@scope%2fname` and `@scope%2Fname`, and proxies rewrite one into another, so all three come out
//! as the two pieces `@scope` and `name`.

use std::borrow::Cow;

use npm_model::PackageName;
use percent_encoding::percent_decode_str;

/// A path cannot be one of ours, whatever follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the request path is not valid")]
pub(crate) struct PathError;

/// The decoded pieces of a path. A slash at the end makes no difference.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Pieces<'a>(Vec<Cow<'a, str>>);

impl<'a> Pieces<'a> {
    pub(crate) fn parse(path: &'a str) -> Result<Self, PathError> {
        let path = path.strip_prefix('/').ok_or(PathError)?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut pieces = Vec::new();
        if path.is_empty() {
            return Ok(Self(pieces));
        }
        for raw in path.split('/') {
            let piece = percent_decode_str(raw)
                .decode_utf8()
                .map_err(|_| PathError)?;
            match piece.split_once('/') {
                None => pieces.push(checked(piece)?),
                Some((scope, name)) if scope.starts_with('@') && !name.contains('/') => {
                    pieces.push(checked(Cow::Owned(scope.to_owned()))?);
                    pieces.push(checked(Cow::Owned(name.to_owned()))?);
                }
                Some(_) => return Err(PathError),
            }
        }
        Ok(Self(pieces))
    }

    pub(crate) fn as_strs(&self) -> Vec<&str> {
        self.0.iter().map(AsRef::as_ref).collect()
    }
}

fn checked(piece: Cow<'_, str>) -> Result<Cow<'_, str>, PathError> {
    let bad = |byte: u8| byte.is_ascii_control() || byte == b'\\';
    if matches!(piece.as_ref(), "" | "." | "..") || piece.bytes().any(bad) {
        return Err(PathError);
    }
    Ok(piece)
}

/// Splits the package's name off the front of the pieces: two for a scoped name, else one.
///
/// The name keeps the text it was sent with; whether it can be a name is asked by whoever uses it.
pub(crate) fn split_name<'p, 'a>(pieces: &'p [&'a str]) -> Option<(Name<'a>, &'p [&'a str])> {
    match pieces {
        [scope, name, rest @ ..] if scope.starts_with('@') => Some((
            Name {
                scope: Some(scope),
                base: name,
            },
            rest,
        )),
        [name, rest @ ..] if !name.starts_with('@') => Some((
            Name {
                scope: None,
                base: name,
            },
            rest,
        )),
        _ => None,
    }
}

/// Splits pieces that are a package's name, an `@` and a version, and nothing else.
pub(crate) fn split_package_version<'a>(pieces: &[&'a str]) -> Option<(Name<'a>, &'a str)> {
    let (scope, last) = match pieces {
        [scope, last] if scope.starts_with('@') => (Some(*scope), last),
        [last] => (None, last),
        _ => return None,
    };
    let (base, version) = last.rsplit_once('@')?;
    Some((Name { scope, base }, version))
}

/// A package's name as it stands in a path, not checked yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    scope: Option<&'a str>,
    base: &'a str,
}

impl Name<'_> {
    pub(crate) fn parse(self) -> Result<PackageName, npm_model::NameError> {
        match self.scope {
            Some(scope) => PackageName::parse(&format!("{scope}/{}", self.base)),
            None => PackageName::parse(self.base),
        }
    }
}

/// The path as it may stand in a log: `npm logout` and `npm token revoke` put tokens into it, a web
/// login what a token is fetched with, and a mistyped path holds one as well.
pub fn loggable_path(path: &str) -> &str {
    /// What comes before a secret, and what is logged in its place.
    const BEFORE: [(&str, &str); 4] = [
        ("/-/user/token/", "/-/user/token/***"),
        ("/-/npm/v1/tokens/token/", "/-/npm/v1/tokens/token/***"),
        ("/-/v1/login/", "/-/v1/login/***"),
        ("/-/v1/done/", "/-/v1/done/***"),
    ];
    /// How every JSON Web Token begins, in lower case: it is `{"` in base64.
    const JWT: &str = "eyj";
    /// How API keys and refresh tokens begin, and invitations.
    const SECRETS: [&str; 3] = ["r13k_", "r13r_", "r13i_"];
    // A client may encode any letter of the path, even twice, so it is decoded before it is compared.
    let once = percent_decode_str(path).decode_utf8_lossy();
    let twice = percent_decode_str(&once).decode_utf8_lossy();
    let lower = twice.to_ascii_lowercase();
    if let Some((_, shown)) = BEFORE.iter().find(|(before, _)| path.starts_with(before)) {
        return shown;
    }
    // Under a prefix of the registry, or spelled in a way that it would not be by a client.
    let holds_one = BEFORE.iter().any(|(before, _)| lower.contains(before));
    let holds_secret = SECRETS.iter().any(|secret| lower.contains(secret));
    if holds_one || lower.contains("/token/") || lower.contains(JWT) || holds_secret {
        "/***"
    } else {
        path
    }
}

#[cfg(test)]
mod tests;
