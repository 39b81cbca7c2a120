//! What a batch of events makes of the tally: pure.

use std::collections::HashMap;

use super::recorded::Recorded;
use crate::count::ballot::{Ballot, Event};
use crate::count::electorate::Tier;
use crate::count::method::Method;
use crate::count::tally::Counts;
use crate::id::Id;

/// What stands of a ballot: the latest of its events that has a number.
#[derive(Debug, Clone)]
pub(super) struct Last {
    /// The ballot's revision with it.
    pub(super) revision: i32,
    /// Its place in the log.
    pub(super) seq: i64,
    /// What it makes count.
    pub(super) counts: Option<(Tier, Vec<String>)>,
}

/// What stands of each ballot that a batch speaks of.
pub(super) type Standing = HashMap<Id<Ballot>, Last>;

/// An event with its place.
#[derive(Debug)]
pub(super) struct Numbered {
    /// It.
    pub(super) of: Recorded,
    /// Its place in the log, from 0.
    pub(super) seq: i64,
    /// The place of the event of the same ballot before it.
    pub(super) replaces: Option<i64>,
}

/// A tally after a batch, and the batch.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) counts: Counts,
    pub(super) numbered: Vec<Numbered>,
}

/// By time, but the events of one ballot by its revision, whatever the clocks of two processes say.
pub(super) fn in_order(events: Vec<Recorded>) -> Vec<Recorded> {
    let mut by_ballot: HashMap<Id<Ballot>, Vec<Recorded>> = HashMap::new();
    let places: Vec<Id<Ballot>> = events.iter().map(|e| e.event.ballot_id).collect();
    for event in events {
        by_ballot.entry(event.event.ballot_id).or_default().push(event);
    }
    for of_one in by_ballot.values_mut() {
        of_one.sort_by_key(|e| std::cmp::Reverse(e.event.revision));
    }
    places.iter().filter_map(|ballot| by_ballot.get_mut(ballot).and_then(Vec::pop)).collect()
}

/// The tally after `events`. An event whose predecessor is not in yet waits for the next batch.
pub(super) fn fold(
    method: &Method,
    mut counts: Counts,
    size: i64,
    mut standing: Standing,
    events: Vec<Recorded>,
) -> Folded {
    let mut numbered = Vec::with_capacity(events.len());
    let mut seq = size;
    for of in events {
        let event = &of.event;
        let before = standing.remove(&event.ballot_id);
        if event.revision != before.as_ref().map_or(0, |b| b.revision) + 1 {
            if let Some(before) = before {
                standing.insert(event.ballot_id, before);
            }
            continue;
        }
        if let Some((tier, choice)) = before.as_ref().and_then(|b| b.counts.as_ref()) {
            counts.remove(*tier, &method.counted(choice));
        }
        let counted = event.counts();
        if let Some((tier, choice)) = &counted {
            counts.add(*tier, &method.counted(choice));
        }
        standing.insert(event.ballot_id, Last { revision: event.revision, seq, counts: counted });
        numbered.push(Numbered { seq, replaces: before.map(|b| b.seq), of });
        seq += 1;
    }
    Folded { counts, numbered }
}

impl Event {
    /// What it makes count: nothing once withdrawn or removed.
    pub(super) fn counts(&self) -> Option<(Tier, Vec<String>)> {
        self.kind.stands().then(|| (self.tier, self.choice.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::count::ballot::EventKind;
    use crate::store::Json;
    use proptest::prelude::*;

    fn event(n: u64, ballot: Id<Ballot>, revision: i32, kind: EventKind, choice: &str) -> Recorded {
        let at = Instant::from_microsecond(i64::try_from(n).unwrap() * 1000);
        let event = Event {
            id: Id::new(at),
            consultation_id: Id::from_uuid(uuid::Uuid::nil()),
            ballot_id: ballot,
            revision,
            kind,
            tier: Tier::Member,
            choice: Json(if kind == EventKind::Withdraw { vec![] } else { vec![choice.to_owned()] }),
            text_version: 1,
            at,
            seq: None,
        };
        Recorded {
            event,
            actor: Id::new(at),
            name: String::new(),
            host: None,
            kind: crate::people::actor::Kind::Person,
        }
    }

    proptest! {
        /// Whatever the batches and the order of arrival, the tally is what the last event of each ballot says.
        #[test]
        fn the_tally_is_a_function_of_the_events(moves in proptest::collection::vec((0u8..6, 0u8..4), 1..60), cut in 1usize..7) {
            let ballots: Vec<Id<Ballot>> = (0..6u64).map(|n| Id::new(Instant::from_microsecond(i64::try_from(n).unwrap()))).collect();
            let mut revisions = HashMap::<Id<Ballot>, i32>::new();
            let mut last = HashMap::<Id<Ballot>, Option<String>>::new();
            let mut events = Vec::new();
            for (n, (who, what)) in moves.iter().enumerate() {
                let ballot = ballots[usize::from(*who)];
                let revision = revisions.entry(ballot).or_default();
                *revision += 1;
                let kind = match (what, *revision) { (_, 1) => EventKind::Cast, (3, _) => EventKind::Withdraw, _ => EventKind::Change };
                let choice = format!("o{what}");
                last.insert(ballot, (kind != EventKind::Withdraw).then(|| choice.clone()));
                events.push(event(n as u64, ballot, *revision, kind, &choice));
            }
            events.reverse();
            let method = Method::asked(serde_json::json!({"kind": "poll", "options": ["A", "B"]})).unwrap();
            let (mut counts, mut size, mut standing) = (Counts::default(), 0, Standing::new());
            let mut places = HashMap::<Id<Ballot>, i64>::new();
            let mut waiting = in_order(events);
            while !waiting.is_empty() {
                let some: Vec<Recorded> = waiting.drain(..cut.min(waiting.len())).collect();
                let taken = some.len();
                let folded = fold(&method, counts, size, standing.clone(), some);
                prop_assert_eq!(folded.numbered.len(), taken);
                for Numbered { of: Recorded { event: e, .. }, seq, replaces } in &folded.numbered {
                    prop_assert_eq!(*replaces, places.insert(e.ballot_id, *seq), "it replaces the one before");
                    standing.insert(e.ballot_id, Last { revision: e.revision, seq: *seq, counts: e.counts() });
                }
                counts = folded.counts; size += taken as i64;
            }
            let mut naive = HashMap::<String, i64>::new();
            for choice in last.values().flatten() { *naive.entry(choice.clone()).or_default() += 1; }
            let member = counts.0.get(&Tier::Member).cloned().unwrap_or_default();
            prop_assert_eq!(member.voters, naive.values().sum::<i64>());
            for (choice, count) in &member.choices { prop_assert_eq!(*count, naive.get(choice).copied().unwrap_or(0)); }
            prop_assert_eq!(size, moves.len() as i64);
        }
    }
}
