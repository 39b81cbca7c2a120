//! Finished pages of consultations for visitors without a session, kept for a moment.
//!
//! A page is kept for [`FRESH`] at most, so that it is right within two seconds of what it shows; while one visitor's
//! request renders it anew, the others are given the page that is there.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::language::Language;

/// How long a page is given out before it is rendered anew.
const FRESH: Duration = Duration::from_millis(400);
/// How long it is given out at most, while it is being rendered anew.
const STALE: Duration = Duration::from_millis(900);
/// How many pages are kept; past it the cache starts over.
const MOST: usize = 512;

struct Kept {
    page: Bytes,
    since: Instant,
    renewing: AtomicBool,
}

type Key = (String, Language);

/// The pages kept.
#[derive(Default)]
pub(crate) struct Pages(RwLock<HashMap<Key, Arc<Kept>>>);

impl Pages {
    /// The page, if a good one is there. Who gets `None` renders it and gives it to [`Self::keep`].
    pub(crate) fn get(&self, slug: &str, language: Language, now: Instant) -> Option<Bytes> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&(slug.to_owned(), language))?;
        let age = now.saturating_duration_since(found.since);
        let good = age < FRESH || (age < STALE && found.renewing.swap(true, Ordering::Relaxed));
        good.then(|| found.page.clone())
    }

    /// Keeps a page rendered from what the database held at `since`.
    pub(crate) fn keep(&self, slug: &str, language: Language, since: Instant, page: Bytes) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        let page = Kept { page, since, renewing: AtomicBool::new(false) };
        kept.insert((slug.to_owned(), language), Arc::new(page));
    }

    /// Forgets a consultation's pages, after a change made through this process.
    pub(crate) fn forget(&self, slug: &str) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(held, _), _| held != slug);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_given_until_it_is_old_and_one_visitor_renews_it() {
        let pages = Pages::default();
        let begin = Instant::now();
        let get = |after| pages.get("square", Language::Fr, begin + after);
        assert_eq!(get(Duration::ZERO), None);
        pages.keep("square", Language::Fr, begin, Bytes::from_static(b"page"));
        assert!(get(Duration::ZERO).is_some());
        assert_eq!(pages.get("square", Language::En, begin), None, "each language has its own");
        assert_eq!(get(FRESH), None, "the first is to render it anew");
        assert!(get(FRESH).is_some(), "the others need not wait");
        assert_eq!(get(STALE), None);
        pages.keep("square", Language::Fr, begin + STALE, Bytes::from_static(b"new"));
        assert!(get(STALE).is_some());
        pages.forget("square");
        assert_eq!(get(STALE), None);
    }
}
