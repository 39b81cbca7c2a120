//! Witnesses: nodes that hold each other's logs to what they said before, and sign that they did (C2SP tlog-witness,
//! tlog-cosignature). Who alters what it counted must show two heads of one log, each signed: that is kept.

pub mod cosignature;
pub mod growth;
mod rows;

use diesel::prelude::*;

use crate::address::Address;
use crate::clock::Instant;
use crate::count::log::{self, Place};
use crate::count::tally::{self, Viewer};
use crate::debate::consultation::{self, Consultation};
use crate::debate::forum;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::actor::Actor;
use crate::people::proof::Signer;
use crate::people::role::{Act, Standing};
use crate::store::schema::{forks, witnessed, witnesses};
use crate::store::types::words;
use crate::store::{Conn, Tx};

pub use growth::{Growth, Head, Tiles};
pub use rows::{asked, by_host, by_id, failed, forks_found, list, seen_at, seen_of, seen_of_host, spoke, standing_for};

words! {
    /// On which side of an agreement another node stands.
    pub enum Role {
        /// It witnesses this node.
        Witness = "witness",
        /// This node witnesses it.
        Witnessed = "witnessed",
    }
}

/// An agreement with another node.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = witnesses)]
pub struct Witness {
    /// Key.
    pub id: Id<Witness>,
    /// On which side it stands.
    pub role: Role,
    /// The actor of that node.
    pub actor_id: Id<Actor>,
    /// Its host.
    pub host: String,
    /// Since when.
    pub since: Instant,
    /// When it was last asked, or last asked us.
    pub last_at: Option<Instant>,
    /// Why that failed, if it did.
    pub failure: Option<String>,
}

/// A log elsewhere as it was last seen here.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = witnessed)]
pub struct Seen {
    /// The name of the log: `HOST/c/SLUG`.
    pub origin: String,
    /// The host that keeps it.
    pub host: String,
    /// How many entries it had.
    pub size: i64,
    /// The root of their tree, base64.
    pub root: String,
    /// The checkpoint, as signed by the log.
    pub checkpoint: String,
    /// When.
    pub at: Instant,
}

impl Seen {
    /// The head that it was seen at.
    ///
    /// # Errors
    /// When what is kept is no head.
    pub fn head(&self) -> Result<Head> {
        let root = tlog_tiles::Hash::parse_hash(&self.root).map_err(Error::store)?;
        Ok(Head { size: u64::try_from(self.size).map_err(Error::store)?, root })
    }
}

/// Two heads of one log that cannot both be true.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = forks)]
pub struct Fork {
    /// Key.
    pub id: Id<Fork>,
    /// The name of the log.
    pub origin: String,
    /// The host that keeps it.
    pub host: String,
    /// The one head, signed by the log.
    pub earlier: String,
    /// The other, signed by the log.
    pub later: String,
    /// Who brought the other: a host.
    pub brought_by: String,
    /// When they were held against each other.
    pub found_at: Instant,
}

/// How many logs a witness is asked to sign at once.
pub const LOGS_AT_ONCE: i64 = 50;

/// The name under which a node cosigns: `HOST/witness`.
#[must_use]
pub fn name(host: &str) -> String {
    format!("{host}/witness")
}

/// The key under which a node cosigns, as it is handed around.
#[must_use]
pub fn vkey(here: &Address, signer: &Signer) -> String {
    cosignature::vkey(&name(here.host()), &signer.public())
}

/// Notes an agreement with another node.
///
/// # Errors
/// When the database fails.
pub async fn agree(tx: &mut Tx, now: Instant, role: Role, peer: &Actor) -> Result<()> {
    let host = peer.host.clone().ok_or(Error::NotFound)?;
    let it = Witness { id: Id::new(now), role, actor_id: peer.id, host, since: now, last_at: None, failure: None };
    rows::agree(tx, &it).await
}

/// Ends an agreement: no more is cosigned. What was cosigned stays.
///
/// # Errors
/// When `by` may not administer.
pub async fn end(tx: &mut Tx, now: Instant, by: &Standing, it: &Witness) -> Result<()> {
    by.may(Act::Administer, None)?;
    crate::care::audit::note(tx, now, by.account.as_ref(), "witness.end", &it.host, None).await?;
    rows::delete(tx, it.id).await
}

/// What comes of a checkpoint that a witness is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It follows from what was seen before: to be cosigned.
    Follows,
    /// The asker's `old` is not the size that was last seen, which is this.
    NotThere(u64),
    /// The proof does not lead from one to the other.
    Unproven,
    /// It is another head of the same size: the log forked.
    Forked,
}

/// Holds a checkpoint of `origin`, whose signature was checked, against what was last seen, and keeps it if it follows. A
/// fork is kept as such.
///
/// # Errors
/// When the database fails.
pub async fn show(tx: &mut Tx, now: Instant, origin: &str, host: &str, growth: &Growth<'_>) -> Result<Verdict> {
    let before = rows::seen(tx, origin).await?;
    let last = before.as_ref().map(Seen::head).transpose()?.unwrap_or(Head::EMPTY);
    let verdict = growth.judged(last);
    match verdict {
        Verdict::Follows => rows::see(tx, now, origin, host, growth).await?,
        Verdict::Forked => {
            if let Some(before) = before {
                note_fork(tx, now, &before, growth.checkpoint, host).await?;
            }
        }
        Verdict::NotThere(_) | Verdict::Unproven => {}
    }
    Ok(verdict)
}

/// Keeps two signed heads that cannot both be true, once.
///
/// # Errors
/// When the database fails.
pub async fn note_fork(tx: &mut Tx, now: Instant, seen: &Seen, other: &str, brought_by: &str) -> Result<()> {
    let it = Fork {
        id: Id::new(now),
        origin: seen.origin.clone(),
        host: seen.host.clone(),
        earlier: seen.checkpoint.clone(),
        later: other.to_owned(),
        brought_by: brought_by.to_owned(),
        found_at: now,
    };
    if rows::note_fork(tx, &it).await? {
        tracing::error!(origin = it.origin, brought_by, "a log forked: two signed heads are kept as evidence");
    }
    Ok(())
}

/// The logs of this node that a witness has not cosigned as they now stand, and that everybody may see; at most `most`.
///
/// # Errors
/// When the database fails.
pub async fn due(conn: &mut Conn, now: Instant, name: &str, most: i64) -> Result<Vec<Consultation>> {
    let mut due = Vec::new();
    for id in rows::grown(conn, name, most).await? {
        let on = consultation::by_id(conn, id).await?;
        let forum = forum::by_id(conn, on.forum_id).await?;
        if forum.visibility.is_federated() && tally::visible(&on, now, Viewer::Anybody) {
            due.push(on);
        }
    }
    Ok(due)
}

/// Has those witnesses asked that have not signed all logs of this node as they now stand.
///
/// # Errors
/// When the database fails.
pub async fn ask_due(tx: &mut Tx, now: Instant) -> Result<()> {
    for it in rows::standing_for(tx, now).await? {
        if !due(tx, now, &name(&it.host), LOGS_AT_ONCE).await?.is_empty() {
            job::enqueue(tx, now, Job::Cosign { witness: it.id }, When::Now).await?;
        }
    }
    Ok(())
}

/// Has every log that this node witnesses held against what others saw of it.
///
/// # Errors
/// When the database fails.
pub async fn watch_all(tx: &mut Tx, now: Instant) -> Result<()> {
    for it in rows::list(tx).await?.into_iter().filter(|it| it.role == Role::Witnessed) {
        for seen in rows::seen_of_host(tx, &it.host).await? {
            job::enqueue(tx, now, Job::Watch { origin: seen.origin }, When::Now).await?;
        }
    }
    Ok(())
}

/// The head of a log of this node, and the proof that it grew from `old` entries.
///
/// # Errors
/// [`Refusal::NotOpen`] if there are fewer than `old` entries.
pub async fn proof(conn: &mut Conn, on: &Consultation, old: u64) -> Result<(Head, Vec<tlog_tiles::Hash>)> {
    let kept = log::head(conn, on.id).await?.ok_or(Error::NotFound)?;
    let root = tlog_tiles::Hash::parse_hash(&kept.root).map_err(Error::store)?;
    let head = Head { size: u64::try_from(kept.size).map_err(Error::store)?, root };
    if old > head.size {
        return Err(Refusal::NotOpen.into());
    }
    let mut tiles = Tiles::of(head.size);
    loop {
        match tiles.proof_from(old) {
            Ok(proof) => return Ok((head, proof)),
            Err(missing) => {
                for place in missing {
                    let data = log::tile(conn, on.id, place).await?;
                    tiles.put(place, data);
                }
            }
        }
    }
}

/// Keeps the cosignature of a witness of this node, made by `key`, under the checkpoint that it was asked to sign.
///
/// # Errors
/// [`Error::NotFound`] when it is none.
pub async fn keep(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    (size, checkpoint): (u64, &str),
    key: &cosignature::Key,
    line: &str,
) -> Result<()> {
    let signed = key.signed_line(checkpoint, line).ok_or(Error::NotFound)?;
    let size = i64::try_from(size).map_err(Error::store)?;
    rows::keep(tx, now, on.id, size, &key.name, checkpoint, &signed).await
}

/// Of how many entries a witness last signed a log of this node; 0 if it never did.
///
/// # Errors
/// When the database fails.
pub async fn last_signed(conn: &mut Conn, on: &Consultation, name: &str) -> Result<u64> {
    let size = rows::last_signed(conn, on.id, name).await?;
    u64::try_from(size.unwrap_or(0)).map_err(Error::store)
}

/// A checkpoint with the cosignatures that are known of the same head below it.
///
/// # Errors
/// When the database fails.
pub async fn cosigned(conn: &mut Conn, on: &Consultation, checkpoint: String) -> Result<String> {
    let text = cosignature::text(&checkpoint).unwrap_or_default().to_owned();
    let Some(size) = text.lines().nth(1).and_then(|size| size.parse::<i64>().ok()) else { return Ok(checkpoint) };
    let lines = rows::lines(conn, on.id, size).await?;
    let same = lines.iter().filter(|(of, _)| cosignature::text(of) == Some(text.as_str()));
    Ok(same.fold(checkpoint, |note, (_, line)| note + line + "\n"))
}

/// The latest checkpoint of a log that a witness has cosigned, with all its cosignatures.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub async fn latest_cosigned(conn: &mut Conn, on: &Consultation) -> Result<String> {
    let checkpoint = rows::latest(conn, on.id).await?.ok_or(Error::NotFound)?;
    cosigned(conn, on, checkpoint).await
}

/// The tiles that a proof needs, where they lie below `tile/`.
#[must_use]
pub fn address(place: Place) -> String {
    format!("log/tile/{place}")
}

#[cfg(test)]
mod tests;
