//! What witnesses signed: so many of those that are asked for, under one head of this log.

use super::note::{Checkpoint, Key};
use super::report::Fault;
use super::walk::Walked;
use super::{Source, Wanted};
use crate::count::witness::cosignature;

/// Where cosignatures stand: under the latest checkpoint, or under the latest that was cosigned.
const FILES: [&str; 2] = ["log/checkpoint", "log/witnessed"];

/// A head that enough witnesses signed.
#[derive(Debug)]
pub(super) struct Witnessed {
    checkpoint: Checkpoint,
    names: Vec<String>,
    asked: usize,
}

impl Witnessed {
    /// Reads what witnesses signed; none if none are asked for.
    pub(super) async fn read(source: &impl Source, wanted: &Wanted, key: &Key) -> Result<Option<Self>, Fault> {
        if wanted.witnesses.is_empty() && wanted.quorum.is_none() {
            return Ok(None);
        }
        let unfit = |text: &String| Fault::new(format!("`{text}` is no key of a witness"));
        let witnesses = wanted.witnesses.iter().map(|text| cosignature::Key::read(text).ok_or_else(|| unfit(text)));
        let mut witnesses = witnesses.collect::<Result<Vec<_>, _>>()?;
        witnesses.sort_by(|a, b| a.name.cmp(&b.name));
        witnesses.dedup();
        let asked = witnesses.len();
        let quorum = wanted.quorum.unwrap_or(asked);
        if quorum > asked {
            return Err(Fault::new(format!("{quorum} witnesses are to have signed it, and {asked} are named")));
        }
        let mut most = 0;
        for file in FILES {
            let Some(octets) = source.get(file).await? else { continue };
            let Ok(note) = std::str::from_utf8(&octets) else { continue };
            let names: Vec<String> =
                witnesses.iter().filter(|key| key.signed(note).is_some()).map(|key| key.name.clone()).collect();
            most = most.max(names.len());
            if names.len() >= quorum {
                return Ok(Some(Self { checkpoint: Checkpoint::read(&octets, key)?, names, asked }));
            }
        }
        Err(Fault::new(format!("{most} of {asked} witnesses have signed it, and {quorum} must")))
    }

    /// Of how many entries.
    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// Whether what they signed is of this log.
    pub(super) fn holds(&self, walked: &Walked, now: &Checkpoint) -> Result<((), String), Fault> {
        let Self { checkpoint, names, asked } = self;
        if checkpoint.size > now.size || walked.root_at(checkpoint.size) != Some(checkpoint.root) {
            return Err(Fault::new("the log forked: what the witnesses signed is no head of this log"));
        }
        let (signed, names) = (names.len(), names.join(", "));
        Ok(((), format!("{signed} of {asked} witnesses have signed its first {} entries: {names}", checkpoint.size)))
    }
}
