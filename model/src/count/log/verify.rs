//! Checking a log from outside: from its public files alone, by code that shares nothing with what writes them but the
//! spelling of an entry and the description of the methods.
//!
//! What holds afterwards is integrity: the published results are a count of these entries, the entries are those that the
//! checkpoint signs, and a receipt's ballot is among them. Who voted what is not hidden from the host by any of this, and
//! that the host admitted only those who may vote is not shown either.

pub mod archive;
pub mod line;
pub mod merkle;
pub mod note;
pub mod promise;
pub mod recount;
pub mod report;

mod claim;
mod published;
mod walk;
mod witnessed;

use std::collections::BTreeSet;
use std::future::Future;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::people::proof;
use claim::Claim;
use note::{Checkpoint, Key};
use published::Published;
use report::{Fault, Report, Stop};
use walk::{Walk, Walked};
use witnessed::Witnessed;

/// Where the public files of a log come from: a node, or an archive.
pub trait Source: Sync {
    /// The octets of a file, by its name: `actor.json`, `results.json`, `log/…`; `None` if it is not there.
    ///
    /// # Errors
    /// When it cannot be had.
    fn get(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, Fault>> + Send;
}

/// What is to be checked besides the log itself.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The name that the log must have: `HOST/c/SLUG`. Any, if `None`.
    pub log: Option<String>,
    /// The key that must have signed it; else the node's actor is asked.
    pub key: Option<String>,
    /// A receipt.
    pub receipt: Option<Vec<u8>>,
    /// An earlier checkpoint of the same log.
    pub since: Option<Vec<u8>>,
    /// The keys of witnesses, `NAME+ID+KEY`.
    pub witnesses: Vec<String>,
    /// How many of them must have signed it; all, if `None`.
    pub quorum: Option<usize>,
    /// Whether the results are proven otherwise than by the node's own key, so that no proof of it is asked of the final ones.
    pub proven: bool,
}

/// Checks a log. What does not hold is in the report.
pub async fn verify(source: &impl Source, wanted: &Wanted) -> Report {
    let mut report = Report::default();
    report.ok = run(source, wanted, &mut report).await.is_ok();
    report
}

async fn run(source: &impl Source, wanted: &Wanted, report: &mut Report) -> Result<(), Stop> {
    let key = key(source, wanted, &mut report.warnings).await;
    let key = report.note("key", key)?;
    report.log = Some(key.name.clone());
    // The results before the checkpoint: the log may grow in between, and never shrinks.
    let published = published(source).await;
    let published = report.note("published", published)?;
    // What witnesses signed before the checkpoint, for the same reason.
    let witnessed = Witnessed::read(source, wanted, &key).await;
    let witnessed = witnessed.map_err(|fault| report.refuse("witnesses", fault))?;
    let checkpoint = checkpoint(source, &key).await;
    let checkpoint = report.note("checkpoint", checkpoint)?;
    report.size = Some(checkpoint.size);
    report.root = Some(STANDARD.encode(checkpoint.root));
    let since = wanted.since.as_deref().map(|since| Checkpoint::read(since, &key)).transpose();
    let since = since.map_err(|fault| report.refuse("since", fault))?;
    let claim = wanted.receipt.as_deref().map(|receipt| Claim::read(receipt, &key)).transpose();
    let claim = claim.map_err(|fault| report.refuse("receipt", fault))?;
    let sizes: BTreeSet<u64> = [Some(checkpoint.size), Some(published.size), since.as_ref().map(|since| since.size)]
        .into_iter()
        .chain([claim.as_ref().and_then(Claim::size), witnessed.as_ref().map(Witnessed::size)])
        .flatten()
        .collect();
    let walk = Walk { size: checkpoint.size, sizes, counted: published.size, claim: claim.as_ref() };
    let walked = walk.through(source, published.rules()).await;
    let walked = walked.map_err(|(check, fault)| report.refuse(check, fault))?;
    report.note("entries", Ok(((), format!("{} entries, each after those of its voter", checkpoint.size))))?;
    report.note("root", root(&walked, &checkpoint))?;
    let tiles = walked.tiles(source).await;
    report.note("tiles", tiles)?;
    if let Some(witnessed) = witnessed {
        report.note("witnesses", witnessed.holds(&walked, &checkpoint))?;
    }
    if let Some(since) = since {
        report.note("since", grown(&walked, &since, &checkpoint))?;
    }
    report.note("results", published.holds(&walked, &checkpoint, (!wanted.proven).then_some(&key), &key.name))?;
    if let Some(claim) = claim {
        report.note("receipt", claim.holds(&walked, &checkpoint))?;
    }
    Ok(())
}

/// A file that must be there.
async fn file(source: &impl Source, name: &str) -> Result<Vec<u8>, Fault> {
    source.get(name).await?.ok_or_else(|| Fault::new(format!("{name} is not there")))
}

/// The key that signs the log: the one asked for, or the one that the node's actor publishes.
async fn key(source: &impl Source, wanted: &Wanted, warnings: &mut Vec<String>) -> Result<(Key, String), Fault> {
    let text = file(source, "log/vkey").await?;
    let published = Key::read(&String::from_utf8_lossy(&text))?;
    if wanted.log.as_ref().is_some_and(|log| *log != published.name) {
        return Err(Fault::new(format!("log/vkey names another log: {}", published.name)));
    }
    if let Some(asked) = &wanted.key {
        let asked = Key::read(asked)?;
        return match asked == published {
            true => Ok((asked, "it is the key that was asked for".to_owned())),
            false => Err(Fault::new("log/vkey is another key than the one asked for")),
        };
    }
    let actor = file(source, "actor.json").await?;
    let actor: Value = serde_json::from_slice(&actor).map_err(|_| Fault::new("actor.json is no JSON"))?;
    if !keys_of(&actor).any(|key| key == published.public) {
        return Err(Fault::new("log/vkey is none of the keys in the node's actor"));
    }
    if wanted.log.is_none() {
        let multikey = proof::multikey(&published.public);
        warnings.push(format!(
            "The key {multikey} comes from the archive itself: only {} or --key can vouch for it.",
            published.name
        ));
    }
    Ok((published, "it is the assertionMethod of the node's actor".to_owned()))
}

/// The Ed25519 keys with which an actor makes statements.
pub fn keys_of(actor: &Value) -> impl Iterator<Item = [u8; proof::KEY_LENGTH]> {
    let methods = match &actor["assertionMethod"] {
        Value::Array(methods) => methods.as_slice(),
        one => std::slice::from_ref(one),
    };
    methods.iter().filter_map(|method| proof::from_multikey(method["publicKeyMultibase"].as_str()?))
}

async fn published(source: &impl Source) -> Result<(Published, String), Fault> {
    let published = Published::read(&file(source, "results.json").await?)?;
    let state = if published.is_final { "final" } else { "not final yet" };
    let detail = format!("results of {} entries, {state}", published.size);
    Ok((published, detail))
}

async fn checkpoint(source: &impl Source, key: &Key) -> Result<(Checkpoint, String), Fault> {
    let checkpoint = Checkpoint::read(&file(source, "log/checkpoint").await?, key)?;
    let detail = format!("{} entries, signed by {}", checkpoint.size, key.name);
    Ok((checkpoint, detail))
}

fn root(walked: &Walked, checkpoint: &Checkpoint) -> Result<((), String), Fault> {
    match walked.root_at(checkpoint.size) {
        Some(root) if root == checkpoint.root => Ok(((), "the entries are those that the checkpoint signs".to_owned())),
        _ => Err(Fault::new(
            "the entries are not those that the checkpoint signs: one was changed, dropped, added or moved",
        )),
    }
}

/// Whether a log holds all that an earlier checkpoint signed, in its place.
fn grown(walked: &Walked, since: &Checkpoint, now: &Checkpoint) -> Result<((), String), Fault> {
    if since.size > now.size {
        let gone = since.size - now.size;
        return Err(Fault::new(format!("the log is shorter than it was: {gone} entries are gone")));
    }
    match walked.root_at(since.size) {
        Some(root) if root == since.root => {
            Ok(((), format!("its first {} entries are as they were, {} are new", since.size, now.size - since.size)))
        }
        _ => Err(Fault::new(format!("the log forked: its first {} entries are not those signed before", since.size))),
    }
}
