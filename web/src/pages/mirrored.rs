//! Consultations of other nodes, as the copies kept here tell of them. What they say is the origin's.

use model::clock::Instant;
use model::debate::consultation::Phase;
use model::network::elsewhere::Elsewhere;
use model::network::mirror::Mirror;
use serde_json::Value;

use super::brief::{self, Brief};
use crate::visitor::Visitor;

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
        decision: None,
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

/// The entry of a consultation of another node, by all that is known of it here.
pub(super) fn brief_of(visitor: &Visitor, on: &Elsewhere) -> Brief {
    let t = &visitor.words;
    let phase = on.phase(visitor.now);
    let left = on.closes_at.filter(|_| phase == Phase::Open);
    Brief {
        state: t.say(&format!("state-{phase}")),
        tone: brief::tone(phase),
        left: left.map(|at| t.left(visitor.now.timestamp(), at.timestamp())),
        ..brief(visitor, &on.page)
    }
}
