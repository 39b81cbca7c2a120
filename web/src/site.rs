//! The pages of an archive: plain HTML that needs neither us nor a network.

use askama::Template;
use jiff::tz::TimeZone;
use model::data::archive::{Debate, Front, Site, debate_page};
use model::data::export::sheet::LICENCE;
use model::debate::comment::Comment;
use model::debate::consultation::Consultation;

use crate::language::{Language, Words};

/// How the pages of an archive are made: in the consultation's language.
#[must_use]
pub fn site() -> Site {
    Site { front, debate }
}

#[derive(Template)]
#[template(path = "archive.html")]
struct FrontPage<'a> {
    t: Words,
    on: &'a Consultation,
    forum: &'a str,
    html: &'a str,
    sha256: &'a str,
    version: i32,
    url: &'a str,
    at: String,
    tiers: Vec<Tier<'a>>,
    files: Vec<&'a str>,
    debate: String,
    licence: &'static str,
    terms: &'static str,
}

/// The count of a tier.
struct Tier<'a> {
    name: &'static str,
    official: bool,
    voters: i64,
    choices: Vec<(&'a str, i64)>,
}

#[derive(Template)]
#[template(path = "archive_debate.html")]
struct DebatePage<'a> {
    t: Words,
    on: &'a Consultation,
    rows: Vec<Row<'a>>,
    before: Option<String>,
    after: Option<String>,
}

/// A comment as it is shown.
struct Row<'a> {
    comment: &'a Comment,
    author: &'a str,
    parent: Option<String>,
}

fn words(on: &Consultation) -> Words {
    Words::new(Language::from_tag(&on.language).unwrap_or(Language::En), TimeZone::UTC)
}

fn front(front: &Front<'_>) -> String {
    let Front { on, forum, text, results, url, now, tables } = *front;
    let tiers = results.tiers.iter().flatten().map(|(tier, result)| Tier {
        name: tier.as_str(),
        official: *tier == results.official,
        voters: result.voters,
        choices: result.choices.iter().map(|choice| (choice.label.as_str(), choice.count)).collect(),
    });
    let (_, licence, terms) = LICENCE;
    let whole = ["consultation.json", "results.json", "README.txt"];
    let page = FrontPage {
        t: words(on),
        on,
        forum: &forum.title,
        html: &text.html,
        sha256: &text.sha256,
        version: text.version,
        url,
        at: now.to_string(),
        tiers: tiers.collect(),
        files: tables.iter().map(String::as_str).chain(whole).collect(),
        debate: debate_page(1),
        licence,
        terms,
    };
    rendered(&page)
}

fn debate(debate: &Debate<'_>) -> String {
    let Debate { on, number, more, rows } = *debate;
    let rows = rows.iter().map(|(comment, author)| Row {
        comment,
        author,
        parent: comment.parent_id.map(|id| id.to_string()),
    });
    let page = DebatePage {
        t: words(on),
        on,
        rows: rows.collect(),
        before: (number > 1).then(|| debate_page(number - 1)),
        after: more.then(|| debate_page(number + 1)),
    };
    rendered(&page)
}

/// Templates of this crate fail only where memory does.
fn rendered(page: &impl Template) -> String {
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page of an archive could not be made");
        String::new()
    })
}
