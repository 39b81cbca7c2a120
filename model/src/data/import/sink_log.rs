//! Where imported ballots go: those that stand, in the order of the list, then everything that happened to them, in the
//! order of the log. The log that is made of them has the root of the one that they come from.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Fault;
use super::pieces::Chosen;
use super::sink::Sink;
use crate::clock::Instant;
use crate::count::ballot::{Ballot, Event, EventKind};
use crate::count::log::Entry;
use crate::count::pseudonym::Purpose;
use crate::count::sequence;
use crate::count::tally::Counts;
use crate::debate::text::Text;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::dialect::insert_all;
use crate::store::schema::{ballot_events, ballot_removals, ballots};
use crate::store::{Conn, Json, on};

/// Rows that are written together.
const STEP: usize = 1000;

/// The ballots of a consultation that fills.
pub(super) struct Urn {
    /// The versions of the text, by SHA-256.
    texts: HashMap<String, i32>,
    /// How many ballots have a key.
    keys: u32,
    counts: Counts,
    standing: Vec<Ballot>,
    entries: Vec<Entry>,
    /// How many entries are written or wait.
    size: i64,
}

/// A ballot while its entries come in.
struct Kept {
    id: Id<Ballot>,
    changed: bool,
    revision: i32,
    text_version: i32,
}

impl Urn {
    pub(super) fn of(texts: &[Text]) -> Self {
        let texts = texts.iter().map(|text| (text.sha256.clone(), text.version)).collect();
        Self { texts, keys: 0, counts: Counts::default(), standing: Vec::new(), entries: Vec::new(), size: 0 }
    }

    fn key(&mut self, sink: &Sink<'_, '_>, voter: &str) -> Id<Ballot> {
        self.keys += 1;
        Id::ordered(self.keys, &[sink.on.id.uuid().as_bytes(), voter.as_bytes()])
    }

    /// Takes in a ballot that stands.
    pub(super) async fn ballot(&mut self, sink: &mut Sink<'_, '_>, chosen: Chosen) -> Result<(), Fault> {
        let actor_id = sink.named(Purpose::Ballot, &chosen.voter);
        sink.vouched(actor_id, chosen.node.as_ref());
        self.counts.add(chosen.tier, &chosen.choice);
        let id = self.key(sink, &chosen.voter);
        sink.made.ballots += 1;
        self.standing.push(Ballot {
            id,
            consultation_id: sink.on.id,
            actor_id,
            tier: chosen.tier,
            choice: Json(chosen.choice),
            revision: 1,
            text_version: sink.on.text_version,
            withdrawn: false,
            published_at: None,
            cast_at: chosen.cast,
            changed_at: chosen.changed,
        });
        if self.standing.len() >= STEP { Ok(self.stand(sink).await?) } else { Ok(()) }
    }

    async fn stand(&mut self, sink: &mut Sink<'_, '_>) -> Result<()> {
        sink.flush().await?;
        let some = std::mem::take(&mut self.standing);
        let conn: &mut Conn = sink.to.tx;
        insert_all!(conn, ballots::table, some)?;
        Ok(())
    }

    /// Takes in what happened to a ballot.
    pub(super) async fn entry(&mut self, sink: &mut Sink<'_, '_>, entry: Entry) -> Result<(), Fault> {
        if entry.seq != self.size || entry.replaces.is_some_and(|before| before >= self.size) {
            return Err(Fault::line(0, format!("entry {} of the log is out of its place", entry.seq)));
        }
        self.size += 1;
        self.entries.push(entry);
        if self.entries.len() >= STEP { self.record(sink).await } else { Ok(()) }
    }

    async fn record(&mut self, sink: &mut Sink<'_, '_>) -> Result<(), Fault> {
        self.stand(sink).await?;
        let entries = std::mem::take(&mut self.entries);
        let mut voters = Vec::new();
        for entry in &entries {
            let voter = sink.named(Purpose::Ballot, &entry.voter);
            sink.vouched(voter, entry.node.as_ref());
            voters.push(voter);
        }
        sink.flush().await?;
        let mut kept = self.kept(sink, &entries, &voters).await?;
        let mut revisions = earlier(sink, &entries).await?;
        let (mut events, mut removals) = (Vec::new(), Vec::new());
        for (entry, voter) in entries.into_iter().zip(voters) {
            let ballot = kept.get_mut(&voter).ok_or_else(|| Error::store("a voter without a ballot"))?;
            let before = entry.replaces.map_or(Some(0), |seq| revisions.get(&seq).copied());
            let unknown =
                || Fault::line(0, format!("entry {} replaces one of another voter, or names no text", entry.seq));
            let text_version = self.texts.get(&entry.text).copied().ok_or_else(unknown)?;
            let revision = before.ok_or_else(unknown)? + 1;
            revisions.insert(entry.seq, revision);
            ballot.changed |= revision != ballot.revision || text_version != ballot.text_version;
            (ballot.revision, ballot.text_version) = (revision, text_version);
            let event = event(sink, &entry, ballot.id, revision, text_version)?;
            removals.extend(entry.reason.map(|reason| (event.id, reason)));
            events.push(event);
        }
        save(sink, kept, events, removals).await
    }

    /// The ballots of these voters. One that stands no more was not in the list, and is made now.
    async fn kept(
        &mut self,
        sink: &mut Sink<'_, '_>,
        entries: &[Entry],
        voters: &[Id<Actor>],
    ) -> Result<HashMap<Id<Actor>, Kept>, Fault> {
        let conn: &mut Conn = sink.to.tx;
        let of = ballots::consultation_id.eq(sink.on.id).and(ballots::actor_id.eq_any(voters));
        let rows: Vec<(Id<Actor>, Id<Ballot>, i32, i32)> = on!(conn, |c| ballots::table
            .filter(of)
            .select((ballots::actor_id, ballots::id, ballots::revision, ballots::text_version))
            .load(c)
            .await)
        .map_err(Error::from)?;
        let kept = |(voter, id, revision, text_version)| (voter, Kept { id, changed: false, revision, text_version });
        let mut kept: HashMap<_, _> = rows.into_iter().map(kept).collect();
        let mut gone = Vec::new();
        for (entry, voter) in entries.iter().zip(voters) {
            if !kept.contains_key(voter) {
                let ballot = self.gone(sink, entry, *voter);
                let (id, text_version) = (ballot.id, ballot.text_version);
                kept.insert(*voter, Kept { id, changed: false, revision: 1, text_version });
                gone.push(ballot);
            }
        }
        let conn: &mut Conn = sink.to.tx;
        insert_all!(conn, ballots::table, gone).map_err(Error::from)?;
        Ok(kept)
    }

    fn gone(&mut self, sink: &Sink<'_, '_>, entry: &Entry, actor_id: Id<Actor>) -> Ballot {
        Ballot {
            id: self.key(sink, &entry.voter),
            consultation_id: sink.on.id,
            actor_id,
            tier: entry.tier,
            choice: Json(Vec::new()),
            revision: 1,
            text_version: sink.on.text_version,
            withdrawn: true,
            published_at: None,
            cast_at: entry.at,
            changed_at: entry.at,
        }
    }

    /// Writes the rest, the tally and the log. `at`: when it was last counted there.
    pub(super) async fn close(&mut self, sink: &mut Sink<'_, '_>, at: Option<&str>) -> Result<(), Fault> {
        self.stand(sink).await?;
        self.record(sink).await?;
        if self.size == 0 {
            // Without a log nobody could count again.
            return if self.keys == 0 { Ok(()) } else { Err(Refusal::ImportDiffers.into()) };
        }
        let at = at.and_then(|at| Instant::parse(at).ok()).unwrap_or(sink.to.now);
        let counts = std::mem::take(&mut self.counts);
        Ok(sequence::take_in(sink.to.tx, sink.to.now, sink.on.id, (self.size, counts, at)).await?)
    }
}

/// The revisions of entries that these replace.
async fn earlier(sink: &mut Sink<'_, '_>, entries: &[Entry]) -> Result<HashMap<i64, i32>, Fault> {
    let asked: Vec<Option<i64>> = entries.iter().map(|entry| entry.replaces).filter(Option::is_some).collect();
    let conn: &mut Conn = sink.to.tx;
    let of = ballot_events::consultation_id.eq(sink.on.id).and(ballot_events::seq.eq_any(asked));
    let rows: Vec<(Option<i64>, i32)> = on!(conn, |c| ballot_events::table
        .filter(of)
        .select((ballot_events::seq, ballot_events::revision))
        .load(c)
        .await)
    .map_err(Error::from)?;
    Ok(rows.into_iter().filter_map(|(seq, revision)| Some((seq?, revision))).collect())
}

fn event(sink: &Sink<'_, '_>, entry: &Entry, ballot_id: Id<Ballot>, revision: i32, text_version: i32) -> Result<Event> {
    let place = u32::try_from(entry.seq).map_err(Error::store)?;
    Ok(Event {
        id: Id::ordered(place, &[sink.on.id.uuid().as_bytes(), b"entry"]),
        consultation_id: sink.on.id,
        ballot_id,
        revision,
        kind: entry.kind,
        tier: entry.tier,
        choice: Json(entry.choice.clone()),
        text_version,
        at: entry.at,
        seq: Some(entry.seq),
    })
}

async fn save(
    sink: &mut Sink<'_, '_>,
    kept: HashMap<Id<Actor>, Kept>,
    events: Vec<Event>,
    removals: Vec<(Id<Event>, String)>,
) -> Result<(), Fault> {
    let removed: Vec<Id<Event>> = events.iter().filter(|e| e.kind == EventKind::Remove).map(|e| e.id).collect();
    let conn: &mut Conn = sink.to.tx;
    insert_all!(conn, ballot_events::table, events).map_err(Error::from)?;
    for (event, reason) in removals.into_iter().filter(|(event, _)| removed.contains(event)) {
        let row = (ballot_removals::event_id.eq(event), ballot_removals::reason.eq(reason));
        on!(conn, |c| diesel::insert_into(ballot_removals::table).values(row).execute(c).await).map_err(Error::from)?;
    }
    for Kept { id, revision, text_version, .. } in kept.into_values().filter(|kept| kept.changed) {
        let to = (ballots::revision.eq(revision), ballots::text_version.eq(text_version));
        on!(conn, |c| diesel::update(ballots::table.find(id)).set(to).execute(c).await).map_err(Error::from)?;
    }
    Ok(())
}
