//! Ballot events as the sequencer reads them, and the entries that they become.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::fold::{Last, Numbered, Standing};
use crate::address::Address;
use crate::clock::Instant;
use crate::count::ballot::{Ballot, Event, EventKind};
use crate::count::electorate::Tier;
use crate::count::log::entry::{Spelled, to_the_hour};
use crate::count::pseudonym::{Person, Voters};
use crate::debate::consultation::Consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::{Actor, Kind};
use crate::store::schema::{actors, ballot_events, ballot_removals, ballots, texts};
use crate::store::{Conn, on};

/// An event and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) event: Event,
    pub(super) actor: Id<Actor>,
    pub(super) name: String,
    pub(super) host: Option<String>,
    pub(super) kind: Kind,
}

type Row = (Event, Id<Actor>, String, Option<String>, Kind);

fn recorded((event, actor, name, host, kind): Row) -> Recorded {
    Recorded { event, actor, name, host, kind }
}

/// What has no number yet, the earliest first.
pub(super) async fn waiting(conn: &mut Conn, consultation: Id<Consultation>, most: i64) -> Result<Vec<Recorded>> {
    let rows: Vec<Row> = on!(conn, |c| ballot_events::table
        .inner_join(ballots::table.inner_join(actors::table))
        .filter(ballot_events::consultation_id.eq(consultation).and(ballot_events::seq.is_null()))
        .order((ballot_events::at, ballot_events::id))
        .limit(most)
        .select((Event::as_select(), actors::id, actors::name, actors::host, actors::kind))
        .load(c)
        .await)?;
    Ok(rows.into_iter().map(recorded).collect())
}

/// What has the numbers from `from` up to but not including `to`, in their order.
pub(super) async fn numbered(
    conn: &mut Conn,
    consultation: Id<Consultation>,
    from: i64,
    to: i64,
) -> Result<Vec<Recorded>> {
    let between = ballot_events::seq.ge(from).and(ballot_events::seq.lt(to));
    let rows: Vec<Row> = on!(conn, |c| ballot_events::table
        .inner_join(ballots::table.inner_join(actors::table))
        .filter(ballot_events::consultation_id.eq(consultation).and(between))
        .order(ballot_events::seq)
        .select((Event::as_select(), actors::id, actors::name, actors::host, actors::kind))
        .load(c)
        .await)?;
    Ok(rows.into_iter().map(recorded).collect())
}

/// Ballots whose earlier events are asked for at once.
const AT_ONCE: usize = 500;

/// What stands of the ballots that `events` speak of, before these.
pub(super) async fn standing(conn: &mut Conn, events: &[Recorded]) -> Result<Standing> {
    let first = events.iter().filter_map(|e| e.event.seq).min().unwrap_or(i64::MAX);
    let changed: Vec<Id<Ballot>> = events.iter().filter(|e| e.event.revision > 1).map(|e| e.event.ballot_id).collect();
    let mut standing = Standing::new();
    for some in changed.chunks(AT_ONCE) {
        let earlier: Vec<Event> = on!(conn, |c| ballot_events::table
            .filter(ballot_events::ballot_id.eq_any(some).and(ballot_events::seq.lt(first)))
            .order(ballot_events::revision)
            .select(Event::as_select())
            .load(c)
            .await)?;
        for event in earlier {
            let seq = event.seq.ok_or_else(|| Error::store("an event without its number"))?;
            standing.insert(event.ballot_id, Last { revision: event.revision, seq, counts: event.counts() });
        }
    }
    Ok(standing)
}

/// The entries of numbered events: their numbers and their lines.
pub(super) async fn entries(
    conn: &mut Conn,
    on: &Consultation,
    here: &Address,
    numbered: &[Numbered],
) -> Result<Vec<(i64, Vec<u8>)>> {
    let voters = Voters::of(conn, on, here).await?;
    let texts = texts(conn, on.id).await?;
    let reasons = reasons(conn, numbered).await?;
    let mut hour = (Instant::from_microsecond(0), String::new());
    let mut lines = Vec::with_capacity(numbered.len());
    for n in numbered {
        let Recorded { event, actor, name, host, kind } = &n.of;
        let text =
            texts.get(&event.text_version).ok_or_else(|| Error::store("a ballot on a text that is not there"))?;
        let at = to_the_hour(event.at);
        if hour.1.is_empty() || hour.0 != at {
            hour = (at, at.to_string());
        }
        let entry = Spelled {
            seq: n.seq,
            kind: event.kind,
            at: &hour.1,
            tier: event.tier,
            node: host.as_deref().filter(|_| event.tier == Tier::Partner),
            voter: &voters.name(Person { id: *actor, name, host: host.as_deref(), kind: *kind }),
            choice: &event.choice.0,
            replaces: n.replaces,
            text,
            reason: reasons.get(&event.id).map(String::as_str),
        };
        lines.push((n.seq, entry.line()?));
    }
    Ok(lines)
}

/// The hashes of a consultation's texts, by version.
async fn texts(conn: &mut Conn, consultation: Id<Consultation>) -> Result<HashMap<i32, String>> {
    let all: Vec<(i32, String)> = on!(conn, |c| texts::table
        .filter(texts::consultation_id.eq(consultation))
        .select((texts::version, texts::sha256))
        .load(c)
        .await)?;
    Ok(all.into_iter().collect())
}

/// Why ballots were removed: asked for only where some were.
async fn reasons(conn: &mut Conn, numbered: &[Numbered]) -> Result<HashMap<Id<Event>, String>> {
    let removed = numbered.iter().map(|n| &n.of.event).filter(|event| event.kind == EventKind::Remove);
    let removed: Vec<Id<Event>> = removed.map(|event| event.id).collect();
    let mut reasons = HashMap::new();
    for some in removed.chunks(AT_ONCE) {
        let rows: Vec<(Id<Event>, String)> = on!(conn, |c| ballot_removals::table
            .filter(ballot_removals::event_id.eq_any(some))
            .select((ballot_removals::event_id, ballot_removals::reason))
            .load(c)
            .await)?;
        reasons.extend(rows);
    }
    Ok(reasons)
}
