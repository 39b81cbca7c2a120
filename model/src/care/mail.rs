//! Mails: written in the transaction that causes them, then sent by a job, or kept where no server is set.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::job::{self, Job};
use crate::store::schema::mails;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// Where a mail stands.
    pub enum State {
        /// Waits for its job.
        Waiting = "waiting",
        /// Handed to the mail server.
        Sent = "sent",
        /// Kept here to be read, since no mail server is set.
        Kept = "kept",
    }
}

/// One mail.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails)]
pub struct Mail {
    /// Key.
    pub id: Id<Mail>,
    /// To whom: one address.
    pub recipient: String,
    /// Subject, one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML, where there is one.
    pub html: Option<String>,
    /// Where it stands.
    pub state: State,
    /// When it was written.
    pub created_at: Instant,
    /// When it was handed over.
    pub sent_at: Option<Instant>,
    /// Where its recipient says, in one step, that no more like it are wanted (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// What is to be mailed.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Where its recipient says that no more like it are wanted.
    pub unsubscribe: Option<String>,
}

/// Writes a mail of plain text to `recipient` and enqueues its sending.
///
/// # Errors
/// When the database fails.
pub async fn send(tx: &mut Tx, now: Instant, recipient: &str, subject: &str, body: &str) -> Result<Id<Mail>> {
    let letter = Letter { subject: subject.to_owned(), text: body.to_owned(), ..Letter::default() };
    post(tx, now, recipient, letter).await
}

/// Writes a mail to `recipient` and enqueues its sending.
///
/// # Errors
/// When the database fails.
pub async fn post(tx: &mut Tx, now: Instant, recipient: &str, letter: Letter) -> Result<Id<Mail>> {
    let mail = Mail {
        id: Id::new(now),
        recipient: recipient.to_owned(),
        subject: letter.subject.replace(['\r', '\n'], " "),
        body: letter.text,
        html: letter.html,
        state: State::Waiting,
        created_at: now,
        sent_at: None,
        unsubscribe: letter.unsubscribe,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(mails::table).values(&mail).execute(c).await)?;
    job::enqueue(tx, now, Job::Mail { mail: mail.id }, job::When::Now).await?;
    Ok(mail.id)
}

/// Forgets every mail to an address, sent or not: whoever had it is gone.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(tx: &mut Tx, recipient: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(mails::table.filter(mails::recipient.eq(recipient))).execute(c).await)?;
    Ok(())
}

/// One mail.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Mail>) -> Result<Mail> {
    Ok(on!(conn, |c| mails::table.find(id).select(Mail::as_select()).first(c).await)?)
}

/// Gives a mail of plain text its form as HTML.
///
/// # Errors
/// When the database fails.
pub async fn dress(tx: &mut Tx, id: Id<Mail>, html: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    let bare = mails::table.find(id).filter(mails::html.is_null());
    on!(conn, |c| diesel::update(bare).set(mails::html.eq(Some(html))).execute(c).await)?;
    Ok(())
}

/// Marks it sent or kept.
///
/// # Errors
/// When the database fails.
pub async fn mark(tx: &mut Tx, now: Instant, id: Id<Mail>, state: State) -> Result<()> {
    let sent_at = (state == State::Sent).then_some(now);
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(mails::table.find(id))
        .set((mails::state.eq(state), mails::sent_at.eq(sent_at)))
        .execute(c)
        .await)?;
    Ok(())
}

/// The latest `limit` mails, newest first, to one address or to all.
///
/// # Errors
/// When the database fails.
pub async fn latest(conn: &mut Conn, to: Option<&str>, limit: i64) -> Result<Vec<Mail>> {
    let order = (mails::created_at.desc(), mails::id.desc());
    let some = mails::table.order(order).limit(limit);
    Ok(match to {
        Some(to) => {
            on!(conn, |c| some.filter(mails::recipient.eq(to.to_lowercase())).select(Mail::as_select()).load(c).await)?
        }
        None => on!(conn, |c| some.select(Mail::as_select()).load(c).await)?,
    })
}
