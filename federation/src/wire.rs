//! Documents as they travel: what is read leniently, and what is written exactly.
//!
//! Other servers write a string where another writes an object or a list; reading accepts all of these. What bounds a
//! document (size, depth, lists) is checked before anything is read from it.

pub mod activity;
pub mod actor;
pub mod ballot;
pub mod collection;
pub mod context;
pub mod lenient;
pub mod note;
pub mod object;
pub mod page;
pub mod question;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use activity::Activity;
pub use actor::Actor;
pub use object::Object;

/// The largest document, fetched or received, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// How deep objects and lists may nest.
pub const MAX_DEPTH: usize = 64;
/// The longest list, and the largest object, by entries.
pub const MAX_LIST: usize = 2_000;
/// The longest address, in bytes.
pub const MAX_URL: usize = 2_048;
/// The media type of everything we answer and send.
pub const ACTIVITY_JSON: &str = "application/activity+json";
/// The public collection.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// JSON-LD keywords that restructure a document under the reader's feet.
const RESTRUCTURING: [&str; 3] = ["@graph", "@included", "@reverse"];

/// Why a document is refused before its meaning is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// Nested too deep.
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// A list or an object with too many entries.
    #[error("a list of more than {MAX_LIST} entries")]
    TooMany,
    /// `@graph`, `@included` or `@reverse`.
    #[error("{0} is not accepted")]
    Restructured(&'static str),
    /// U+0000, which no text holds and PostgreSQL cannot store.
    #[error("the character U+0000 is not accepted")]
    Nul,
    /// A field is missing or has another shape.
    #[error("not what was expected: {0}")]
    Shape(String),
}

/// Reads bounded JSON.
///
/// # Errors
/// [`Malformed`], saying which bound is broken.
pub fn parse(bytes: &[u8]) -> Result<Value, Malformed> {
    check_depth(bytes)?;
    let value = serde_json::from_slice(bytes).map_err(|error| Malformed::NotJson(error.to_string()))?;
    check_bounds(&value)?;
    Ok(value)
}

/// Reads a typed document out of bounded JSON.
///
/// # Errors
/// [`Malformed::Shape`] when a field that it needs is missing or has another shape.
pub fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Malformed> {
    serde_json::from_value(value).map_err(|error| Malformed::Shape(error.to_string()))
}

/// Counts brackets outside strings, before a recursive reader meets them.
fn check_depth(bytes: &[u8]) -> Result<(), Malformed> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Malformed::TooDeep);
        }
    }
    Ok(())
}

fn check_bounds(value: &Value) -> Result<(), Malformed> {
    match value {
        Value::String(text) if text.contains('\0') => Err(Malformed::Nul),
        Value::Array(list) if list.len() > MAX_LIST => Err(Malformed::TooMany),
        Value::Array(list) => list.iter().try_for_each(check_bounds),
        Value::Object(map) if map.len() > MAX_LIST => Err(Malformed::TooMany),
        Value::Object(map) => {
            if let Some(keyword) = RESTRUCTURING.iter().find(|keyword| map.contains_key(**keyword)) {
                return Err(Malformed::Restructured(keyword));
            }
            map.values().try_for_each(check_bounds)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn json_ld_restructuring_is_refused_at_any_depth() {
        for keyword in RESTRUCTURING {
            let text = format!(r#"{{"type":"Create","object":[{{"{keyword}":[]}}]}}"#);
            assert_eq!(parse(text.as_bytes()), Err(Malformed::Restructured(keyword)));
        }
    }

    #[test]
    fn a_nul_is_refused() {
        assert_eq!(parse(br#"{"content":["a\u0000b"]}"#), Err(Malformed::Nul));
    }

    #[test]
    fn huge_deep_and_many_are_refused_and_never_a_crash() {
        let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse(deep(MAX_DEPTH + 1).as_bytes()), Err(Malformed::TooDeep));
        assert_eq!(parse("[".repeat(500_000).as_bytes()), Err(Malformed::TooDeep));
        assert!(parse(br#"{"text":"[[[[{{{{ \" [["}"#).is_ok());
        let many = format!("[{}1]", "1,".repeat(MAX_LIST));
        assert_eq!(parse(many.as_bytes()), Err(Malformed::TooMany));
    }

    proptest! {
        #[test]
        fn random_bytes_never_crash_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(value) = parse(&bytes) {
                let _unread = (typed::<Activity>(value.clone()), typed::<Actor>(value.clone()), typed::<Object>(value));
            }
        }

        #[test]
        fn mutated_activities_never_crash_a_reader(at in 0usize..300, byte in any::<u8>()) {
            let mut bytes = br#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://m.test/1","type":"Create","actor":"https://m.test/u","to":["https://a.test/f/x"],"object":{"id":"https://m.test/n/1","type":"Note","name":"Yes","inReplyTo":"https://a.test/c/x/ballot","attributedTo":"https://m.test/u","tag":[{"type":"Mention","href":"https://a.test/f/x"}]}}"#.to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(activity) = parse(&bytes).and_then(typed::<Activity>) {
                let _unread = typed::<Object>(activity.object);
            }
        }
    }
}
