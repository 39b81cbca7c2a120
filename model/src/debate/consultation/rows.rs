//! Consultations in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Consultation, Draft, State};
use crate::care::setup::slugify;
use crate::clock::Instant;
use crate::count::method::Method;
use crate::data::search;
use crate::debate::forum::Forum;
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::{consultations, tallies};
use crate::store::{Conn, Json, Tx, on};

/// Characters of the random tail of a slug.
const TAIL: usize = 4;

/// A slug from the title with a short tail, so that titles may repeat: `rue-des-halles-7kq2`.
pub(crate) async fn free_slug(conn: &mut Conn, it: &Consultation) -> Result<String> {
    const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let base = slugify(&it.title);
    let base = if base.is_empty() { "c".to_owned() } else { base };
    loop {
        let tail: String = Id::<()>::new(it.created_at)
            .uuid()
            .as_bytes()
            .iter()
            .rev()
            .take(TAIL)
            .map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()]))
            .collect();
        let slug = format!("{base}-{tail}");
        let taken: i64 =
            on!(conn, |c| consultations::table.filter(consultations::slug.eq(&slug)).count().get_result(c).await)?;
        if taken == 0 {
            return Ok(slug);
        }
    }
}

pub(crate) async fn insert(conn: &mut Conn, it: &Consultation) -> Result<()> {
    on!(conn, |c| diesel::insert_into(consultations::table).values(it).execute(c).await)?;
    Ok(())
}

/// Writes what a draft says, once its text is kept.
pub(crate) async fn rewrite(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    draft: &Draft,
    text_version: i32,
) -> Result<Consultation> {
    let edited_at = if on.state == State::Draft { None } else { Some(now) };
    let conn: &mut Conn = tx;
    let words = (
        consultations::title.eq(&draft.title),
        consultations::summary.eq(&draft.summary),
        consultations::brief.eq(Json(draft.brief.clone())),
        consultations::method.eq(Json(draft.method.clone())),
        consultations::electorate.eq(Json(draft.electorate.clone())),
        consultations::results.eq(draft.results),
        consultations::changeable.eq(draft.changeable),
        consultations::ballots.eq(draft.ballots),
        consultations::language.eq(&draft.language),
        consultations::tags.eq(Json(draft.tags.clone())),
    );
    let dates = (
        consultations::text_version.eq(text_version),
        consultations::opens_at.eq(draft.opens_at),
        consultations::closes_at.eq(draft.closes_at),
        consultations::answer_by.eq(draft.answer_by),
        consultations::edited_at.eq(edited_at),
        consultations::version.eq(consultations::version + 1),
    );
    let it = on!(conn, |c| diesel::update(consultations::table.find(on.id))
        .set((words, dates))
        .returning(Consultation::as_returning())
        .get_result(c)
        .await)?;
    search::keep_consultation(tx, &it).await?;
    Ok(it)
}

pub(super) async fn publish(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    state: State,
    method: Method,
) -> Result<Consultation> {
    let opened_at = (state == State::Open).then_some(now);
    let conn: &mut Conn = tx;
    let draft = consultations::table.find(on.id).filter(consultations::state.eq(State::Draft));
    let it = on!(conn, |c| diesel::update(draft)
        .set((
            consultations::state.eq(state),
            consultations::method.eq(Json(method)),
            consultations::published_at.eq(Some(now)),
            consultations::opened_at.eq(opened_at),
            consultations::version.eq(consultations::version + 1),
        ))
        .returning(Consultation::as_returning())
        .get_result(c)
        .await)?;
    search::keep_consultation(tx, &it).await?;
    Ok(it)
}

/// Marks as open what was scheduled. `None` if somebody else did.
pub(crate) async fn open(tx: &mut Tx, now: Instant, id: Id<Consultation>) -> Result<Option<Consultation>> {
    let conn: &mut Conn = tx;
    let it = consultations::table.find(id).filter(consultations::state.eq(State::Scheduled));
    Ok(on!(conn, |c| diesel::update(it)
        .set((
            consultations::state.eq(State::Open),
            consultations::opened_at.eq(Some(now)),
            consultations::version.eq(consultations::version + 1),
        ))
        .returning(Consultation::as_returning())
        .get_result(c)
        .await
        .optional())?)
}

/// Moves the closing date, and that of the answer.
pub(crate) async fn postpone(
    tx: &mut Tx,
    now: Instant,
    id: Id<Consultation>,
    closes_at: Instant,
    answer_by: Option<Instant>,
) -> Result<Consultation> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(consultations::table.find(id))
        .set((consultations::closes_at.eq(Some(closes_at)), consultations::answer_by.eq(answer_by)))
        .execute(c)
        .await)?;
    touch(tx, now, id).await
}

/// Marks what a person has changed since publishing.
pub(crate) async fn touch(tx: &mut Tx, now: Instant, id: Id<Consultation>) -> Result<Consultation> {
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::update(consultations::table.find(id))
        .set((consultations::edited_at.eq(Some(now)), consultations::version.eq(consultations::version + 1)))
        .returning(Consultation::as_returning())
        .get_result(c)
        .await)?)
}

/// Moves what has come to its end on to a later state.
pub(crate) async fn move_on(tx: &mut Tx, id: Id<Consultation>, to: State) -> Result<Consultation> {
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::update(consultations::table.find(id))
        .set((consultations::state.eq(to), consultations::version.eq(consultations::version + 1)))
        .returning(Consultation::as_returning())
        .get_result(c)
        .await)?)
}

/// Ends what is scheduled or open: closed, or cancelled.
pub(super) async fn end(tx: &mut Tx, now: Instant, on: &Consultation, end: State) -> Result<Consultation> {
    let conn: &mut Conn = tx;
    let running = consultations::state.eq_any([State::Scheduled, State::Open]);
    let it = consultations::table.find(on.id).filter(running);
    Ok(on!(conn, |c| diesel::update(it)
        .set((
            consultations::state.eq(end),
            consultations::closed_at.eq(Some(now)),
            consultations::version.eq(consultations::version + 1),
        ))
        .returning(Consultation::as_returning())
        .get_result(c)
        .await)?)
}

pub(super) async fn delete(tx: &mut Tx, id: Id<Consultation>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(consultations::table.find(id)).execute(c).await)?;
    Ok(())
}

/// The first ballot locks method, options and electorate.
pub(crate) async fn lock(tx: &mut Tx, now: Instant, id: Id<Consultation>) -> Result<()> {
    let conn: &mut Conn = tx;
    let it = consultations::table.find(id).filter(consultations::locked_at.is_null());
    on!(conn, |c| diesel::update(it).set(consultations::locked_at.eq(Some(now))).execute(c).await)?;
    Ok(())
}

/// A comment came (+1), went (-1) or changed (0).
pub(crate) async fn count_comment(tx: &mut Tx, id: Id<Consultation>, by: i32) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(consultations::table.find(id))
        .set((
            consultations::comment_count.eq(consultations::comment_count + by),
            consultations::version.eq(consultations::version + 1),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The consultation of that slug, whoever asks: for callers that check what may be seen.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Consultation> {
    Ok(on!(conn, |c| consultations::table
        .filter(consultations::slug.eq(slug))
        .select(Consultation::as_select())
        .first(c)
        .await)?)
}

/// The consultation of that key.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Consultation>) -> Result<Consultation> {
    Ok(on!(conn, |c| consultations::table.find(id).select(Consultation::as_select()).first(c).await)?)
}

/// These consultations, in no order.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(conn: &mut Conn, ids: &[Id<Consultation>]) -> Result<Vec<Consultation>> {
    Ok(on!(conn, |c| consultations::table
        .filter(consultations::id.eq_any(ids))
        .select(Consultation::as_select())
        .load(c)
        .await)?)
}

/// What tells whether a page of this consultation has changed: its version and the size of its tally. One cheap query.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn stamp(conn: &mut Conn, slug: &str) -> Result<(i64, i64)> {
    let (version, size): (i64, Option<i64>) = on!(conn, |c| consultations::table
        .left_join(tallies::table)
        .filter(consultations::slug.eq(slug))
        .select((consultations::version, tallies::size.nullable()))
        .first(c)
        .await)?;
    Ok((version, size.unwrap_or(0)))
}

/// In which order consultations are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Latest published first.
    #[default]
    Newest,
    /// Soonest to close first.
    Closing,
}

/// Which consultations are listed. What a visitor may see is the caller's matter: give the forums that it may.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these forums alone.
    pub forums: Vec<Id<Forum>>,
    /// In these states; all but drafts and archived ones if empty.
    pub states: Vec<State>,
    /// In this order.
    pub sort: Sort,
    /// How many to pass over.
    pub skip: i64,
    /// At most so many.
    pub limit: i64,
}

/// How many consultations of a forum are in each state; none of a state is not named.
///
/// # Errors
/// When the database fails.
pub async fn count_by_state(conn: &mut Conn, forum: Id<Forum>) -> Result<Vec<(State, i64)>> {
    Ok(on!(conn, |c| consultations::table
        .filter(consultations::forum_id.eq(forum))
        .group_by(consultations::state)
        .select((consultations::state, diesel::dsl::count_star()))
        .load(c)
        .await)?)
}

/// Lists consultations.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<Consultation>> {
    let states: Vec<State> = if filter.states.is_empty() {
        vec![State::Scheduled, State::Open, State::Closed, State::Concluded, State::Cancelled]
    } else {
        filter.states.clone()
    };
    let some = consultations::table
        .filter(consultations::forum_id.eq_any(filter.forums.clone()).and(consultations::state.eq_any(states)))
        .offset(filter.skip)
        .limit(filter.limit);
    Ok(match filter.sort {
        Sort::Newest => {
            let order =
                (consultations::published_at.desc(), consultations::created_at.desc(), consultations::id.desc());
            on!(conn, |c| some.order(order).select(Consultation::as_select()).load(c).await)?
        }
        Sort::Closing => on!(conn, |c| some
            .order((consultations::closes_at, consultations::id))
            .select(Consultation::as_select())
            .load(c)
            .await)?,
    })
}
