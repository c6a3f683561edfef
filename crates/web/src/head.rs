//! How long the head of a request may be.

use http::{HeaderMap, Uri};

/// Longest URL that is answered, in bytes.
pub const LONGEST_URL: usize = 8 * 1024;

/// Longest headers that are answered, all together, in bytes.
pub const LONGEST_HEADERS: usize = 32 * 1024;

/// What stands around a header: a colon, a space and the end of the line.
const AROUND: usize = 4;

/// Why a request's head is too long.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeadTooLong {
    /// No client makes such a URL.
    #[error("the request's URL is longer than {LONGEST_URL} bytes")]
    Url,
    /// No client sends that much about itself.
    #[error("the request's headers are too many, or longer than {LONGEST_HEADERS} bytes")]
    Headers,
}

impl HeadTooLong {
    /// Looks at a head that was read.
    pub fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), Self> {
        let authority = uri
            .authority()
            .map_or(0, |authority| authority.as_str().len());
        let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
        if authority + path > LONGEST_URL {
            return Err(Self::Url);
        }
        let lengths = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + AROUND);
        if lengths.sum::<usize>() > LONGEST_HEADERS {
            return Err(Self::Headers);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    fn check(url: usize, headers: &[usize], expected: Result<(), HeadTooLong>) {
        let uri = format!("/{}", "a".repeat(url - 1)).parse().unwrap();
        let mut map = HeaderMap::new();
        for length in headers {
            let value = "a".repeat(length - AROUND - header::ACCEPT.as_str().len());
            map.append(header::ACCEPT, value.parse().unwrap());
        }
        assert_eq!(
            HeadTooLong::check(&uri, &map),
            expected,
            "{url} {headers:?}"
        );
    }

    #[test]
    fn a_head_is_long_enough_for_every_client_and_no_longer() {
        let half = LONGEST_HEADERS / 2;
        check(LONGEST_URL, &[], Ok(()));
        check(LONGEST_URL, &[half, half], Ok(()));
        check(LONGEST_URL + 1, &[], Err(HeadTooLong::Url));
        check(LONGEST_URL + 1, &[half, half + 1], Err(HeadTooLong::Url));
        check(1, &[LONGEST_HEADERS + 1], Err(HeadTooLong::Headers));
        check(1, &[half, half + 1], Err(HeadTooLong::Headers));
    }

    #[test]
    fn the_host_in_a_url_counts() {
        let path = "a".repeat(LONGEST_URL - 1);
        let uri = format!("http://localhost/{path}").parse().unwrap();
        let checked = HeadTooLong::check(&uri, &HeaderMap::new());
        assert_eq!(checked, Err(HeadTooLong::Url));
    }
}
