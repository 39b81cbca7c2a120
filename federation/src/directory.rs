//! Actors of other servers and their keys: fetched once, parsed once, and asked for again when a signature does not fit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use url::Url;

use crate::fetch::{self, Budget, Fetcher, Signer};
use crate::guard;
use crate::limit::Limit;
use crate::recent::Recent;
use crate::signature::{Claim, Fault, NotAKey, PublicKey};
use crate::wire::{self, Actor, lenient};

/// How many keys are kept in memory at least; one takes about 5 kB with its actor.
const KEPT_KEYS: usize = 10_000;
/// How long a key that was just confirmed at its origin is not asked for again, in seconds.
const CONFIRMED_FOR: i64 = 60;
/// How long a key that could not be had is not asked for again, in seconds.
pub const MISSED_FOR: i64 = 60;
/// How long a key is believed without asking its origin, in seconds: one that was withdrawn fits no longer after that.
const KNOWN_FOR: i64 = 24 * 60 * 60;
/// How many keys are asked of one host a minute: who says to be of a host need not be, and this is what they may cost it.
const KEYS_A_MINUTE: u32 = 600;

/// A key whose owner says that it is theirs, with the owner.
#[derive(Debug, Clone)]
pub struct Known {
    /// The key, parsed.
    pub key: PublicKey,
    /// Its text, to tell a rotated key from the same.
    text: Arc<str>,
    /// The owner, read.
    pub owner: Arc<Actor>,
    /// The owner's whole document.
    pub document: Arc<Value>,
    /// When it was fetched, in seconds since 1970.
    pub fetched_at: i64,
    /// When it was last fetched and found to be the same.
    confirmed_at: Option<i64>,
}

/// The place of one key.
#[derive(Debug, Default)]
struct Slot {
    found: Mutex<Found>,
    /// Whoever comes first fetches, the others wait for them.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Found {
    known: Option<Known>,
    /// When it could last not be had, and why.
    missed: Option<(i64, Failure)>,
}

/// The keys of other servers.
#[derive(Debug)]
pub struct Directory {
    slots: Recent<String, Arc<Slot>>,
    asked: Limit,
}

impl Default for Directory {
    fn default() -> Self {
        Self { slots: Recent::of(KEPT_KEYS), asked: Limit::per_minute(KEYS_A_MINUTE) }
    }
}

/// Why a signature is not accepted once the key is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It is refused.
    Fault(Fault),
    /// The origin says that the owner of the key is no more.
    Gone,
    /// So many keys of that host were asked for that this one waits, so many seconds.
    TooMany(u64),
    /// The origin of the key does not answer now, and may later.
    Later,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Directory {
    /// Verifies a signature with its key, fetched if it is not known, and fetched once more if it does not fit.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn verify(
        &self,
        claim: &Claim,
        fetcher: &Fetcher,
        signer: Signer<'_>,
        budget: &Budget,
    ) -> Result<Known, Failure> {
        let slot = self.slots.entry(&claim.key_id, Arc::default);
        if let Some(known) = slot.settles(claim, signer.now)? {
            return Ok(known);
        }
        let _turn = slot.turn.lock().await;
        // Whoever had the turn before may have found it.
        if let Some(known) = slot.settles(claim, signer.now)? {
            return Ok(known);
        }
        let host = claim.key_id.parse::<Url>().ok().and_then(|id| guard::authority(&id)).ok_or(Fault::Malformed)?;
        self.asked.take(&host).map_err(Failure::TooMany)?;
        match fetch_key(&claim.key_id, fetcher, signer, budget).await {
            Ok(fetched) => {
                let known = slot.keep(fetched, signer.now);
                claim.verify(&known.key)?;
                Ok(known)
            }
            // That this activity has fetched enough says nothing of the key.
            Err(failure) if budget.is_spent() => Err(failure),
            Err(failure) => slot.miss(claim, failure, signer.now),
        }
    }

    /// Forgets an owner's keys, such as those of an actor that changed or is gone.
    pub fn forget(&self, owner: &str) {
        let below = format!("{owner}/");
        self.slots.retain(|key_id| key_id.split('#').next() != Some(owner) && !key_id.starts_with(&below));
    }
}

impl Slot {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key, if it is known and fits; nothing, if it is to be fetched.
    fn settles(&self, claim: &Claim, now: i64) -> Result<Option<Known>, Failure> {
        let within = |at: i64, seconds: i64| now.abs_diff(at) < seconds.unsigned_abs();
        let (known, missed) = {
            let found = self.found();
            (found.known.clone(), found.missed)
        };
        if let Some(known) = known.filter(|known| within(known.fetched_at, KNOWN_FOR)) {
            match claim.verify(&known.key) {
                Ok(()) => return Ok(Some(known)),
                Err(fault) if known.confirmed_at.is_some_and(|at| within(at, CONFIRMED_FOR)) => {
                    return Err(fault.into());
                }
                Err(_) => {}
            }
        }
        match missed {
            Some((at, failure)) if within(at, MISSED_FOR) => Err(failure),
            _ => Ok(None),
        }
    }

    fn keep(&self, mut fetched: Known, now: i64) -> Known {
        let mut found = self.found();
        if found.known.as_ref().is_some_and(|before| before.text == fetched.text) {
            fetched.confirmed_at = Some(now);
        }
        *found = Found { known: Some(fetched.clone()), missed: None };
        fetched
    }

    /// Remembers that the key could not be had. One that was known longer ago is believed while its origin is away.
    fn miss(&self, claim: &Claim, failure: Failure, now: i64) -> Result<Known, Failure> {
        let mut found = self.found();
        let known = found.known.clone().filter(|known| claim.verify(&known.key).is_ok());
        match known {
            Some(known) if matches!(failure, Failure::Later | Failure::Fault(Fault::UnknownKey)) => Ok(known),
            _ => {
                found.missed = Some((now, failure));
                Err(failure)
            }
        }
    }
}

/// Fetches a key by its id, in fragment form (`…/actor#main-key`) or path form (`…/actor/main-key`), and its owner; both must
/// name each other.
async fn fetch_key(key_id: &str, fetcher: &Fetcher, signer: Signer<'_>, budget: &Budget) -> Result<Known, Failure> {
    let url: Url = key_id.parse().map_err(|_| Fault::Malformed)?;
    let document = fetched(fetcher, &url, signer, budget).await?;
    let document = match owner_of(&document) {
        // a key on its own: its owner must name it
        Some(owner) if guard::authority(&owner) == guard::authority(&url) => {
            fetched(fetcher, &owner, signer, budget).await?
        }
        Some(_) => return Err(Fault::OtherActor.into()),
        None => document,
    };
    let actor: Actor = wire::typed(document.clone()).map_err(|_| Fault::UnknownKey)?;
    let (owner, text, key) = named(&actor, key_id).ok_or(Fault::OtherActor)?;
    let same_host = guard::authority(&actor.id) == guard::authority(&url);
    if *owner != actor.id || !same_host || !actor.is_actor() {
        return Err(Fault::OtherActor.into());
    }
    Ok(Known {
        key: key.map_err(|_| Fault::UnknownKey)?,
        text: text.into(),
        owner: Arc::new(actor),
        document: Arc::new(document),
        fetched_at: signer.now,
        confirmed_at: None,
    })
}

/// The key of that id that an actor names: its owner, its text, and the key if it can be read.
fn named<'a>(actor: &'a Actor, key_id: &str) -> Option<(&'a Url, &'a str, Result<PublicKey, NotAKey>)> {
    let pem = actor.public_key.iter().find(|key| key.id == key_id);
    let pem = pem.map(|key| (&key.owner, key.public_key_pem.as_str(), PublicKey::from_pem(&key.public_key_pem)));
    pem.or_else(|| {
        let key = actor.method(key_id)?;
        let text = key.public_key_multibase.as_str();
        Some((&key.controller, text, PublicKey::from_multikey(text)))
    })
}

async fn fetched(fetcher: &Fetcher, url: &Url, signer: Signer<'_>, budget: &Budget) -> Result<Value, Failure> {
    match fetcher.value(url, signer, budget).await {
        Ok(document) => Ok(document),
        Err(fetch::Error::Status(_, 410)) => Err(Failure::Gone),
        Err(error) => {
            tracing::debug!(%url, %error, "a key could not be fetched");
            Err(if error.may_pass() { Failure::Later } else { Fault::UnknownKey.into() })
        }
    }
}

/// The owner of a document that is a key and no actor.
fn owner_of(document: &Value) -> Option<Url> {
    let is_actor = document.get("inbox").is_some();
    if is_actor { None } else { lenient::id_of(document.get("owner")?) }
}

#[cfg(test)]
mod tests;
