//! Paths of this site: to come back to, and with a query.

use url::Url;
use url::form_urlencoded::Serializer;

/// Only its path and query are ever used.
const HERE: &str = "http://here.invalid/";

/// A path of this site that may be redirected to, fragment included: `/` for whatever leads elsewhere.
pub(crate) fn local(next: Option<&str>) -> String {
    let fine = next.filter(|next| next.starts_with('/') && !next.contains(['\\', '\r', '\n', '\t']));
    let url = fine.and_then(|next| Url::parse(HERE).ok()?.join(next).ok());
    match url {
        Some(url) if url.as_str().starts_with(HERE) && !url.path().starts_with("//") => {
            url.as_str()[HERE.len() - 1..].to_owned()
        }
        _ => "/".to_owned(),
    }
}

/// A path with a query.
pub(crate) fn with(path: &str, query: &[(&str, &str)]) -> String {
    format!("{path}?{}", Serializer::new(String::new()).extend_pairs(query).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_here() {
        for (next, to) in [
            ("/c/square?choice=for#vote", "/c/square?choice=for#vote"),
            ("/me", "/me"),
            ("//evil.example/", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example/", "/"),
            ("/a/..//evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(Some(next)), to, "{next}");
        }
        assert_eq!(local(None), "/");
        assert_eq!(with("/login", &[("next", "/c/x?choice=a b")]), "/login?next=%2Fc%2Fx%3Fchoice%3Da+b");
    }
}
