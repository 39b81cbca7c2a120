//! What somebody of this node deleted, and which servers have said that they erased it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Erasure, copy, onward};
use crate::address::Address;
use crate::clock::Instant;
use crate::debate::comment::{Comment, State};
use crate::debate::consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::network::envoy::note::{Note, Shown};
use crate::network::mirror;
use crate::people::account::Account;
use crate::store::schema::{comments, consultations, home_notes};
use crate::store::{Conn, on};

/// What a server said, or has not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The server.
    pub host: String,
    /// The server that passed it on there, by whose word this is known.
    pub via: Option<String>,
    /// What became of the wish.
    pub erasure: Erasure,
}

/// A comment that its author deleted, with the servers that had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The host of the consultation that it stood in; none: this node.
    pub host: Option<String>,
    /// The slug of that consultation.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its language (BCP 47).
    pub language: Option<String>,
    /// When it was deleted.
    pub at: Instant,
    /// What the servers said, by name.
    pub outcomes: Vec<Outcome>,
}

/// The latest `limit` comments that somebody deleted here and as many elsewhere, of which other servers had copies, the latest
/// first; none in forums that the author no longer sees.
///
/// # Errors
/// When the database fails.
pub async fn of_author(conn: &mut Conn, here: &Address, author: &Account, limit: i64) -> Result<Vec<Deleted>> {
    let mut all = said_here(conn, here, author, limit).await?;
    all.extend(said_elsewhere(conn, here, author, limit).await?);
    all.sort_by_key(|it| std::cmp::Reverse(it.at));
    Ok(all)
}

async fn said_here(conn: &mut Conn, here: &Address, author: &Account, limit: i64) -> Result<Vec<Deleted>> {
    let rows: Vec<(Id<Comment>, String, Option<Instant>, Instant)> = on!(conn, |c| comments::table
        .inner_join(consultations::table)
        .filter(comments::actor_id.eq(author.actor_id).and(comments::state.eq(State::Deleted)))
        .order((comments::updated_at.desc(), comments::id.desc()))
        .limit(limit)
        .select((comments::id, consultations::slug, comments::updated_at, comments::published_at))
        .load(c)
        .await)?;
    let mut all = Vec::new();
    for (id, slug, at, published_at) in rows {
        let outcomes = outcomes(conn, &here.comment(&slug, id)).await?;
        if outcomes.is_empty() {
            continue;
        }
        let on = match consultation::view(conn, &slug, Some(author)).await {
            Ok(view) => view.consultation,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let at = at.unwrap_or(published_at);
        all.push(Deleted { host: None, slug, title: on.title, language: Some(on.language), at, outcomes });
    }
    Ok(all)
}

async fn said_elsewhere(conn: &mut Conn, here: &Address, author: &Account, limit: i64) -> Result<Vec<Deleted>> {
    let notes: Vec<Note> = on!(conn, |c| home_notes::table
        .filter(home_notes::actor_id.eq(author.actor_id).and(home_notes::state.eq(Shown::Deleted)))
        .order(home_notes::id.desc())
        .limit(limit)
        .select(Note::as_select())
        .load(c)
        .await)?;
    let mut all = Vec::new();
    for note in notes {
        // a consultation that is gone at its origin has taken its comments along
        let Some(page) = mirror::by_uri(conn, &note.page).await? else { continue };
        let Some(slug) = page.slug else { continue };
        let uri = here.note(&note.host, &slug, note.id);
        let outcomes = outcomes(conn, &uri).await?;
        if outcomes.is_empty() {
            continue;
        }
        let copy = mirror::any_by_uri(conn, &uri).await?.map(|copy| copy.id);
        let ended = mirror::ends(conn, copy.as_slice()).await?.into_iter().next().map(|end| end.at);
        let at = ended.unwrap_or(note.published_at);
        all.push(Deleted { host: Some(note.host), slug, title: page.title, language: page.language, at, outcomes });
    }
    Ok(all)
}

/// What is known of the copies of an object that is to be erased.
async fn outcomes(conn: &mut Conn, object: &str) -> Result<Vec<Outcome>> {
    let direct = copy::of(conn, object).await?.into_iter();
    let mut all: Vec<Outcome> =
        direct.filter_map(|it| Some(Outcome { host: it.host, via: None, erasure: it.erasure? })).collect();
    let further = onward(conn, object).await?.into_iter();
    all.extend(further.map(|it| Outcome { host: it.host, via: it.via, erasure: it.erasure }));
    Ok(all)
}
