//! Ballots and their events in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Ballot, Event, EventKind, Source};
use crate::clock::Instant;
use crate::count::tally::Viewer;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::store::schema::{actors, ballot_events, ballot_sources, ballots, comments};
use crate::store::{Conn, Json, on};

/// The ballot of `actor`, withdrawn or not.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &mut Conn, consultation: Id<Consultation>, actor: Id<Actor>) -> Result<Option<Ballot>> {
    Ok(on!(conn, |c| ballots::table
        .filter(ballots::consultation_id.eq(consultation).and(ballots::actor_id.eq(actor)))
        .select(Ballot::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The ballot that stands for `actor`, for its own page and call.
///
/// # Errors
/// When the database fails.
pub async fn standing(conn: &mut Conn, consultation: Id<Consultation>, actor: Id<Actor>) -> Result<Option<Ballot>> {
    Ok(find(conn, consultation, actor).await?.filter(|b| !b.withdrawn))
}

/// What whoever is signed in, or nobody, is to the results: a voter, once a ballot of theirs stands.
///
/// # Errors
/// When the database fails.
pub async fn viewer(conn: &mut Conn, on: &Consultation, account: Option<&Account>) -> Result<Viewer> {
    let Some(account) = account else { return Ok(Viewer::Anybody) };
    let standing = standing(conn, on.id, account.actor_id).await?;
    Ok(if standing.is_some() { Viewer::Voter } else { Viewer::Anybody })
}

/// The ballot that this activity brought.
///
/// # Errors
/// When the database fails.
pub async fn by_source(conn: &mut Conn, uri: &str) -> Result<Option<Ballot>> {
    Ok(on!(conn, |c| ballot_sources::table
        .inner_join(ballots::table)
        .filter(ballot_sources::uri.eq(uri))
        .select(Ballot::as_select())
        .first(c)
        .await
        .optional())?)
}

pub(super) async fn insert(conn: &mut Conn, ballot: &Ballot) -> Result<bool> {
    let rows =
        on!(conn, |c| diesel::insert_into(ballots::table).values(ballot).on_conflict_do_nothing().execute(c).await)?;
    Ok(rows == 1)
}

/// Takes a ballot out that was inserted in the same transaction.
pub(super) async fn discard(conn: &mut Conn, id: Id<Ballot>) -> Result<()> {
    on!(conn, |c| diesel::delete(ballots::table.find(id)).execute(c).await)?;
    Ok(())
}

/// Writes the next revision, unless somebody else was faster.
pub(super) async fn update(conn: &mut Conn, ballot: &Ballot) -> Result<bool> {
    let before = ballots::table.find(ballot.id).filter(ballots::revision.eq(ballot.revision - 1));
    let rows = on!(conn, |c| diesel::update(before)
        .set((
            ballots::tier.eq(ballot.tier),
            ballots::choice.eq(&ballot.choice),
            ballots::revision.eq(ballot.revision),
            ballots::text_version.eq(ballot.text_version),
            ballots::withdrawn.eq(ballot.withdrawn),
            ballots::published_at.eq(ballot.published_at),
            ballots::changed_at.eq(ballot.changed_at),
        ))
        .execute(c)
        .await)?;
    Ok(rows == 1)
}

pub(super) async fn record(conn: &mut Conn, now: Instant, ballot: &Ballot, kind: EventKind) -> Result<Id<Event>> {
    let event = ballot.event(now, kind);
    on!(conn, |c| diesel::insert_into(ballot_events::table).values(&event).execute(c).await)?;
    Ok(event.id)
}

pub(super) async fn keep_source(
    conn: &mut Conn,
    now: Instant,
    source: &Source,
    ballot: &Ballot,
    choice: &[String],
) -> Result<()> {
    for uri in std::iter::once(&source.uri).chain(&source.also) {
        let row = (
            ballot_sources::uri.eq(uri),
            ballot_sources::ballot_id.eq(ballot.id),
            ballot_sources::choice.eq(Json(choice.to_vec())),
            ballot_sources::at.eq(now),
            ballot_sources::assurance.eq(source.assurance),
        );
        on!(conn, |c| diesel::insert_into(ballot_sources::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c)
            .await)?;
    }
    Ok(())
}

/// The inboxes of servers from which somebody voted or commented, each once: they hear of the totals.
///
/// # Errors
/// When the database fails.
pub async fn inboxes(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Vec<String>> {
    let voters: Vec<(Option<String>, Option<String>)> = on!(conn, |c| ballots::table
        .inner_join(actors::table)
        .filter(ballots::consultation_id.eq(consultation).and(actors::host.is_not_null()))
        .select((actors::shared_inbox, actors::inbox))
        .distinct()
        .load(c)
        .await)?;
    let writers: Vec<(Option<String>, Option<String>)> = on!(conn, |c| comments::table
        .inner_join(actors::table)
        .filter(comments::consultation_id.eq(consultation).and(actors::host.is_not_null()))
        .select((actors::shared_inbox, actors::inbox))
        .distinct()
        .load(c)
        .await)?;
    let mut all: Vec<String> = voters.into_iter().chain(writers).filter_map(|(shared, own)| shared.or(own)).collect();
    all.sort();
    all.dedup();
    Ok(all)
}
