//! The life of a consultation: published, brought to its end, put away.

use std::time::Duration;

use super::{Consultation, Draft, Phase, State, held, may_write, rows};
use crate::care::audit;
use crate::care::notice::{self, News};
use crate::clock::Instant;
use crate::count::{check, publication, sequence};
use crate::debate::forum::Forum;
use crate::debate::{attribute, text};
use crate::error::{Check, Refusal, Result};
use crate::job::{self, Job, When};
use crate::people::actor;
use crate::people::role::{Act, Standing};
use crate::store::{Conn, Tx, dialect};

/// Publishes a draft: it opens now, or at its opening time.
///
/// # Errors
/// When `by` may not, [`Refusal::AlreadyPublished`], its dates have passed, or [`Refusal::MinimumDuration`].
pub async fn publish(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    on: &Consultation,
) -> Result<Consultation> {
    may_write(by, forum, on)?;
    let on = &held(tx, on.id).await?;
    if on.state != State::Draft {
        return Err(Refusal::AlreadyPublished.into());
    }
    ready(tx, now, forum, on).await?;
    let opens_later = on.opens_at.filter(|at| *at > now);
    let text = text::version(tx, on.id, on.text_version).await?;
    let method = on.method.0.clone().fixed(&on.language, &text.articles.0);
    let state = if opens_later.is_some() { State::Scheduled } else { State::Open };
    let it = rows::publish(tx, now, on, state, method).await?;
    audit::note(tx, now, by.account.as_ref(), "consultation.publish", &it.slug, Some(it.author_id)).await?;
    if forum.visibility.is_federated() {
        actor::publish(tx, now, it.author_id).await?;
        job::enqueue(tx, now, Job::Publish { forum: forum.id, consultation: it.id }, When::Now).await?;
    }
    if it.state == State::Open {
        notice::announce(tx, now, &it, News::Opened { consultation: it.id }).await?;
    }
    Ok(it)
}

/// Whether a draft has all that publishing asks for.
///
/// # Errors
/// What is missing or wrong, field by field, what the forum asks for included; [`Refusal::MinimumDuration`].
pub async fn ready(conn: &mut Conn, now: Instant, forum: &Forum, on: &Consultation) -> Result<()> {
    let text = text::version(conn, on.id, on.text_version).await?;
    let whole = Draft::of(on, &text.markdown).check(now, Some(&on.method.0));
    let given = attribute::complete(conn, on).await;
    let mut check = Check::default();
    check.note(&whole).note(&given).done()?;
    whole?;
    given?;
    let opens_later = on.opens_at.filter(|at| *at > now);
    on.closes_at.map_or(Ok(()), |closes| long_enough(forum, opens_later.unwrap_or(now), closes))
}

/// Refuses what would be open for less time than the forum promises.
///
/// # Errors
/// [`Refusal::MinimumDuration`].
pub(super) fn long_enough(forum: &Forum, opens: Instant, closes: Instant) -> Result<()> {
    let days = u64::try_from(forum.minimum_days).unwrap_or(0);
    let least = Duration::from_secs(days * 24 * 3600);
    if closes.since(opens) >= least { Ok(()) } else { Err(Refusal::MinimumDuration.into()) }
}

/// Closes before the announced time. The closing date that was announced stays on record at other servers.
///
/// # Errors
/// When `by` may not, [`Refusal::NotPublished`], [`Refusal::AlreadyClosed`], [`Refusal::MinimumDuration`].
pub async fn close(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, on: &Consultation) -> Result<Consultation> {
    by.may(Act::Author, Some(forum))?;
    match on.phase(now) {
        Phase::Draft => return Err(Refusal::NotPublished.into()),
        Phase::Scheduled | Phase::Open => {}
        _ => return Err(Refusal::AlreadyClosed.into()),
    }
    if on.method.0.takes_ballots() {
        let opened = on.opened_at.or(on.opens_at).or(on.published_at).unwrap_or(on.created_at);
        long_enough(forum, opened, now)?;
    }
    let it = finish(tx, now, forum, on, State::Closed).await?;
    audit::note(tx, now, by.account.as_ref(), "consultation.close", &it.slug, Some(it.author_id)).await?;
    Ok(it)
}

/// Brings a consultation to its end, closed or cancelled: drains the count, marks it, has others told.
///
/// # Errors
/// [`Error::NotFound`] if it has come to its end already.
pub(crate) async fn finish(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    end: State,
) -> Result<Consultation> {
    sequence::hold(tx, now, on.id).await?;
    // Waits for ballots that are being cast, so that the last count takes them in.
    dialect::hold_consultation(tx, on.id).await?;
    let it = rows::end(tx, now, on, end).await?;
    sequence::drain(tx, now, on.id, Duration::ZERO).await?;
    publication::settle(tx, now, &it).await?;
    check::at_closing(tx, now, on.id).await?;
    if forum.visibility.is_federated() {
        job::enqueue(tx, now, Job::Tally { consultation: on.id, closing: true }, When::Now).await?;
    }
    Ok(it)
}

/// Puts away what has come to its end: it stays to be read, and nothing of it changes any more.
///
/// # Errors
/// When `by` may not, [`Refusal::NotPublished`], [`Refusal::NotClosed`], [`Refusal::Archived`].
pub async fn archive(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    on: &Consultation,
) -> Result<Consultation> {
    by.may(Act::Author, Some(forum))?;
    match on.phase(now) {
        Phase::Draft => return Err(Refusal::NotPublished.into()),
        Phase::Scheduled | Phase::Open => return Err(Refusal::NotClosed.into()),
        Phase::Archived => return Err(Refusal::Archived.into()),
        Phase::Closed | Phase::Concluded | Phase::Cancelled => {}
    }
    if on.closed_at.is_none() {
        finish(tx, now, forum, on, State::Closed).await?;
    }
    let it = rows::move_on(tx, on.id, State::Archived).await?;
    publication::settle(tx, now, &it).await?;
    audit::note(tx, now, by.account.as_ref(), "consultation.archive", &it.slug, Some(it.author_id)).await?;
    Ok(it)
}
