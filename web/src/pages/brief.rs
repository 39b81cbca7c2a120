//! A consultation as an entry of a list.

use model::clock::Instant;
use model::count::tally::{self, Document, Viewer};
use model::debate::consultation::{Consultation, Phase};
use model::debate::outcome;
use model::error::Result;
use model::store::Conn;

use super::results::{self, Results};
use crate::language::Words;

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct Brief {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) language: String,
    /// Where it stands, in words, and the class of its tag.
    pub(crate) state: String,
    pub(crate) tone: &'static str,
    /// How long it takes, or when it took place.
    pub(crate) left: Option<String>,
    pub(crate) facts: Vec<String>,
    pub(crate) results: Option<Results>,
    /// What was decided.
    pub(crate) decision: Option<String>,
    /// Which node it comes from, if not this one.
    pub(crate) origin: Option<String>,
}

/// The entry of `on`, without results.
pub(crate) fn of(t: &Words, now: Instant, on: &Consultation) -> Brief {
    let phase = on.phase(now);
    Brief {
        href: format!("/c/{}", on.slug),
        title: on.title.clone(),
        summary: on.summary.clone(),
        language: on.language.clone(),
        state: t.say(&format!("state-{phase}")),
        tone: tone(phase),
        left: left(t, now, on, phase),
        facts: vec![t.say(&format!("method-{}", on.method.0.kind())), t.count("comments-count", on.comment_count)],
        results: None,
        decision: None,
        origin: None,
    }
}

/// The class of a phase's tag.
pub(crate) fn tone(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "open",
        Phase::Scheduled => "soon",
        Phase::Draft | Phase::Closed | Phase::Concluded | Phase::Cancelled | Phase::Archived => "line",
    }
}

fn left(t: &Words, now: Instant, on: &Consultation, phase: Phase) -> Option<String> {
    let date = |key: &str, at: Option<Instant>| at.map(|at| t.with(key, "date", t.date(at.timestamp())));
    match phase {
        Phase::Draft => None,
        Phase::Scheduled => date("opens-on", on.opens_at),
        Phase::Cancelled => None,
        Phase::Open => on.closes_at.map(|closes| t.left(now.timestamp(), closes.timestamp())),
        Phase::Closed | Phase::Concluded | Phase::Archived => date("closed-on", on.closed_at.or(on.closes_at)),
    }
}

/// What an entry is made of for everybody alike, once read.
#[derive(Debug)]
pub(crate) struct Listed {
    on: Consultation,
    results: Document,
    decision: Option<String>,
}

impl Listed {
    /// What stands in a list, with the results that anybody may see.
    pub(crate) async fn read(conn: &mut Conn, now: Instant, all: Vec<Consultation>) -> Result<Vec<Self>> {
        let results = tally::results_of_each(conn, &all, now, Viewer::Anybody).await?;
        Ok(all.into_iter().zip(results).map(|(on, results)| Self { on, results, decision: None }).collect())
    }

    /// The same with what was decided.
    pub(crate) async fn decided(conn: &mut Conn, now: Instant, all: Vec<Consultation>) -> Result<Vec<Self>> {
        let ids: Vec<_> = all.iter().map(|on| on.id).collect();
        let outcomes = outcome::of_each(conn, &ids).await?;
        let mut listed = Self::read(conn, now, all).await?;
        for it in &mut listed {
            let found = outcomes.iter().find(|outcome| outcome.consultation_id == it.on.id);
            it.decision = found.map(|it| it.decision.clone()).filter(|decision| !decision.is_empty());
        }
        Ok(listed)
    }

    /// The entry.
    pub(crate) fn brief(&self, t: &Words, now: Instant) -> Brief {
        let shown = results::of(t, &self.on, &self.results).filter(|results| results.hidden.is_none());
        Brief { results: shown, decision: self.decision.clone(), ..of(t, now, &self.on) }
    }

    /// The entries of a list.
    pub(crate) fn briefs(all: &[Self], t: &Words, now: Instant) -> Vec<Brief> {
        all.iter().map(|it| it.brief(t, now)).collect()
    }
}
