//! Consultations of other nodes, as the copies kept here tell of them. What they say is the origin's.

use model::clock::Instant;
use model::count::tally::{ChoiceResult, TierResult};
use model::debate::consultation::Phase;
use model::network::mirror::{Mirror, Thread};
use serde_json::Value;

use super::brief::{self, Brief};
use super::results::{self, Results};
use crate::visitor::Visitor;

/// The choices of a vote, in the order of its `Question`.
const VOTE: [&str; 3] = ["for", "neutral", "against"];

/// The entry of a received consultation.
pub(super) fn brief(visitor: &Visitor, page: &Mirror) -> Brief {
    let t = &visitor.words;
    let told = &page.document.0["consultation"];
    let (opens, closes) = (moment(&told["opensAt"]), moment(&told["closesAt"]));
    let phase = if is_cancelled(page) { Phase::Cancelled } else { phase(visitor.now, opens, closes) };
    let kind = told["method"]["kind"].as_str().unwrap_or_default();
    let method =
        ["vote", "poll", "support", "scale", "ranking", "articles", "none"].into_iter().find(|known| *known == kind);
    Brief {
        href: page.slug.as_ref().map_or_else(|| page.uri.clone(), |slug| format!("/remote/{}/c/{slug}", page.host)),
        title: page.title.clone(),
        summary: page.summary.clone(),
        language: page.language.clone().unwrap_or_else(|| t.tag().to_owned()),
        state: t.say(&format!("state-{phase}")),
        tone: brief::tone(phase),
        left: closes.filter(|_| phase == Phase::Open).map(|at| t.left(visitor.now.timestamp(), at.timestamp())),
        facts: method.map(|kind| t.say(&format!("method-{kind}"))).into_iter().collect(),
        results: None,
        origin: Some(t.with("remote-from", "host", &page.host)),
    }
}

/// Whether the origin says that it was called off.
fn is_cancelled(page: &Mirror) -> bool {
    page.document.0["consultation"]["state"] == Phase::Cancelled.as_str()
}

fn moment(value: &Value) -> Option<Instant> {
    value.as_str().and_then(|text| Instant::parse(text).ok())
}

fn phase(now: Instant, opens: Option<Instant>, closes: Option<Instant>) -> Phase {
    match () {
        () if closes.is_some_and(|at| at <= now) => Phase::Closed,
        () if opens.is_some_and(|at| at > now) => Phase::Scheduled,
        () => Phase::Open,
    }
}

/// The entry of a received consultation with the totals that its origin gives.
pub(super) fn with_results(visitor: &Visitor, thread: &Thread) -> Brief {
    let entry = brief(visitor, &thread.page);
    let Some(question) = &thread.question else { return entry };
    let closed = moment(&question.document.0["closed"]).is_some();
    let phase = if closed { Phase::Closed } else { Phase::Open };
    let results = totals(&question.document.0).map(|result| bars(visitor, &thread.page, &result, phase));
    let state = if closed && !is_cancelled(&thread.page) { visitor.say("state-closed") } else { entry.state };
    let tone = if closed { brief::tone(Phase::Closed) } else { entry.tone };
    Brief { results, state, tone, left: entry.left.filter(|_| !closed), ..entry }
}

/// The totals of a `Question`; none while its origin hides them.
fn totals(question: &Value) -> Option<TierResult> {
    let options = question["oneOf"].as_array().or_else(|| question["anyOf"].as_array())?;
    let vote = options.len() == VOTE.len() && question["oneOf"].is_array();
    let choice = |(place, option): (usize, &Value)| {
        let count = option["replies"]["totalItems"].as_i64().filter(|count| *count >= 0)?;
        let id = if vote { VOTE[place].to_owned() } else { String::new() };
        Some(ChoiceResult { id, label: option["name"].as_str().unwrap_or_default().to_owned(), count })
    };
    let choices = options.iter().enumerate().map(choice).collect::<Option<Vec<_>>>()?;
    let voters = question["votersCount"].as_i64().unwrap_or_else(|| choices.iter().map(|choice| choice.count).sum());
    Some(TierResult { voters, choices, ..TierResult::default() })
}

fn bars(visitor: &Visitor, page: &Mirror, result: &TierResult, phase: Phase) -> Results {
    let t = &visitor.words;
    let stacked = page.document.0["consultation"]["method"]["kind"].as_str() == Some("vote");
    Results {
        heading: t.say(if phase == Phase::Closed { "results-final" } else { "results-live" }),
        hidden: None,
        stacked,
        labels: result.choices.iter().map(|choice| choice.label.clone()).collect(),
        official: Some(results::bars(t, page.host.clone(), result)),
        others: Vec::new(),
        question: t.with("results-question", "title", &page.title),
        notes: Vec::new(),
        csv: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn totals_are_the_origins_and_absent_while_it_hides_them() {
        let option = |name: &str, count: i64| json!({ "name": name, "replies": { "totalItems": count } });
        let open = json!({ "oneOf": [option("Yes", 3), option("Maybe", 1), option("No", 2)], "votersCount": 6 });
        let result = totals(&open).expect("totals");
        assert_eq!((result.voters, result.choices[2].count, result.choices[2].id.as_str()), (6, 2, "against"));
        assert_eq!(totals(&json!({ "anyOf": [{ "name": "A" }, { "name": "B" }] })), None);
        assert_eq!(totals(&json!({ "oneOf": [option("A", -1)] })), None);
        assert_eq!(totals(&json!({})), None);
    }
}
