//! Keys of actors: pairs of those who live here, public halves of the others.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::actor::Actor;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::schema::keys;
use crate::store::types::words;
use crate::store::{Conn, Tx, dialect, on};

words! {
    /// What a key signs with.
    pub enum Algorithm {
        /// RSA-2048 with SHA-256: the fediverse's HTTP signatures. Public half as PEM, private as PKCS#8 DER.
        Rsa = "rsa",
        /// Ed25519: proofs and checkpoints. Public half as base64 of 32 bytes, private as PKCS#8 DER.
        Ed25519 = "ed25519",
    }
}

/// A key of an actor.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = keys)]
pub struct Key {
    /// Key of the row.
    pub id: Id<Key>,
    /// Whose it is.
    pub actor_id: Id<Actor>,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Its id on the wire, of remote ones.
    pub uri: Option<String>,
    /// The public half; see [`Algorithm`].
    pub public_key: String,
    /// The private half, of local ones.
    pub private_key: Option<Vec<u8>>,
    /// When it was made or fetched.
    pub created_at: Instant,
}

impl std::fmt::Debug for Key {
    /// Never the private half.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("actor_id", &self.actor_id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// The pair of a local actor, made when it is first asked for.
///
/// # Errors
/// When the database fails.
pub async fn pair(tx: &mut Tx, now: Instant, actor: Id<Actor>, algorithm: Algorithm) -> Result<Key> {
    if let Some(key) = of(tx, actor, algorithm).await? {
        return Ok(key);
    }
    dialect::hold_actor(tx, actor).await?;
    if let Some(key) = of(tx, actor, algorithm).await? {
        return Ok(key);
    }
    let key = generate(now, actor, algorithm)?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(keys::table).values(&key).execute(c).await)?;
    Ok(key)
}

/// The latest key of that kind of an actor, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, actor: Id<Actor>, algorithm: Algorithm) -> Result<Option<Key>> {
    Ok(on!(conn, |c| keys::table
        .filter(keys::actor_id.eq(actor).and(keys::algorithm.eq(algorithm)))
        .order(keys::created_at.desc())
        .select(Key::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The remote key with this id, if known.
///
/// # Errors
/// When the database fails.
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Key>> {
    Ok(on!(conn, |c| keys::table.filter(keys::uri.eq(uri)).select(Key::as_select()).first(c).await.optional())?)
}

/// Keeps the public half of a remote key.
///
/// # Errors
/// When the database fails.
pub async fn remember(
    tx: &mut Tx,
    now: Instant,
    actor: Id<Actor>,
    uri: &str,
    algorithm: Algorithm,
    public_key: &str,
) -> Result<()> {
    let row = Key {
        id: Id::new(now),
        actor_id: actor,
        algorithm,
        uri: Some(uri.to_owned()),
        public_key: public_key.to_owned(),
        private_key: None,
        created_at: now,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(keys::table)
        .values(&row)
        .on_conflict(keys::uri)
        .do_update()
        .set((
            keys::actor_id.eq(row.actor_id),
            keys::algorithm.eq(row.algorithm),
            keys::public_key.eq(&row.public_key),
            keys::created_at.eq(row.created_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

fn generate(now: Instant, actor: Id<Actor>, algorithm: Algorithm) -> Result<Key> {
    let failed = |_| Error::store("a key could not be made");
    let (public_key, private_key) = match algorithm {
        Algorithm::Rsa => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(failed)?;
            let private: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
            (pem(public.as_ref()), private.as_ref().to_vec())
        }
        Algorithm::Ed25519 => {
            let pair = Ed25519KeyPair::generate().map_err(failed)?;
            let private = pair.to_pkcs8().map_err(failed)?;
            (STANDARD.encode(pair.public_key().as_ref()), private.as_ref().to_vec())
        }
    };
    Ok(Key {
        id: Id::new(now),
        actor_id: actor,
        algorithm,
        uri: None,
        public_key,
        private_key: Some(private_key),
        created_at: now,
    })
}

/// PEM of a `SubjectPublicKeyInfo` (RFC 7468, section 13).
fn pem(der: &[u8]) -> String {
    /// The length of a line of PEM (RFC 7468, section 2).
    const LINE: usize = 64;
    let body = STANDARD.encode(der);
    let mut lines = vec!["-----BEGIN PUBLIC KEY-----"];
    let mut rest = body.as_str();
    while rest.len() > LINE {
        let (line, after) = rest.split_at(LINE);
        lines.push(line);
        rest = after;
    }
    lines.push(rest);
    lines.push("-----END PUBLIC KEY-----\n");
    lines.join("\n")
}
