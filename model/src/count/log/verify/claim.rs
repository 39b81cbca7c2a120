//! A receipt: the node's signed promise that a ballot counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::line::Line;
use super::merkle::{self, Hash};
use super::note::{Checkpoint, Key};
use super::published::named;
use super::report::Fault;
use super::walk::Walked;
use crate::clock::Instant;
use crate::count::electorate::Tier;
use crate::count::log::entry::to_the_hour;
use crate::people::proof;

/// What a receipt says, once its signature holds.
#[derive(Debug)]
pub(super) struct Claim {
    /// Who voted, under the name of the log.
    pub(super) voter: String,
    choice: Vec<String>,
    tier: Tier,
    at: Instant,
    /// The text that the voter saw; older receipts do not say.
    text: Option<String>,
    place: Option<Placed>,
}

/// Where a receipt says that its entry stands.
#[derive(Debug)]
struct Placed {
    index: i64,
    path: Vec<Hash>,
    checkpoint: Checkpoint,
}

/// As the API and the fediverse spell it.
#[derive(Deserialize)]
struct Read {
    #[serde(rename = "type")]
    kind: String,
    consultation: String,
    choice: Vec<String>,
    tier: Tier,
    voter: String,
    #[serde(alias = "castAt")]
    cast_at: Instant,
    text: Option<String>,
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    index: Option<i64>,
    #[serde(default)]
    proof: Vec<String>,
    checkpoint: Option<String>,
}

impl Claim {
    pub(super) fn read(octets: &[u8], key: &Key) -> Result<Self, Fault> {
        let unfit = |why: &dyn std::fmt::Display| Fault::new(format!("it is no receipt: {why}"));
        let document: Value = serde_json::from_slice(octets).map_err(|why| unfit(&why))?;
        let read = Read::deserialize(&document).map_err(|why| unfit(&why))?;
        if read.kind != "BallotReceipt" {
            return Err(unfit(&read.kind));
        }
        if named(&read.consultation) != Some(key.name.as_str()) {
            return Err(Fault::new(format!("it is a receipt of another consultation: {}", read.consultation)));
        }
        proof::check(&document, &key.public).map_err(|why| Fault::new(format!("this node has not given it: {why}")))?;
        let Read { choice, tier, voter, cast_at, text, log, .. } = read;
        Ok(Self { voter, choice, tier, at: to_the_hour(cast_at), text, place: Placed::read(log, key)? })
    }

    /// The size of the log that its proof speaks of.
    pub(super) fn size(&self) -> Option<u64> {
        self.place.as_ref().map(|place| place.checkpoint.size)
    }

    /// What was chosen.
    pub(super) fn choice(&self) -> &[String] {
        &self.choice
    }

    /// Whether this entry is the one promised.
    pub(super) fn is(&self, entry: &Line<'_>) -> bool {
        entry.voter == self.voter
            && serde_json::from_str::<Vec<String>>(&entry.choice).is_ok_and(|choice| choice == self.choice)
            && entry.tier == self.tier
            && entry.at == self.at
            && self.text.as_ref().is_none_or(|text| *text == entry.text)
            && self.place.as_ref().is_none_or(|place| place.index == entry.seq)
    }

    /// Whether the promise was kept.
    pub(super) fn holds(&self, walked: &Walked, now: &Checkpoint) -> Result<((), String), Fault> {
        let (seq, leaf) = walked.claimed.ok_or_else(|| Fault::new("the ballot that was promised is not in the log"))?;
        if let Some(Placed { index, path, checkpoint }) = &self.place {
            let index = u64::try_from(*index).map_err(|_| Fault::new("its index is none"))?;
            if merkle::leads_to(&leaf, index, checkpoint.size, path) != Some(checkpoint.root) {
                return Err(Fault::new("its proof does not lead from the entry to the root"));
            }
            if checkpoint.size > now.size || walked.root_at(checkpoint.size) != Some(checkpoint.root) {
                return Err(Fault::new("the log forked: the receipt's checkpoint is not one of this log"));
            }
        }
        Ok((
            (),
            match walked.standing {
                Some((last, _)) if last == seq => format!("its ballot is entry {seq}, and it counts"),
                Some((last, true)) => format!("its ballot is entry {seq}, and was changed by entry {last}"),
                _ => format!("its ballot is entry {seq}, and was withdrawn or removed since"),
            },
        ))
    }
}

impl Placed {
    fn read(log: Log, key: &Key) -> Result<Option<Self>, Fault> {
        let Some(index) = log.index else { return Ok(None) };
        let checkpoint = log.checkpoint.ok_or_else(|| Fault::new("it has an index and no checkpoint"))?;
        let checkpoint = Checkpoint::read(checkpoint.as_bytes(), key)?;
        let hash = |text: &String| STANDARD.decode(text).ok()?.try_into().ok();
        let path = log.proof.iter().map(hash).collect::<Option<Vec<Hash>>>();
        let path = path.ok_or_else(|| Fault::new("its proof is no list of hashes"))?;
        Ok(Some(Self { index, path, checkpoint }))
    }
}
