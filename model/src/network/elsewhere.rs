//! A consultation of another node, as its `Page` tells it: what is asked, until when, and where its origin is reached.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::mirror::{Kind, Marks, Mirror};
use super::peer::{self, Policy};
use super::verified::{self, Verified};
use crate::clock::Instant;
use crate::count::electorate::Tier;
use crate::count::method::{Choice, Method};
use crate::count::tally::Results;
use crate::debate::consultation::Phase;
use crate::error::{Error, Refusal, Result};
use crate::people::actor::{self, Actor};
use crate::store::schema::mirrors;
use crate::store::{Conn, on};

/// The language of a consultation whose origin names none.
const LANGUAGE: &str = "en";
/// The most choices that are read.
const CHOICES_MOST: usize = 1_000;

/// A consultation of another node.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// The copy of its `Page`.
    pub page: Mirror,
    /// What is asked.
    pub method: Method,
    /// Its language.
    pub language: String,
    /// When it opens, if that is said.
    pub opens_at: Option<Instant>,
    /// When it closes, if that is said.
    pub closes_at: Option<Instant>,
    /// Until when its origin has promised an answer.
    pub answer_by: Option<Instant>,
    /// Whether a ballot may be changed.
    pub changeable: bool,
    /// When results may be seen.
    pub results: Results,
    /// Who may vote.
    pub tiers: Vec<Tier>,
    /// The tier whose count is official.
    pub official: Tier,
    /// The SHA-256 of its text.
    pub text_hash: Option<String>,
    /// The address of its forum.
    pub forum: String,
    /// Whoever published it.
    pub author: Actor,
    /// The last results that were counted again from its log.
    pub verified: Option<Verified>,
}

/// The consultation `slug` of `host`, by the copy kept here.
///
/// # Errors
/// [`Error::NotFound`], also where its server is blocked or the copy tells of no consultation.
pub async fn at(conn: &mut Conn, host: &str, slug: &str) -> Result<Elsewhere> {
    let page = on!(conn, |c| mirrors::table
        .filter(mirrors::host.eq(host).and(mirrors::slug.eq(slug)).and(mirrors::kind.eq(Kind::Page)))
        .select(Mirror::as_select())
        .first(c)
        .await)?;
    of(conn, page).await
}

/// The consultation with this `Page`.
///
/// # Errors
/// As [`at`].
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Elsewhere> {
    let page = super::mirror::by_uri(conn, uri).await?.filter(|it| it.kind == Kind::Page);
    of(conn, page.ok_or(Error::NotFound)?).await
}

async fn of(conn: &mut Conn, page: Mirror) -> Result<Elsewhere> {
    if peer::policy(conn, &page.host).await? == Policy::Block {
        return Err(Error::NotFound);
    }
    let author = actor::by_id(conn, page.author_id.ok_or(Error::NotFound)?).await?;
    let told = page.document.0["consultation"].clone();
    let moment = |name: &str| told[name].as_str().and_then(|text| Instant::parse(text).ok());
    let words = |name: &str| serde_json::from_value::<Tier>(told[name].clone()).ok();
    let tiers: Vec<Tier> = serde_json::from_value(told["tiers"].clone()).map_err(|_| Error::NotFound)?;
    let forum = page.document.0["audience"].as_str().ok_or(Error::NotFound)?.to_owned();
    if peer::host_of(&forum) != page.host || author.host.as_deref() != Some(page.host.as_str()) {
        return Err(Error::NotFound);
    }
    let verified = verified::of(conn, &page.uri).await?.filter(Verified::holds);
    Ok(Elsewhere {
        method: method(&told["method"]).ok_or(Error::NotFound)?,
        language: page.language.clone().unwrap_or_else(|| LANGUAGE.to_owned()),
        opens_at: moment("opensAt"),
        closes_at: moment("closesAt"),
        answer_by: moment("answerBy"),
        changeable: told["changeable"] != false,
        results: serde_json::from_value(told["results"].clone()).unwrap_or(Results::AfterVote),
        official: words("official").or_else(|| tiers.iter().copied().next()).ok_or(Error::NotFound)?,
        tiers,
        text_hash: told["textHash"].as_str().map(str::to_owned),
        forum,
        author,
        verified,
        page,
    })
}

/// The method as a `Page` tells it: every choice with its id, whatever the method.
fn method(told: &Value) -> Option<Method> {
    let mut told = told.clone();
    let fields = told.as_object_mut()?;
    let options: Vec<Choice> = match fields.get("options") {
        Some(options) => serde_json::from_value(options.clone()).ok()?,
        None => Vec::new(),
    };
    if options.len() > CHOICES_MOST {
        return None;
    }
    match fields.get("kind")?.as_str()? {
        "vote" | "articles" => {
            fields.remove("options");
            fields.insert("choices".to_owned(), json!(options));
        }
        "poll" | "ranking" => {}
        _ => drop(fields.remove("options")),
    }
    serde_json::from_value(told).ok()
}

impl Elsewhere {
    /// Where it stands by our clock, and by what its origin last said.
    #[must_use]
    pub fn phase(&self, now: Instant) -> Phase {
        let said = |value: &Value| value.as_str().and_then(|word| word.parse::<Phase>().ok());
        let told = said(&self.page.document.0["consultation"]["state"])
            .or_else(|| said(&self.verified.as_ref()?.document["state"]))
            .filter(|phase| phase.is_over());
        match told {
            Some(over) => over,
            None if self.closes_at.is_some_and(|at| at <= now) => Phase::Closed,
            None if self.opens_at.is_some_and(|at| at > now) => Phase::Scheduled,
            None => Phase::Open,
        }
    }

    /// What was chosen, as ids, if a ballot may be sent now. The origin has the last word.
    ///
    /// # Errors
    /// `not-open-yet`, `closed`, `cancelled`, and what is wrong with the choice.
    pub fn admit(&self, now: Instant, chosen: &[String]) -> Result<Vec<String>> {
        self.takes_ballots(now)?;
        self.method.admit(&self.language, chosen)
    }

    /// Whether ballots may be sent now.
    ///
    /// # Errors
    /// `wrong-method`, `not-open-yet`, `closed`, `cancelled`.
    pub fn takes_ballots(&self, now: Instant) -> Result<()> {
        if !self.method.takes_ballots() {
            return Err(Refusal::WrongMethod.into());
        }
        match self.phase(now) {
            Phase::Open => Ok(()),
            Phase::Scheduled => Err(Refusal::NotOpenYet.into()),
            over => Err(over.refusal().into()),
        }
    }

    /// Whether comments may be sent now.
    ///
    /// # Errors
    /// `comments-closed`, `closed`, `cancelled`.
    pub fn takes_comments(&self, now: Instant, locked: bool) -> Result<()> {
        if locked || self.page.document.0["commentsEnabled"] == false {
            return Err(Refusal::CommentsClosed.into());
        }
        match self.phase(now) {
            Phase::Open | Phase::Scheduled => Ok(()),
            over => Err(over.refusal().into()),
        }
    }

    /// Whether its moderators take no more comments, as was announced or as its `Page` says.
    #[must_use]
    pub fn is_locked(&self, marks: Marks) -> bool {
        marks.locked || self.page.document.0["commentsEnabled"] == false
    }

    /// Where its origin is reached.
    ///
    /// # Errors
    /// [`Error::NotFound`] where its author has no inbox.
    pub fn inbox(&self) -> Result<&str> {
        self.author.delivery_inbox().ok_or(Error::NotFound)
    }

    /// Its slug at the origin.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.page.slug.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_read_as_it_is_told() {
        for asked in [
            json!({"kind": "vote"}),
            json!({"kind": "poll", "options": ["A", "B"], "multiple": true}),
            json!({"kind": "support", "goal": 10}),
            json!({"kind": "scale", "min": 0, "max": 50, "step": 25}),
            json!({"kind": "ranking", "options": ["A", "B"]}),
            json!({"kind": "none"}),
        ] {
            let ours = Method::asked(asked.clone()).expect("a method").check().expect("valid").fixed("en", &[]);
            let mut told = ours.told().expect("told");
            let choices = ours.choices("en");
            if !choices.is_empty() {
                told["options"] = json!(choices);
            }
            let theirs = method(&told).unwrap_or_else(|| panic!("{told}"));
            assert_eq!((theirs.kind(), theirs.choices("en")), (ours.kind(), choices), "{asked}");
        }
        assert!(method(&json!({"kind": "lottery"})).is_none());
        assert!(method(&json!({"options": []})).is_none());
    }
}
