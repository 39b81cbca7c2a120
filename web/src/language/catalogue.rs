//! The test that no message is missing, unused or different between the languages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use model::care::commitment::Level;
use model::care::preference::Rhythm;
use model::care::settings::Registration;
use model::care::theme::Font;
use model::care::{decision, report, work};
use model::count::electorate::{Assurance, Requires, Tier};
use model::count::method::Method;
use model::data::search;
use model::debate::attachment;
use model::debate::change;
use model::debate::comment::order::Order;
use model::debate::consultation::{Phase, Step};
use model::debate::forum::Visibility;
use model::error::Refusal;
use model::network::copy::Erasure;
use model::network::follow;
use model::network::peer::Policy;
use model::network::relay::Kind;
use model::people::departure::Fate;
use model::people::role::Role;

use super::Language;
use crate::pages::{Done, help, prose};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|held| held == extension) {
            found.push(path);
        }
    }
    found
}

/// The messages of a language, each with the variables it names.
fn messages(language: Language) -> Vec<(String, BTreeSet<String>)> {
    let mut messages: Vec<(String, BTreeSet<String>)> = Vec::new();
    for file in files(&root().join("locales").join(language.tag()), "ftl") {
        for line in fs::read_to_string(file).expect("a catalogue").lines() {
            let begins = line.starts_with(|c: char| c.is_ascii_lowercase());
            if let Some((key, _)) = line.split_once(" =").filter(|_| begins) {
                messages.push((key.to_owned(), BTreeSet::new()));
            }
            let Some((_, variables)) = messages.last_mut() else { continue };
            for part in line.split('$').skip(1) {
                variables.insert(part.chars().take_while(|c| c.is_alphanumeric()).collect());
            }
        }
    }
    messages.sort();
    messages
}

/// The keys that sources and templates name whole.
fn named() -> String {
    let mut sources = files(&root().join("src"), "rs");
    sources.extend(files(&root().join("templates"), "html"));
    sources.iter().map(|file| fs::read_to_string(file).expect("a source")).collect()
}

/// The keys that are put together from a word of the model.
fn families() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut family = |prefix: &str, words: &[&str]| keys.extend(words.iter().map(|word| format!("{prefix}{word}")));
    family("refusal-", Refusal::CODES);
    family("field-", &field_codes().iter().map(String::as_str).collect::<Vec<_>>());
    family("label-", &labels().iter().map(String::as_str).collect::<Vec<_>>());
    family("role-", &Role::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("tier-", &Tier::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("change-", &change::Kind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("state-", &Phase::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("sort-", &Order::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("relay-rule-", &Kind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("relay-rule-", &["all-hint", "tags-hint", "manual-hint"]);
    family("proposal-", &["carry", "witness", "be-witnessed", "carry-ours", "witness-ours", "be-witnessed-ours"]);
    family("witness-", &["witness", "be-witnessed", "role-witness", "role-witnessed"]);
    family("follow-", &follow::State::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    for policy in Policy::ALL {
        family("policy-", &[policy.as_str(), &format!("{policy}-hint")]);
    }
    family("assurance-", &Assurance::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("erased-", &Erasure::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("method-", Method::KINDS);
    family("ballot-", &["vote", "poll", "support", "scale", "ranking", "articles"]);
    family("method-title-", Method::KINDS);
    family("method-hint-", Method::KINDS);
    family("mod-reason-", &report::Reason::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("mod-state-", &["removed", "resolved", "dismissed", "open"]);
    family("decided-", &decision::Act::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    for act in ["keep", "hide", "suspend", "block"] {
        family("mod-", &[act, &format!("{act}-hint")]);
    }
    family("look-font-", &Font::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("look-pair-", &["on-brand", "link", "brand-soft"]);
    family("works-", &work::Kind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    for prefix in ["accessibility-", "accessibility-is-", "footer-accessibility-"] {
        family(prefix, &Level::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    }
    family("settings-registration-", &Registration::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("write-tier-", &Tier::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("write-requires-", &Requires::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("write-beside-", &attachment::Kind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("write-step-", &Step::ALL.iter().map(|word| word.as_str()).chain(["review"]).collect::<Vec<_>>());
    family("results-when-", &["live", "after-vote", "after-close"]);
    family("list-", &["newest", "closing"]);
    family("forum-", &["open", "soon", "closed", "drafts"]);
    family("rhythm-", &Rhythm::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("notice-", &["new", "opened", "closing", "outcome", "reply"]);
    family("digest-", &["daily", "weekly"]);
    family("report-", &report::Reason::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    family("search-", &search::Kind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>());
    for fate in Fate::ALL {
        family("leave-", &[fate.as_str(), &format!("{fate}-hint")]);
    }
    for question in help::QUESTIONS {
        family("", &[question, &format!("{question}-text")]);
    }
    family("weekday-", &["1", "2", "3", "4", "5", "6", "7"]);
    family("month-", &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]);
    for visibility in Visibility::ALL {
        family("visibility-", &[visibility.as_str(), &format!("{visibility}-hint")]);
    }
    for heading in prose::HEADINGS.iter().copied().flatten() {
        family("", &[heading, &format!("{heading}-text")]);
    }
    keys.extend(Done::ALL.map(|done| done.key().to_owned()));
    keys
}

/// The fields that can be wrong, and how, as the sources of the model and of the pages name them.
fn checks() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let sources = [root().join("../model/src"), root().join("src/pages")];
    for file in sources.iter().flat_map(|folder| files(folder, "rs")) {
        let source = fs::read_to_string(file).expect("a source");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for call in source.split("Error::field(").skip(1).chain(source.split("check.that(").skip(1)) {
            let statement = call.split(';').next().unwrap_or_default();
            let words: Vec<&str> = statement.split('"').skip(1).step_by(2).collect();
            if let [field, code, ..] = words[..] {
                found.push((field.to_owned(), code.to_owned()));
            }
        }
    }
    found
}

fn is_code(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn field_codes() -> BTreeSet<String> {
    // Those that helpers of the model give, and those of the forms themselves.
    let known = ["required", "too-long", "length", "repeated", "unknown", "one-line"].map(str::to_owned);
    checks().into_iter().map(|(_, code)| code).filter(|code| is_code(code)).chain(known).collect()
}

fn labels() -> BTreeSet<String> {
    let known =
        ["title", "text", "summary", "brief", "opens-at", "role", "place", "next-at", "next-step"].map(str::to_owned);
    let first = |field: String| field.split('.').next().unwrap_or_default().replace('_', "-");
    let fields = checks().into_iter().filter(|(_, code)| is_code(code)).map(|(field, _)| first(field));
    fields.filter(|field| is_code(field)).chain(known).collect()
}

#[test]
fn the_languages_hold_the_same_messages_with_the_same_variables() {
    let french = messages(Language::Fr);
    for other in [Language::En, Language::Es] {
        let theirs = messages(other);
        let keys = |all: &[(String, BTreeSet<String>)]| all.iter().map(|(key, _)| key.clone()).collect::<BTreeSet<_>>();
        assert_eq!(keys(&french), keys(&theirs), "{}", other.tag());
        for ((key, ours), (_, theirs)) in french.iter().zip(&theirs) {
            // The hour is written with one digit or two, as the language has it.
            let same = |set: &BTreeSet<String>| {
                set.iter().map(|name| name.trim_end_matches('2').to_owned()).collect::<BTreeSet<_>>()
            };
            assert_eq!(same(ours), same(theirs), "{key} in {}", other.tag());
        }
    }
    assert_eq!(french.len(), french.iter().map(|(key, _)| key).collect::<BTreeSet<_>>().len(), "a key stands twice");
}

#[test]
fn no_message_is_missing() {
    let held: BTreeSet<String> = messages(Language::Fr).into_iter().map(|(key, _)| key).collect();
    for key in families() {
        assert!(held.contains(&key), "{key} is missing");
    }
    let sources = named();
    for call in ["say(\"", ".with(\"", "with2(\"", "t.count(\"", "words.count(\""] {
        for part in sources.split(call).skip(1) {
            let key = part.split('"').next().unwrap_or_default();
            assert!(key.contains('{') || held.contains(key), "{key} is missing");
        }
    }
}

#[test]
fn no_message_is_unused() {
    let (sources, families) = (named(), families());
    for (key, _) in messages(Language::Fr) {
        let used = families.contains(&key) || sources.contains(&format!("\"{key}\""));
        assert!(used, "{key} is used nowhere");
    }
}
