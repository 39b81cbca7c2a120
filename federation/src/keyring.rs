//! Our own keys, parsed once: parsing a private key takes a fifth of the time of signing with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::address::Address;
use model::clock::Instant;
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor::Actor;
use model::people::key::{self, Algorithm};
use model::store::Store;

use crate::signature::PrivateKey;

/// How many keys are kept in memory.
const MAX_KEYS: usize = 1_000;

/// The private keys used lately.
#[derive(Debug, Default)]
pub(crate) struct Keyring(Mutex<HashMap<Id<Actor>, PrivateKey>>);

impl Keyring {
    /// The key that signs what a local actor sends, made if there is none yet.
    pub(crate) async fn key_of(
        &self,
        store: &Store,
        here: &Address,
        now: Instant,
        actor: &Actor,
    ) -> Result<PrivateKey> {
        if let Some(key) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&actor.id) {
            return Ok(key.clone());
        }
        let kept = key::of(&mut store.conn().await?, actor.id, Algorithm::Rsa).await?;
        let pair = match kept {
            Some(pair) => pair,
            None => {
                let mut tx = store.begin().await?;
                let pair = key::pair(&mut tx, now, actor.id, Algorithm::Rsa).await?;
                tx.commit().await?;
                pair
            }
        };
        let id = actor.uri(here).map(|uri| format!("{uri}#main-key")).ok_or(Error::NotFound)?;
        let der = pair.private_key.ok_or(Error::NotFound)?;
        let key = PrivateKey::from_der(id, &der).map_err(Error::store)?;
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        keys.insert(actor.id, key.clone());
        Ok(key)
    }
}
