//! Our own keys, parsed once: parsing a private key takes a fifth of the time of signing with it.

use model::address::Address;
use model::clock::Instant;
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor::Actor;
use model::people::key::{self, Algorithm};
use model::people::proof;
use model::store::{Store, Tx};

use crate::recent::Recent;
use crate::signature::PrivateKey;

/// How many keys of each kind are kept in memory at least.
const KEPT_KEYS: usize = 1_000;

/// The private keys used lately.
#[derive(Debug)]
pub(crate) struct Keyring {
    requests: Recent<Id<Actor>, PrivateKey>,
    proofs: Recent<Id<Actor>, proof::Signer>,
}

impl Default for Keyring {
    fn default() -> Self {
        Self { requests: Recent::of(KEPT_KEYS), proofs: Recent::of(KEPT_KEYS) }
    }
}

impl Keyring {
    /// The key that signs what a local actor sends, made if there is none yet.
    pub(crate) async fn key_of(
        &self,
        store: &Store,
        here: &Address,
        now: Instant,
        actor: &Actor,
    ) -> Result<PrivateKey> {
        if let Some(key) = self.requests.get(&actor.id) {
            return Ok(key);
        }
        let pair = pair(store, now, actor, Algorithm::Rsa).await?;
        let id = actor.uri(here).map(|uri| format!("{uri}#main-key")).ok_or(Error::NotFound)?;
        let der = pair.private_key.ok_or(Error::NotFound)?;
        let key = PrivateKey::from_der(id, &der).map_err(Error::store)?;
        self.requests.insert(actor.id, key.clone());
        Ok(key)
    }

    /// The key that proves what a local actor says, made if there is none yet.
    pub(crate) async fn prover_of(
        &self,
        store: &Store,
        here: &Address,
        now: Instant,
        actor: &Actor,
    ) -> Result<proof::Signer> {
        if let Some(signer) = self.proofs.get(&actor.id) {
            return Ok(signer);
        }
        let signer = prover(here, actor, &pair(store, now, actor, Algorithm::Ed25519).await?)?;
        self.proofs.insert(actor.id, signer.clone());
        Ok(signer)
    }
}

/// The key that proves what a local actor says, within a transaction, where no other may be opened.
pub(crate) async fn prover_in(tx: &mut Tx, here: &Address, now: Instant, actor: &Actor) -> Result<proof::Signer> {
    prover(here, actor, &key::pair(tx, now, actor.id, Algorithm::Ed25519).await?)
}

async fn pair(store: &Store, now: Instant, actor: &Actor, algorithm: Algorithm) -> Result<key::Key> {
    if let Some(pair) = key::of(&mut store.conn().await?, actor.id, algorithm).await? {
        return Ok(pair);
    }
    let mut tx = store.begin().await?;
    let pair = key::pair(&mut tx, now, actor.id, algorithm).await?;
    tx.commit().await?;
    Ok(pair)
}

fn prover(here: &Address, actor: &Actor, pair: &key::Key) -> Result<proof::Signer> {
    let id = actor.uri(here).map(|uri| format!("{uri}#ed25519-key")).ok_or(Error::NotFound)?;
    proof::Signer::of(id, pair)
}
