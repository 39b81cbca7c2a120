//! Counting again, from entries alone: each is held against what its voter did before, and what stands at the end is
//! counted ballot by ballot. Pure.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::line::{Line, NOTHING, Reader};
use super::report::Fault;
use crate::count::ballot::EventKind;
use crate::count::electorate::Tier;
use crate::count::log::entry::to_the_hour;
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
    /// Which of the choices made so far; none once withdrawn or removed.
    choice: Option<u32>,
}

/// A voter as the log names them: most by a pseudonym, 20 hexadecimal digits, which takes no room of its own so.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Name {
    Pseudonym([u8; 10]),
    Written(Box<str>),
}

impl Name {
    fn of(written: &str) -> Self {
        let mut octets = [0; 10];
        let is_one = written.len() == 20 && !written.bytes().any(|digit| digit.is_ascii_uppercase());
        match hex::decode_to_slice(written.as_bytes().get(..20).unwrap_or_default(), &mut octets) {
            Ok(()) if is_one => Self::Pseudonym(octets),
            _ => Self::Written(written.into()),
        }
    }
}

/// More voters than this are not made room for before they come.
const AWAITED_MOST: u64 = 1 << 20;

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
    reader: Reader,
    voters: HashMap<Name, Last, RandomState>,
    /// Valid choices, each once: most voters choose what others chose before.
    choices: Vec<Vec<String>>,
    /// Which is written how.
    written: HashMap<Box<str>, u32, RandomState>,
}

impl Recount {
    /// Of a consultation with these rules.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            next: 0,
            reader: Reader::default(),
            voters: HashMap::default(),
            choices: Vec::new(),
            written: HashMap::default(),
        }
    }

    /// The same, with room for so many entries.
    #[must_use]
    pub fn awaiting(mut self, entries: u64) -> Self {
        self.voters.reserve(usize::try_from(entries.min(AWAITED_MOST)).unwrap_or_default());
        self
    }

    /// Takes the next entry in, by its line. Answers what that says.
    ///
    /// # Errors
    /// What it says that cannot be.
    pub fn take<'a>(&mut self, line: &'a [u8]) -> Result<Line<'a>, Fault> {
        let line = self.reader.line(line)?;
        let at = self.next;
        let wrong = |why: &str| Fault::new(format!("entry {at}: {why}"));
        if line.seq != at {
            return Err(wrong(&format!("it calls itself entry {}", line.seq)));
        }
        self.fits(&line).map_err(|why| wrong(&why))?;
        let voter = Name::of(&line.voter);
        follows(self.voters.get(&voter), &line).map_err(wrong)?;
        let choice = match &*line.choice {
            NOTHING => None,
            chosen => Some(self.choice(chosen).ok_or_else(|| wrong("it chooses what cannot be chosen"))?),
        };
        let last = Last { seq: line.seq, kind: line.kind, tier: line.tier, choice };
        self.voters.insert(voter, last);
        self.next += 1;
        Ok(line)
    }

    /// The number of a choice, if it is valid.
    fn choice(&mut self, written: &str) -> Option<u32> {
        if let Some(number) = self.written.get(written) {
            return Some(*number);
        }
        let choice: Vec<String> = serde_json::from_str(written).ok()?;
        let admitted = self.rules.method.admit("en", &choice).is_ok_and(|ids| ids == choice);
        let number = u32::try_from(self.choices.len()).ok().filter(|_| admitted)?;
        self.choices.push(choice);
        self.written.insert(written.into(), number);
        Some(number)
    }

    fn fits(&self, line: &Line<'_>) -> Result<(), String> {
        if !self.rules.tiers.contains(&line.tier) {
            return Err(format!("the tier {} is not admitted", line.tier));
        }
        if to_the_hour(line.at) != line.at {
            return Err("its time is not cut to the hour".to_owned());
        }
        if line.has_node != (line.tier == Tier::Partner) {
            return Err("a partner's ballot names its node, and no other does".to_owned());
        }
        if line.text.len() != SHA256 || !line.text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("it does not name the text that its voter saw".to_owned());
        }
        if line.has_reason != (line.kind == EventKind::Remove) {
            return Err("a removal has a reason, and nothing else has".to_owned());
        }
        Ok(())
    }

    /// The entry that stands for a voter, and whether it makes a ballot count.
    #[must_use]
    pub fn standing(&self, voter: &str) -> Option<(i64, bool)> {
        self.voters.get(&Name::of(voter)).map(|last| (last.seq, last.choice.is_some()))
    }

    /// The counts after the entries taken so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut times: HashMap<(Tier, u32), i64> = HashMap::new();
        for last in self.voters.values() {
            if let Some(choice) = last.choice {
                *times.entry((last.tier, choice)).or_default() += 1;
            }
        }
        let mut counts = Counts::default();
        for ((tier, choice), times) in times {
            let chosen = self.choices.get(choice as usize).map(|choice| self.rules.method.counted(choice));
            counts.add_times(tier, &chosen.unwrap_or_default(), times);
        }
        counts
    }
}

/// Whether an entry can come after the one before it of the same voter.
fn follows(before: Option<&Last>, line: &Line<'_>) -> Result<(), &'static str> {
    if line.replaces != before.map(|last| last.seq) {
        return Err("it does not name the entry of its voter that it replaces");
    }
    if before.is_some_and(|last| last.kind == EventKind::Remove) {
        return Err("its voter's ballot was removed");
    }
    let chooses = line.choice != NOTHING;
    match (line.kind, before) {
        (EventKind::Cast, Some(_)) => Err("its voter has voted before"),
        (EventKind::Cast, None) | (EventKind::Change, Some(_)) if chooses => Ok(()),
        (EventKind::Cast | EventKind::Change, _) => Err("it chooses nothing, or changes what was never cast"),
        (EventKind::Withdraw | EventKind::Remove, Some(last)) if !chooses && last.choice.is_some() => Ok(()),
        (EventKind::Withdraw | EventKind::Remove, _) => Err("it takes out what does not stand, or chooses"),
    }
}
