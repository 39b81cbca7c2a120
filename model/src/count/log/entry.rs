//! An entry of the log: one line of JSON, its keys in a fixed order, so that its hash can be made again by anybody.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::count::ballot::EventKind;
use crate::count::electorate::Tier;
use crate::error::{Error, Result};

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// What happened to a ballot, as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its place, from 0.
    pub seq: i64,
    /// What happened.
    pub kind: EventKind,
    /// When, cut to the hour: nobody is found by the minute in which they voted.
    pub at: Instant,
    /// In which tier.
    pub tier: Tier,
    /// The node that vouches for a voter of the tier `partner`.
    #[serde(default)]
    pub node: Option<String>,
    /// A name that only this consultation uses, or the voter's where ballots are public.
    pub voter: String,
    /// The choices, by id; none once withdrawn or removed.
    pub choice: Vec<String>,
    /// The entry that this one takes the place of.
    pub replaces: Option<i64>,
    /// The SHA-256 of the text that the voter saw, as hex.
    pub text: String,
    /// Why a moderator removed it.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Entry {
    /// The line, without an end of line.
    ///
    /// # Errors
    /// When it is longer than a bundle can hold.
    pub fn line(&self) -> Result<Vec<u8>> {
        let spelled = Spelled {
            seq: self.seq,
            kind: self.kind,
            at: &self.at.to_string(),
            tier: self.tier,
            node: self.node.as_deref(),
            voter: &self.voter,
            choice: &self.choice,
            replaces: self.replaces,
            text: &self.text,
            reason: self.reason.as_deref(),
        };
        spelled.line()
    }
}

/// An entry as it is spelled, of what lies elsewhere: the sequencer writes thousands a second. The fields of [`Entry`], in
/// their order.
#[derive(Debug, Serialize)]
pub(crate) struct Spelled<'a> {
    pub(crate) seq: i64,
    pub(crate) kind: EventKind,
    pub(crate) at: &'a str,
    pub(crate) tier: Tier,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<&'a str>,
    pub(crate) voter: &'a str,
    pub(crate) choice: &'a [String],
    pub(crate) replaces: Option<i64>,
    pub(crate) text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'a str>,
}

/// How long most lines are. Octets.
const USUAL: usize = 320;

impl Spelled<'_> {
    /// The line, without an end of line.
    ///
    /// # Errors
    /// As [`Entry::line`].
    pub(crate) fn line(&self) -> Result<Vec<u8>> {
        let mut line = Vec::with_capacity(USUAL);
        serde_json::to_writer(&mut line, self).map_err(Error::store)?;
        match u16::try_from(line.len()) {
            Ok(_) => Ok(line),
            Err(_) => Err(Error::store("an entry is too long for the log")),
        }
    }
}

/// The hour in which `at` lies.
#[must_use]
pub fn to_the_hour(at: Instant) -> Instant {
    Instant::from_microsecond(at.as_microsecond().div_euclid(HOUR) * HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_stand_in_their_order() {
        let mut entry = Entry {
            seq: 7,
            kind: EventKind::Change,
            at: to_the_hour(Instant::parse("2026-11-23T09:47:31.5Z").unwrap()),
            tier: Tier::Partner,
            node: Some("b.test".into()),
            voter: "00ff".into(),
            choice: vec!["o1".into(), "o3".into()],
            replaces: Some(2),
            text: "ba78".into(),
            reason: None,
        };
        let line = String::from_utf8(entry.line().unwrap()).unwrap();
        assert_eq!(
            line,
            r#"{"seq":7,"kind":"change","at":"2026-11-23T09:00:00Z","tier":"partner","node":"b.test","voter":"00ff","choice":["o1","o3"],"replaces":2,"text":"ba78"}"#
        );
        entry = Entry { node: None, tier: Tier::Open, replaces: None, kind: EventKind::Cast, ..entry };
        let line = String::from_utf8(entry.line().unwrap()).unwrap();
        assert!(
            line.contains(r#""tier":"open","voter":"00ff","choice":["o1","o3"],"replaces":null,"text":"#),
            "{line}"
        );
        assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry);
        entry.reason = Some("x".repeat(70_000));
        assert!(entry.line().is_err());
    }
}
