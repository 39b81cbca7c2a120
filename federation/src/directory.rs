//! Actors of other servers and their keys: fetched once, parsed once, and asked for again when a signature does not fit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use url::Url;

use crate::fetch::{self, Budget, Fetcher, Signer};
use crate::guard;
use crate::signature::{Claim, Fault, PublicKey};
use crate::wire::{self, Actor, lenient};

/// How many keys are kept in memory; one takes about 5 kB with its actor.
const MAX_KEYS: usize = 10_000;
/// How long a key that was just confirmed at its origin is not asked for again, in seconds.
const CONFIRMED_FOR: i64 = 60;

/// A key whose owner says that it is theirs, with the owner.
#[derive(Debug, Clone)]
pub struct Known {
    /// The key, parsed.
    pub key: PublicKey,
    /// Its text, to tell a rotated key from the same.
    pem: Arc<str>,
    /// The owner, read.
    pub owner: Arc<Actor>,
    /// The owner's whole document.
    pub document: Arc<Value>,
    /// When it was fetched, in seconds since 1970.
    pub fetched_at: i64,
    /// When it was last fetched and found to be the same.
    confirmed_at: Option<i64>,
}

/// One place per key: whoever comes first fetches, the others wait for them.
type Slot = Arc<tokio::sync::Mutex<Option<Known>>>;

/// The keys of other servers.
#[derive(Debug, Default)]
pub struct Directory {
    slots: Mutex<HashMap<String, Slot>>,
}

/// Why a signature is not accepted once the key is looked for.
#[derive(Debug)]
pub enum Failure {
    /// It is refused.
    Fault(Fault),
    /// The origin says that the owner of the key is no more.
    Gone,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Directory {
    fn slot(&self, key_id: &str) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MAX_KEYS && !slots.contains_key(key_id) {
            // whoever waits holds a second reference; the rest can be fetched again
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(key_id.to_owned()).or_default())
    }

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
        let slot = self.slot(&claim.key_id);
        let mut slot = slot.lock().await;
        if let Some(known) = slot.as_mut() {
            if claim.verify(&known.key).is_ok() {
                return Ok(known.clone());
            }
            let confirmed = known.confirmed_at.is_some_and(|at| signer.now.abs_diff(at) < CONFIRMED_FOR.unsigned_abs());
            if confirmed {
                return Err(Fault::Invalid.into());
            }
        }
        let mut fetched = fetch_key(&claim.key_id, fetcher, signer, budget).await?;
        if slot.as_ref().is_some_and(|before| before.pem == fetched.pem) {
            fetched.confirmed_at = Some(signer.now);
        }
        let fits = claim.verify(&fetched.key);
        *slot = Some(fetched.clone());
        fits?;
        Ok(fetched)
    }

    /// Forgets an owner's keys, such as those of an actor that changed or is gone.
    pub fn forget(&self, owner: &str) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|key_id, _| key_id.split('#').next() != Some(owner) && !key_id.starts_with(&format!("{owner}/")));
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
    let key = actor.public_key.iter().find(|key| key.id == key_id).ok_or(Fault::OtherActor)?;
    let same_host = guard::authority(&actor.id) == guard::authority(&url);
    if key.owner != actor.id || !same_host || !actor.is_actor() {
        return Err(Fault::OtherActor.into());
    }
    Ok(Known {
        key: PublicKey::from_pem(&key.public_key_pem).map_err(|_| Fault::UnknownKey)?,
        pem: key.public_key_pem.as_str().into(),
        owner: Arc::new(actor),
        document: Arc::new(document),
        fetched_at: signer.now,
        confirmed_at: None,
    })
}

async fn fetched(fetcher: &Fetcher, url: &Url, signer: Signer<'_>, budget: &Budget) -> Result<Value, Failure> {
    match fetcher.value(url, signer, budget).await {
        Ok(document) => Ok(document),
        Err(fetch::Error::Status(_, 410)) => Err(Failure::Gone),
        Err(error) => {
            tracing::debug!(%url, %error, "a key could not be fetched");
            Err(Fault::UnknownKey.into())
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
