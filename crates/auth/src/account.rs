//! What a user name and a password may be.

/// Longest user name, in bytes.
const LONGEST_NAME: usize = 64;

/// Shortest password, in characters.
const SHORTEST_PASSWORD: usize = 8;

/// Longest password, in bytes: hashing a longer one would cost an attacker nothing and us much.
const LONGEST_PASSWORD: usize = 1024;

/// Longest e-mail address, in bytes (RFC 5321 section 4.5.3.1.3, without the brackets).
const LONGEST_EMAIL: usize = 254;

/// A text cannot be a user name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a user name is 1 to 64 characters of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit"
)]
pub struct UserNameError;

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordError {
    /// Too easy to guess.
    #[error("a password needs at least {SHORTEST_PASSWORD} characters")]
    TooShort,
    /// Too expensive to hash.
    #[error("a password can have at most {LONGEST_PASSWORD} bytes")]
    TooLong,
    /// Some clients would cut it there.
    #[error("a password cannot contain a NUL character")]
    Nul,
}

/// Returns the name as accounts hold it, in lower case.
pub fn check_user_name(text: &str) -> Result<String, UserNameError> {
    let name = text.to_ascii_lowercase();
    let starts_well = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    let all_well = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if starts_well && all_well && name.len() <= LONGEST_NAME {
        Ok(name)
    } else {
        Err(UserNameError)
    }
}

/// Checks a password that somebody wants to use from now on.
pub fn check_password(text: &str) -> Result<(), PasswordError> {
    if text.len() > LONGEST_PASSWORD {
        Err(PasswordError::TooLong)
    } else if text.contains('\0') {
        Err(PasswordError::Nul)
    } else if text.chars().count() < SHORTEST_PASSWORD {
        Err(PasswordError::TooShort)
    } else {
        Ok(())
    }
}

/// Returns the e-mail address as accounts hold it: empty for what cannot be one. It is no reason to
/// refuse a login, but it goes into each manifest that its owner publishes, so it is kept short and
/// plain.
pub(crate) fn plain_email(text: String) -> String {
    let well = text.len() <= LONGEST_EMAIL
        && text.contains('@')
        && !text.contains(|c: char| c.is_control() || c.is_whitespace());
    if well { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_plain_words() {
        for name in ["alice", "a", "0", "a.b_c-d", &"a".repeat(64)] {
            assert_eq!(check_user_name(name).as_deref(), Ok(name));
        }
        assert_eq!(check_user_name("Alice").as_deref(), Ok("alice"));
        let long = "a".repeat(65);
        for name in [
            "",
            "__proto__",
            "$all",
            "team:core",
            "u/x",
            "a b",
            "é",
            ".a",
            "-a",
            &long,
        ] {
            assert_eq!(check_user_name(name), Err(UserNameError), "{name}");
        }
    }

    #[test]
    fn passwords_have_limits() {
        assert_eq!(check_password("correct horse"), Ok(()));
        assert_eq!(check_password("ééééééé"), Err(PasswordError::TooShort));
        assert_eq!(
            check_password(&"x".repeat(1025)),
            Err(PasswordError::TooLong)
        );
        assert_eq!(check_password("12345678\0"), Err(PasswordError::Nul));
    }

    #[test]
    fn what_cannot_be_an_e_mail_address_is_taken_for_none() {
        for email in ["a@b", "alice.b+npm@mail.example", "é@exämple.de"] {
            assert_eq!(plain_email(email.to_owned()), email);
        }
        let long = format!("{}@b", "a".repeat(253));
        for email in [
            "",
            "alice",
            "a b@c",
            "a@b\n",
            "a@b\u{1b}[2J",
            "a@\u{9b}b",
            &long,
        ] {
            assert_eq!(plain_email(email.to_owned()), "", "{email:?}");
        }
    }
}
