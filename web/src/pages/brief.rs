//! A consultation as an entry of a list.

use model::clock::Instant;
use model::count::tally::{self, Viewer};
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

/// The entries of a list, with the results that anybody may see.
pub(crate) async fn list(conn: &mut Conn, t: &Words, now: Instant, listed: &[Consultation]) -> Result<Vec<Brief>> {
    let mut briefs = Vec::with_capacity(listed.len());
    for on in listed {
        let document = tally::results(conn, on, now, Viewer::Anybody).await?;
        let shown = results::of(t, on, &document).filter(|results| results.hidden.is_none());
        briefs.push(Brief { results: shown, ..of(t, now, on) });
    }
    Ok(briefs)
}

/// The same with what was decided.
pub(crate) async fn decided(conn: &mut Conn, t: &Words, now: Instant, listed: &[Consultation]) -> Result<Vec<Brief>> {
    let ids: Vec<_> = listed.iter().map(|on| on.id).collect();
    let outcomes = outcome::of_each(conn, &ids).await?;
    let mut briefs = list(conn, t, now, listed).await?;
    for (brief, on) in briefs.iter_mut().zip(listed) {
        let found = outcomes.iter().find(|it| it.consultation_id == on.id);
        brief.decision = found.map(|it| it.decision.clone()).filter(|decision| !decision.is_empty());
    }
    Ok(briefs)
}
