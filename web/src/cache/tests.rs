//! What is kept, and for how long.

use super::kept::{MADE_MOST, SECOND};
use super::*;

fn key(path: &str, language: Language) -> Key {
    Key { path: path.to_owned(), language, shade: None, encoding: Encoding::Brotli }
}

fn page() -> Arc<Page> {
    Arc::new(Page::of(HeaderMap::new(), Bytes::from_static(b"page")))
}

fn from(version: Version, since: Instant) -> Found {
    Found { version: Some(version), since, changes: 0 }
}

#[test]
fn a_page_stands_as_long_as_its_version_and_one_visitor_asks() {
    let (pages, begin) = (Pages::default(), Instant::now());
    let square = key("/c/square", Language::Fr);
    let get = |after| pages.get(&square, begin + after);
    assert_eq!(get(Duration::ZERO), None);
    pages.keep(square.clone(), from((1, 0), begin), page());
    assert!(get(Duration::ZERO).is_some());
    assert_eq!(pages.get(&key("/c/square", Language::En), begin), None, "each language has its own");
    let peek = |after| pages.peek(&square, begin + after);
    assert!(peek(Duration::ZERO).is_some());
    assert_eq!(peek(ASKED), None, "nobody asks for its version yet");
    assert_eq!(get(ASKED), None, "the first is to ask for its version");
    assert!(peek(ASKED).is_some());
    assert!(get(ASKED).is_some(), "the others need not wait");
    assert!(pages.stands(&square, Some((1, 0)), begin + ASKED).is_some(), "nothing has changed");
    assert!(get(ASKED).is_some());
    assert_eq!(pages.stands(&square, Some((1, 1)), begin + ASKED * 2), None, "a vote was counted");
    assert_eq!(pages.stands(&square, Some((1, 0)), begin + LONGEST), None, "there is more than its version");
    assert_eq!(get(ASKED + STALE), None);
}

#[test]
fn a_list_has_no_version_and_is_soon_made_anew() {
    let (pages, begin) = (Pages::default(), Instant::now());
    let home = key("/", Language::Fr);
    pages.keep(home.clone(), Found { version: None, since: begin, changes: 0 }, page());
    assert!(pages.get(&home, begin + ASKED).is_some());
    assert_eq!(pages.get(&home, begin + FRESH), None);
    assert_eq!(pages.stands(&home, None, begin + FRESH), None);
}

#[test]
fn what_this_process_changes_shows_at_once_but_not_more_often_than_it_can_be_made() {
    let (pages, begin) = (Pages::default(), Instant::now());
    let (square, results, other) =
        (key("/c/square", Language::Fr), key("/c/square/results", Language::Fr), key("/c/squares", Language::Fr));
    let list = key("/f/mobility?state=open", Language::Fr);
    let all = [&square, &results, &other, &list];
    for key in all {
        pages.keep(key.clone(), from((1, 0), begin), page());
    }
    pages.forget("square");
    let here = all.map(|key| pages.get(key, begin).is_some());
    assert_eq!(here, [false, false, true, false], "another's stay");
    assert_eq!(pages.stands(&square, Some((1, 0)), begin), None);
    for times in 2..=MADE_MOST {
        pages.keep(square.clone(), Found { changes: pages.changes(), ..from((1, 0), begin) }, page());
        pages.forget("square");
        assert_eq!(pages.get(&square, begin).is_some(), times == MADE_MOST, "{times}");
    }
    let later = begin + ASKED;
    assert_eq!(pages.get(&square, later), None);
    assert!(pages.stands(&square, Some((1, 9)), later).is_some(), "a storm");
    assert_eq!(pages.stands(&square, Some((1, 9)), begin + SECOND), None);
    // What changes while a page is made is not in it.
    pages.keep(other.clone(), Found { changes: 0, ..from((1, 0), begin) }, page());
    assert_eq!(pages.get(&other, begin), None);
    pages.forget_all();
    assert_eq!(pages.get(&other, begin), None);
}

#[test]
fn only_pages_that_many_ask_for_are_kept() {
    for kept in
        ["/", "/f", "/f/mobility", "/f/mobility?state=open", "/c/square", "/c/square/results", "/c/square/embed"]
    {
        let (path, query) = kept.split_once('?').map_or((kept, None), |(path, query)| (path, Some(query)));
        assert!(is_kept(path, query), "{kept}");
    }
    for other in
        ["/me", "/login", "/c/square?choice=for", "/f/x?tag=y", "/c/", "/c/square/results.csv", "/c/a/b/c", "/?x"]
    {
        let (path, query) = other.split_once('?').map_or((other, None), |(path, query)| (path, Some(query)));
        assert!(!is_kept(path, query), "{other}");
    }
}

#[test]
fn that_a_log_is_open_is_soon_asked_again() {
    let (pages, begin) = (Pages::default(), Instant::now());
    let on = Id::new(model::clock::Instant::from_microsecond(0));
    assert_eq!(pages.open_log("square", begin), None);
    pages.keep_log("square".to_owned(), begin, on);
    assert_eq!(pages.open_log("square", begin), Some(on));
    assert_eq!((pages.open_log("other", begin), pages.open_log("square", begin + FRESH)), (None, None));
    pages.forget("square");
    assert_eq!(pages.open_log("square", begin), None);
}
