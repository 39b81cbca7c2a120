//! Random and mutated documents: no reader ever panics, and what is read is bounded.
//!
//! `PALABRE_TEST_CASES` says how many cases are tried; `./check --long` tries a million.

#![allow(missing_docs, reason = "a test needs no public text")]

use std::path::Path;

use federation::wire::ballot::Ballot;
use federation::wire::{self, Activity, Actor, Object, lenient};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

/// How many cases are tried unless told otherwise.
const CASES: u32 = 2_000;

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment how long to try")]
fn cases() -> u32 {
    std::env::var("PALABRE_TEST_CASES").map_or(CASES, |n| n.parse().expect("PALABRE_TEST_CASES is a number"))
}

/// Every document of every server that we know.
fn documents() -> Vec<Value> {
    let captured = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captured");
    let mut all = Vec::new();
    for server in std::fs::read_dir(captured).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        for file in std::fs::read_dir(&server).into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
            let text = std::fs::read(&file).expect("a file");
            all.push(serde_json::from_slice(&text).expect("JSON"));
        }
    }
    all.push(json!({"id": "https://b.test/1", "type": "Create", "actor": "https://b.test/u/a", "object": {
        "id": "https://b.test/1#it", "type": "Ballot", "attributedTo": "https://b.test/u/a", "choice": ["o1", "o2"],
        "inReplyTo": "https://a.test/c/x", "published": "2026-03-02T09:00:00Z", "assurance": "email",
    }}));
    assert!(all.len() > 100, "{} documents", all.len());
    all
}

/// Any JSON, not too large.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "(https?|acct|as|javascript):/{0,2}[a-z@:.%\\[\\]]{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "Create",
            "Note",
            "Question",
            "Ballot",
            "Answer",
            "Undo",
            "Block",
            "@graph",
            "as:Public",
            "\u{0}",
            "<br>",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![
            "[a-zA-Z@]{1,8}",
            prop::sample::select(vec!["id", "type", "actor", "object", "name", "content", "to", "tag", "@graph"])
                .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// The places of all values within one.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(n, one)| places(one, &format!("{at}/{n}"), all)),
        Value::Object(map) => map.iter().for_each(|(name, one)| {
            places(one, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), all);
        }),
        _ => {}
    }
}

/// What is done to a document.
#[derive(Debug, Clone)]
enum Change {
    /// Another value in one place.
    Put(Index, Value),
    /// Another octet in one place of its text.
    Octet(Index, u8),
    /// The text cut off.
    Cut(Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (any::<Index>(), any_json()).prop_map(|(at, value)| Change::Put(at, value)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, octet)| Change::Octet(at, octet)),
        1 => any::<Index>().prop_map(Change::Cut),
    ]
}

fn changed(mut document: Value, changes: &[Change]) -> Vec<u8> {
    let mut octets = None;
    for change in changes {
        match change {
            Change::Put(at, value) => {
                let mut all = Vec::new();
                places(&document, "", &mut all);
                if let Some(place) = document.pointer_mut(&all[at.index(all.len())]) {
                    *place = value.clone();
                }
            }
            other => octets = Some(other),
        }
    }
    let mut text = document.to_string().into_bytes();
    match octets {
        Some(Change::Octet(at, octet)) => {
            let at = at.index(text.len());
            text[at] = *octet;
        }
        Some(Change::Cut(at)) => text.truncate(at.index(text.len())),
        _ => {}
    }
    text
}

/// Everything that reads a document before a rule is asked.
fn read(text: &[u8]) {
    let Ok(value) = wire::parse(text) else { return };
    let _actor = wire::typed::<Actor>(value.clone()).map(|actor| (actor.is_actor(), actor.shared_inbox().cloned()));
    let _ids = (lenient::id_of(&value), lenient::ids_of(&value));
    let Ok(activity) = wire::typed::<Activity>(value) else { return };
    assert!(activity.id.as_str().len() <= text.len() * 3, "an id is never longer than its text, escaped");
    let _object = (activity.object_id(), lenient::id_of(&activity.instrument));
    for object in activity.objects() {
        let _ballot = wire::typed::<Ballot>(object.clone());
        let _inner = wire::typed::<Activity>(object.clone());
        let Ok(object) = wire::typed::<Object>(object) else { continue };
        assert!(object.vote().is_none_or(|vote| !vote.trim().is_empty()));
        let _read = (object.language(), object.text().len(), object.is_public());
    }
}

#[test]
fn no_document_panics_a_reader() {
    let documents = documents();
    let mut runner = TestRunner::new(Config { cases: cases(), failure_persistence: None, ..Config::default() });
    let strategy = prop_oneof![
        1 => any_json().prop_map(|value| value.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..300),
        8 => (any::<Index>(), prop::collection::vec(change(), 1..4))
            .prop_map(move |(which, changes)| changed(documents[which.index(documents.len())].clone(), &changes)),
    ];
    let tried = runner.run(&strategy, |text| {
        read(&text);
        Ok(())
    });
    tried.expect("every document is read or refused");
}
