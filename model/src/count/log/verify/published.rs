//! The results as published, held against the entries.

use serde::Deserialize;
use serde_json::Value;

use super::merkle::Hash;
use super::note::{Checkpoint, Key};
use super::recount::Rules;
use super::report::Fault;
use super::walk::Walked;
use crate::count::electorate::Tier;
use crate::count::method::Method;
use crate::count::tally;
use crate::people::proof;

/// Results as a node publishes them.
#[derive(Debug)]
pub(super) struct Published {
    document: Value,
    consultation: String,
    pub(super) is_final: bool,
    method: Method,
    tiers: Vec<Tier>,
    /// How many entries they are a count of.
    pub(super) size: u64,
    root: String,
}

#[derive(Deserialize)]
struct Read {
    consultation: String,
    #[serde(rename = "final")]
    is_final: bool,
    method: Method,
    tiers: std::collections::BTreeMap<Tier, Value>,
    log: Head,
}

#[derive(Deserialize)]
struct Head {
    size: u64,
    root: String,
}

impl Published {
    pub(super) fn read(octets: &[u8]) -> Result<Self, Fault> {
        let unfit = |why: &dyn std::fmt::Display| Fault::new(format!("results.json: {why}"));
        let document: Value = serde_json::from_slice(octets).map_err(|why| unfit(&why))?;
        if document["visible"] == false {
            return Err(unfit(&"the results are hidden until closing, and the log with them"));
        }
        let Read { consultation, is_final, method, tiers, log } =
            Read::deserialize(&document).map_err(|why| unfit(&why))?;
        let tiers = tiers.into_keys().collect();
        let Head { size, root } = log;
        Ok(Self { document, consultation, is_final, method, tiers, size, root })
    }

    pub(super) fn rules(&self) -> Rules {
        Rules { method: self.method.clone(), tiers: self.tiers.clone() }
    }

    /// Whether they are what the entries of the log `name` say; the final ones with the proof of `key`, if one is asked for.
    pub(super) fn holds(
        &self,
        walked: &Walked,
        checkpoint: &Checkpoint,
        key: Option<&Key>,
        name: &str,
    ) -> Result<((), String), Fault> {
        if named(&self.consultation) != Some(name) {
            return Err(Fault::new(format!("the results are those of another consultation: {}", self.consultation)));
        }
        if self.size > checkpoint.size {
            return Err(Fault::new("the results speak of more entries than the log has"));
        }
        if walked.root_at(self.size).map(encoded).as_ref() != Some(&self.root) {
            return Err(Fault::new("the results are those of another log: their root is not its root at that size"));
        }
        self.same_counts(walked)?;
        if !self.is_final {
            return Ok(((), format!("the counts are those of the first {} entries", self.size)));
        }
        if self.size != checkpoint.size {
            return Err(Fault::new("the results are called final, and the log has gone on"));
        }
        if let Some(key) = key {
            proof::check(&self.document, &key.public).map_err(|why| Fault::new(format!("the final results: {why}")))?;
        }
        Ok(((), "the counts are those of the entries, final and signed".to_owned()))
    }

    fn same_counts(&self, walked: &Walked) -> Result<(), Fault> {
        let counted = tally::tiers(&self.method, "en", &self.tiers, &walked.counts);
        for (tier, result) in counted {
            let counted = unlabelled(serde_json::to_value(&result).unwrap_or_default());
            let published = unlabelled(self.document["tiers"][tier.as_str()].clone());
            if counted != published {
                return Err(Fault::new(format!(
                    "the tally does not follow from the entries: {tier} is published as {published}, and counted as {counted}"
                )));
            }
        }
        Ok(())
    }
}

/// The name of the log of the consultation at this address.
pub(super) fn named(address: &str) -> Option<&str> {
    address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))
}

fn encoded(root: Hash) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(root)
}

/// Results without the words for people, which are none of the log's matter.
fn unlabelled(mut results: Value) -> Value {
    match &mut results {
        Value::Object(fields) => {
            fields.remove("label");
            for field in fields.values_mut() {
                *field = unlabelled(field.take());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = unlabelled(item.take())),
        _ => {}
    }
    results
}
