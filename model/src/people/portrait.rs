//! Pictures of people of other servers: fetched once by this node, made small and written anew, so that who reads here is not
//! seen there.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::actor::Actor;
use crate::clock::Instant;
use crate::data::media::{self, File, Format};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::network::peer;
use crate::store::schema::{actors, portraits};
use crate::store::{Conn, Tx, on};

/// The longest address of a picture, in octets.
const SOURCE_LONGEST: usize = 2_048;

#[derive(Insertable)]
#[diesel(table_name = portraits)]
struct Asked<'a> {
    actor_id: Id<Actor>,
    source: &'a str,
    asked_at: Instant,
}

/// Notes where the server of a remote actor shows its picture, and has it fetched if that is new. `None`: it shows none any
/// more. Of whom nothing is shown here (voters), no picture is asked for.
///
/// # Errors
/// When the database fails.
pub async fn ask(tx: &mut Tx, now: Instant, actor: Id<Actor>, source: Option<&str>) -> Result<()> {
    let known = source_of(tx, actor).await?;
    let source = source.filter(|source| source.len() <= SOURCE_LONGEST);
    let Some(source) = source else {
        return if known.is_some() { forget(tx, actor).await } else { Ok(()) };
    };
    if known.as_deref() == Some(source) {
        return Ok(());
    }
    forget(tx, actor).await?;
    let row = Asked { actor_id: actor, source, asked_at: now };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(portraits::table).values(&row).execute(c).await)?;
    job::enqueue(tx, now, Job::Portrait { actor }, When::Now).await
}

/// Whether a picture of that actor was asked for before.
///
/// # Errors
/// When the database fails.
pub async fn is_known(conn: &mut Conn, actor: Id<Actor>) -> Result<bool> {
    Ok(source_of(conn, actor).await?.is_some())
}

async fn source_of(conn: &mut Conn, actor: Id<Actor>) -> Result<Option<String>> {
    Ok(on!(conn, |c| portraits::table.find(actor).select(portraits::source).first(c).await.optional())?)
}

/// Where the picture of an actor is to be fetched.
///
/// # Errors
/// [`Error::NotFound`] when it is not wanted any more, is there already, or pictures of that server are left out.
pub async fn wanted(conn: &mut Conn, actor: Id<Actor>) -> Result<String> {
    let (source, host): (String, Option<String>) = on!(conn, |c| portraits::table
        .inner_join(actors::table)
        .filter(portraits::actor_id.eq(actor).and(portraits::hash.is_null()))
        .select((portraits::source, actors::host))
        .first(c)
        .await)?;
    if is_left_out(conn, host.as_deref()).await? { Err(Error::NotFound) } else { Ok(source) }
}

async fn is_left_out(conn: &mut Conn, host: Option<&str>) -> Result<bool> {
    match host {
        Some(host) => Ok(peer::treatment(conn, host).await?.reject_media),
        None => Ok(false),
    }
}

/// Keeps the picture that was found at `source`; nothing if another is wanted meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, actor: Id<Actor>, source: &str, file: &File) -> Result<()> {
    let conn: &mut Conn = tx;
    let it = portraits::table.find(actor).filter(portraits::source.eq(source));
    on!(conn, |c| diesel::update(it)
        .set((
            portraits::hash.eq(Some(&file.hash)),
            portraits::format.eq(Some(file.format.as_str())),
            portraits::octets.eq(Some(&file.octets)),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Forgets the picture of an actor.
pub(crate) async fn forget(tx: &mut Tx, actor: Id<Actor>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(portraits::table.find(actor)).execute(c).await)?;
    Ok(())
}

/// The names of the pictures of these actors, as [`serve`] knows them; none of those suspended or gone, or of a server whose
/// pictures are left out.
///
/// # Errors
/// When the database fails.
pub async fn names(conn: &mut Conn, of: &[Id<Actor>]) -> Result<HashMap<Id<Actor>, String>> {
    type Found = (Id<Actor>, Option<String>, Option<String>, Option<String>);
    let found: Vec<Found> = on!(conn, |c| portraits::table
        .inner_join(actors::table)
        .filter(portraits::actor_id.eq_any(of).and(portraits::hash.is_not_null()))
        .filter(actors::suspended_at.is_null().and(actors::deleted_at.is_null()))
        .select((portraits::actor_id, portraits::hash, portraits::format, actors::host))
        .load(c)
        .await)?;
    let mut hosts: Vec<&str> = found.iter().filter_map(|(_, _, _, host)| host.as_deref()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let treated: HashMap<&str, _> = peer::treatments(conn, &hosts).await?.into_iter().collect();
    let left_out = |host: &str| treated.get(host).is_some_and(|treatment| treatment.reject_media);
    let named = |(actor, hash, format, host): &Found| {
        let name = media::name(hash.as_deref()?, format.as_deref()?.parse().ok()?);
        (!host.as_deref().is_some_and(left_out)).then_some((*actor, name))
    };
    Ok(found.iter().filter_map(named).collect())
}

/// The picture of that name.
///
/// # Errors
/// [`Error::NotFound`], also where it is of somebody suspended or gone, or of a server whose pictures are left out.
pub async fn serve(conn: &mut Conn, name: &str) -> Result<(Format, Vec<u8>)> {
    let (hash, extension) = name.split_once('.').ok_or(Error::NotFound)?;
    let found: (Option<String>, Option<Vec<u8>>, Option<String>) = on!(conn, |c| portraits::table
        .inner_join(actors::table)
        .filter(portraits::hash.eq(hash))
        .filter(actors::suspended_at.is_null().and(actors::deleted_at.is_null()))
        .select((portraits::format, portraits::octets, actors::host))
        .first(c)
        .await)?;
    let (format, octets, host) = found;
    if is_left_out(conn, host.as_deref()).await? {
        return Err(Error::NotFound);
    }
    let format: Format = format.and_then(|word| word.parse().ok()).ok_or(Error::NotFound)?;
    let octets = octets.filter(|_| format.extension() == extension).ok_or(Error::NotFound)?;
    Ok((format, octets))
}
