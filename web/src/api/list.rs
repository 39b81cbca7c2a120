//! Lists, page by page: `{items, next}`, where `next` is the cursor of the page that follows.

use std::fmt::Display;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use model::clock::Instant;
use model::id::Id;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::error::Failure;

/// How many items a page has unless told otherwise.
const USUAL: u16 = 50;
/// How many items a page has at most.
const MOST: u16 = 100;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T: ToSchema> {
    /// What is on this page.
    pub(super) items: Vec<T>,
    /// The cursor of the page that follows; null on the last.
    pub(super) next: Option<String>,
}

/// A query of the right shape; what is unknown is named.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(asked)| Self(asked)).map_err(|why| Failure::Malformed(why.body_text()))
    }
}

/// How many items to give.
pub(super) fn limit(asked: Option<u16>) -> usize {
    asked.unwrap_or(USUAL).clamp(1, MOST).into()
}

/// The cursor after the item with this time and key. Opaque: what it is made of may change.
pub(super) fn cursor(at: Instant, id: impl Display) -> String {
    hex::encode(format!("{} {id}", at.as_microsecond()))
}

/// The cursor after the item of that name, in a list by name.
pub(super) fn name(name: &str) -> String {
    hex::encode(name)
}

/// What such a cursor stands for.
pub(super) fn named(cursor: &str) -> Result<String, Failure> {
    let read = hex::decode(cursor).ok().and_then(|octets| String::from_utf8(octets).ok());
    read.ok_or_else(|| Failure::Malformed("This cursor was not given here.".into()))
}

/// What a cursor stands for.
pub(super) fn place<T: 'static>(cursor: Option<&str>) -> Result<Option<(Instant, Id<T>)>, Failure> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = || {
        let text = String::from_utf8(hex::decode(cursor).ok()?).ok()?;
        let (at, id) = text.split_once(' ')?;
        Some((Instant::from_microsecond(at.parse().ok()?), id.parse().ok()?))
    };
    read().map(Some).ok_or_else(|| Failure::Malformed("This cursor was not given here.".into()))
}

/// The cursor after the item with this key in the order of that name.
pub(super) fn mark(order: &str, key: i64, id: impl Display) -> String {
    hex::encode(format!("{order} {key} {id}"))
}

/// What such a cursor stands for; one of another order leads nowhere.
pub(super) fn marked<K: 'static>(order: &str, cursor: Option<&str>) -> Result<Option<(i64, Id<K>)>, Failure> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = || {
        let text = String::from_utf8(hex::decode(cursor).ok()?).ok()?;
        let (key, id) = text.strip_prefix(order)?.strip_prefix(' ')?.split_once(' ')?;
        Some((key.parse().ok()?, id.parse().ok()?))
    };
    read().map(Some).ok_or_else(|| Failure::Malformed("This cursor was not given here.".into()))
}

/// One page of what was read whole: what follows the item with the cursor's key.
pub(super) fn cut<T, K: 'static>(
    all: Vec<T>,
    asked: (Option<&str>, Option<u16>),
    key: impl Fn(&T) -> (Instant, Id<K>),
) -> Result<(Vec<T>, Option<String>), Failure> {
    let start = match place::<K>(asked.0)? {
        Some((_, id)) => all.iter().position(|item| key(item).1 == id).map_or(all.len(), |at| at + 1),
        None => 0,
    };
    let limit = limit(asked.1);
    let next = all.get(start + limit).and_then(|_| all.get(start + limit - 1)).map(|last| {
        let (at, id) = key(last);
        cursor(at, id)
    });
    Ok((all.into_iter().skip(start).take(limit).collect(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_on_and_a_forged_one_is_refused() {
        let now = Instant::from_microsecond(1_000_000);
        let ids: Vec<Id<()>> = (0..5).map(|_| Id::new(now)).collect();
        let (mut seen, mut next) = (Vec::new(), None);
        loop {
            let (page, more) = cut(ids.clone(), (next.as_deref(), Some(2)), |id| (now, *id)).unwrap();
            seen.extend(page);
            next = more;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen, ids);
        for forged in ["", "zz", "00", &hex::encode("1"), &hex::encode("x y"), &hex::encode("1 nothing")] {
            assert!(matches!(place::<()>(Some(forged)), Err(Failure::Malformed(_))), "{forged}");
        }
        let cursor = mark("oldest", 7, ids[0]);
        assert_eq!(marked::<()>("oldest", Some(&cursor)).unwrap(), Some((7, ids[0])));
        assert!(matches!(marked::<()>("old", Some(&cursor)), Err(Failure::Malformed(_))));
        assert!(matches!(marked::<()>("newest", Some(&cursor)), Err(Failure::Malformed(_))));
        assert_eq!((limit(None), limit(Some(0)), limit(Some(9999))), (50, 1, 100));
    }
}
