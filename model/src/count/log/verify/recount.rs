//! Counting again, from entries alone: each is held against what its voter did before, and what stands at the end is
//! counted ballot by ballot. Pure.

use std::collections::{HashMap, HashSet};

use super::report::Fault;
use crate::count::ballot::EventKind;
use crate::count::electorate::Tier;
use crate::count::log::entry::{Entry, to_the_hour};
use crate::count::method::Method;
use crate::count::tally::Counts;

/// Hexadecimal digits of a SHA-256.
const SHA256: usize = 64;

/// What a voter's latest entry says.
#[derive(Debug)]
struct Last {
    seq: i64,
    kind: EventKind,
    tier: Tier,
    choice: Vec<String>,
}

/// What entries may say.
#[derive(Debug, Clone)]
pub struct Rules {
    /// How the consultation asks.
    pub method: Method,
    /// The tiers that it admits.
    pub tiers: Vec<Tier>,
}

/// A count under way.
#[derive(Debug)]
pub struct Recount {
    rules: Rules,
    next: i64,
    voters: HashMap<String, Last>,
    /// Choices found to be valid: most voters choose what others chose before.
    valid: HashSet<Vec<String>>,
}

/// How many valid choices are remembered at most.
const REMEMBERED: usize = 10_000;

/// An entry from its line, which must be spelled in the one way in which it is hashed.
///
/// # Errors
/// What is wrong with it.
pub fn read(line: &[u8]) -> Result<Entry, Fault> {
    let entry: Entry = serde_json::from_slice(line).map_err(|why| Fault::new(format!("a line is no entry: {why}")))?;
    match entry.line() {
        Ok(same) if same == line => Ok(entry),
        _ => Err(Fault::new(format!("entry {} is not spelled as entries are", entry.seq))),
    }
}

impl Recount {
    /// Of a consultation with these rules.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules, next: 0, voters: HashMap::new(), valid: HashSet::new() }
    }

    /// Takes the next entry in.
    ///
    /// # Errors
    /// What it says that cannot be.
    pub fn take(&mut self, entry: Entry) -> Result<(), Fault> {
        let wrong = |why: &str| Fault::new(format!("entry {}: {why}", self.next));
        if entry.seq != self.next {
            return Err(wrong(&format!("it calls itself entry {}", entry.seq)));
        }
        self.fits(&entry).map_err(|why| wrong(&why))?;
        let before = self.voters.get(&entry.voter);
        follows(before, &entry).map_err(wrong)?;
        if !entry.choice.is_empty() && !self.valid.contains(&entry.choice) {
            let admitted = self.rules.method.admit("en", &entry.choice);
            if !admitted.is_ok_and(|ids| ids == entry.choice) {
                return Err(wrong("it chooses what cannot be chosen"));
            }
            if self.valid.len() < REMEMBERED {
                self.valid.insert(entry.choice.clone());
            }
        }
        let Entry { seq, kind, tier, choice, voter, .. } = entry;
        self.voters.insert(voter, Last { seq, kind, tier, choice });
        self.next += 1;
        Ok(())
    }

    fn fits(&self, entry: &Entry) -> Result<(), String> {
        if !self.rules.tiers.contains(&entry.tier) {
            return Err(format!("the tier {} is not admitted", entry.tier));
        }
        if to_the_hour(entry.at) != entry.at {
            return Err("its time is not cut to the hour".to_owned());
        }
        if entry.node.is_some() != (entry.tier == Tier::Partner) {
            return Err("a partner's ballot names its node, and no other does".to_owned());
        }
        if entry.text.len() != SHA256 || !entry.text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("it does not name the text that its voter saw".to_owned());
        }
        if entry.reason.is_some() != (entry.kind == EventKind::Remove) {
            return Err("a removal has a reason, and nothing else has".to_owned());
        }
        Ok(())
    }

    /// The entry that stands for a voter, and whether it makes a ballot count.
    #[must_use]
    pub fn standing(&self, voter: &str) -> Option<(i64, bool)> {
        self.voters.get(voter).map(|last| (last.seq, !last.choice.is_empty()))
    }

    /// The counts after the entries taken so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for last in self.voters.values().filter(|last| !last.choice.is_empty()) {
            counts.add(last.tier, &self.rules.method.counted(&last.choice));
        }
        counts
    }
}

/// Whether an entry can come after the one before it of the same voter.
fn follows(before: Option<&Last>, entry: &Entry) -> Result<(), &'static str> {
    if entry.replaces != before.map(|last| last.seq) {
        return Err("it does not name the entry of its voter that it replaces");
    }
    if before.is_some_and(|last| last.kind == EventKind::Remove) {
        return Err("its voter's ballot was removed");
    }
    let chooses = !entry.choice.is_empty();
    match (entry.kind, before) {
        (EventKind::Cast, Some(_)) => Err("its voter has voted before"),
        (EventKind::Cast, None) | (EventKind::Change, Some(_)) if chooses => Ok(()),
        (EventKind::Cast | EventKind::Change, _) => Err("it chooses nothing, or changes what was never cast"),
        (EventKind::Withdraw | EventKind::Remove, Some(last)) if !chooses && !last.choice.is_empty() => Ok(()),
        (EventKind::Withdraw | EventKind::Remove, _) => Err("it takes out what does not stand, or chooses"),
    }
}
