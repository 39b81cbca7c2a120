//! What becomes of a consultation once it has ended: the answer that is promised, expected since, or given.

use model::debate::consultation::{Consultation, Phase};
use model::debate::outcome::Outcome;

use super::ballot::Ended;
use super::results::Results;
use crate::frame::Link;
use crate::visitor::Visitor;

/// The answer to a consultation.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    /// The class of its note.
    pub(crate) tone: &'static str,
    pub(crate) heading: String,
    /// The decision, in the consultation's language.
    pub(crate) decision: String,
    /// Where it is read.
    pub(crate) link: Option<Link>,
}

/// The answer of `on`; nothing while it is open.
pub(super) fn of(visitor: &Visitor, on: &Consultation, outcome: Option<&Outcome>) -> Option<Promise> {
    let t = &visitor.words;
    if !matches!(on.phase(visitor.now), Phase::Closed | Phase::Concluded | Phase::Archived) {
        return None;
    }
    if let Some(outcome) = outcome {
        let date = t.date(outcome.published_at.timestamp());
        return Some(Promise {
            tone: "",
            heading: t.with("answer-given", "date", date),
            decision: outcome.decision.clone(),
            link: Some(Link::new(format!("/c/{}/outcome", on.slug), t.say("answer-read"))),
        });
    }
    on.answer_by.map(|by| {
        let overdue = by < visitor.now;
        let (tone, key) = if overdue { ("warn", "answer-overdue") } else { ("", "answer-awaited") };
        let heading = t.with(key, "date", t.date(by.timestamp()));
        Promise { tone, heading, decision: String::new(), link: None }
    })
}

/// What stands in the place of the ballot of a consultation that has ended.
pub(super) fn ended(
    visitor: &Visitor,
    on: &Consultation,
    results: Option<&Results>,
    answer: Option<&Promise>,
) -> Option<Ended> {
    if !matches!(on.phase(visitor.now), Phase::Closed | Phase::Concluded | Phase::Archived) {
        return None;
    }
    let results = results.filter(|results| results.hidden.is_none())?;
    let official = results.official.as_ref()?;
    let t = &visitor.words;
    let at = on.closed_at.or(on.closes_at);
    Some(Ended {
        heading: results.heading.clone(),
        when: at.map(|at| format!("{}. {}.", t.with("closed-on", "date", t.date(at.timestamp())), official.voters)),
        bar: results.stacked.then(|| official.slim()),
        finding: match results.stacked {
            true => official.finding.clone(),
            false => results.notes.first().cloned().unwrap_or_default(),
        },
        answer: answer.and_then(|answer| answer.link.clone()),
    })
}
