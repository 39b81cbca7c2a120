//! What people of this node send to consultations of other nodes: ballots, comments, opinions. The origin alone decides and
//! counts; here is kept what was sent, what was answered, and what has yet to arrive.

pub mod note;
pub mod opinion;

mod progress;
mod rows;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::elsewhere::Elsewhere;
use crate::address::Address;
use crate::clock::Instant;
use crate::count::electorate::{Assurance, list};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Change, Job, When};
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::people::identity;
use crate::people::role::{Act, Standing};
use crate::store::schema::home_ballots;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx};

pub use progress::Progress;
pub use rows::{by_id, confirm, has_taken_part_elsewhere, latest, refute, unproven};

words! {
    /// What an origin has answered.
    pub enum Answer {
        /// Nothing yet.
        None = "none",
        /// It counts, or is withdrawn as was asked.
        Accepted = "accepted",
        /// It does not.
        Refused = "refused",
    }
}

words! {
    /// Where a ballot stands that somebody here sent elsewhere.
    pub enum State {
        /// It waits for its origin, which has not been reached yet.
        Waiting = "waiting",
        /// Its origin has it, and has not answered yet.
        Sent = "sent",
        /// It counts.
        Accepted = "accepted",
        /// It does not.
        Refused = "refused",
    }
}

/// The code of a ballot that could not be handed over.
pub const UNDELIVERED: &str = "not-reachable";

/// A ballot that somebody here sent elsewhere, or its withdrawal.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = home_ballots)]
pub struct Sent {
    /// Key.
    pub id: Id<Sent>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// The `Page` of the consultation.
    pub page: String,
    /// Its host.
    pub host: String,
    /// What was chosen: ids; nothing in a withdrawal.
    pub choice: Json<Vec<String>>,
    /// The ballot that it withdraws.
    pub takes_back: Option<Id<Sent>>,
    /// How this node says that it knows the voter.
    pub assurance: Assurance,
    /// The SHA-256 of the text that stood on the page.
    pub text_hash: Option<String>,
    /// What the origin answered.
    pub answer: Answer,
    /// Why it does not count.
    pub code: Option<String>,
    /// The receipt, as it was given.
    pub receipt: Option<String>,
    /// When the receipt's signature was found to be the origin's.
    pub signed_at: Option<Instant>,
    /// The place of its entry in the origin's log, once the proof of that holds.
    pub entry: Option<i64>,
    /// That proof: the hashes beside the entry's way up to the root, base64.
    pub path: Json<Vec<String>>,
    /// The signed head of the log to whose root they lead.
    pub checkpoint: Option<String>,
    /// What does not hold of the receipt.
    pub fault: Option<String>,
    /// When it was sent.
    pub sent_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
}

/// Something to be told to an origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Errand {
    /// A ballot, or its withdrawal.
    Ballot {
        /// Whose.
        by: Id<Actor>,
        /// Which.
        ballot: Id<Sent>,
    },
    /// A comment.
    Note {
        /// Whose.
        by: Id<Actor>,
        /// Which.
        note: Id<note::Note>,
        /// What happened to it.
        change: Change,
        /// When.
        at: Instant,
    },
    /// An opinion of a comment, or that it is taken back.
    Opinion {
        /// Whose.
        by: Id<Actor>,
        /// The `Page` of the consultation.
        page: String,
        /// The comment.
        object: String,
        /// What is thought of it.
        value: i32,
        /// The id of the activity that says so.
        activity: String,
        /// Whether it is taken back.
        undone: bool,
    },
}

impl Errand {
    /// Whose it is: what one person sends arrives in its order.
    #[must_use]
    pub fn by(&self) -> Id<Actor> {
        match self {
            Self::Ballot { by, .. } | Self::Note { by, .. } | Self::Opinion { by, .. } => *by,
        }
    }
}

async fn send(tx: &mut Tx, now: Instant, errand: Errand) -> Result<()> {
    job::enqueue(tx, now, Job::Errand { errand }, When::Now).await
}

/// How this node knows somebody of its own: by the strongest that it can say.
///
/// # Errors
/// When the database fails.
pub async fn assurance(conn: &mut Conn, account: &Account) -> Result<Assurance> {
    if list::knows(conn, account).await? {
        return Ok(Assurance::List);
    }
    if identity::vouches(conn, account.id, None).await? {
        return Ok(Assurance::Provider);
    }
    let confirmed = account.confirmed_at.is_some() && account.email.is_some();
    Ok(if confirmed { Assurance::Email } else { Assurance::None })
}

/// Sends a ballot, the first or a later one.
///
/// # Errors
/// `not-signed-in` and what else keeps an account from voting; [`Elsewhere::admit`]; `already-voted` where a ballot cannot be
/// changed; `text-changed` if `read` is given and is not the SHA-256 of the text as it stands here.
pub async fn vote(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    on: &Elsewhere,
    chosen: &[String],
    read: Option<&str>,
) -> Result<Sent> {
    by.may(Act::Vote, None)?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let choice = on.admit(now, chosen)?;
    if read.is_some() && read != on.text_hash.as_deref() {
        return Err(Refusal::TextChanged.into());
    }
    let before = latest(tx, account.actor_id, &on.page.uri).await?;
    let stands = before.as_ref().is_some_and(|it| it.takes_back.is_none() && it.answer != Answer::Refused);
    if stands && !on.changeable {
        return Err(Refusal::AlreadyVoted.into());
    }
    if let Some(same) = before.filter(|it| stands && it.choice.0 == choice) {
        return Ok(same);
    }
    let fresh = Sent { choice: Json(choice), ..blank(tx, now, account, on).await? };
    rows::insert(tx, &fresh).await?;
    send(tx, now, Errand::Ballot { by: account.actor_id, ballot: fresh.id }).await?;
    Ok(fresh)
}

/// Withdraws one's ballot.
///
/// # Errors
/// [`Error::NotFound`] where there is none; `already-voted` where a ballot cannot be changed; `closed`.
pub async fn withdraw(tx: &mut Tx, now: Instant, by: &Standing, on: &Elsewhere) -> Result<Sent> {
    by.may(Act::Vote, None)?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let standing = rows::standing(tx, account.actor_id, &on.page.uri).await?.ok_or(Error::NotFound)?;
    on.takes_ballots(now)?;
    if !on.changeable {
        return Err(Refusal::AlreadyVoted.into());
    }
    let fresh = Sent { takes_back: Some(standing.id), ..blank(tx, now, account, on).await? };
    rows::insert(tx, &fresh).await?;
    send(tx, now, Errand::Ballot { by: account.actor_id, ballot: fresh.id }).await?;
    Ok(fresh)
}

async fn blank(conn: &mut Conn, now: Instant, account: &Account, on: &Elsewhere) -> Result<Sent> {
    let before = latest(conn, account.actor_id, &on.page.uri).await?;
    // the origin goes by the time: a later one is later there too
    let after = before.map(|it| Instant::from_microsecond(it.sent_at.as_microsecond() + 1));
    Ok(Sent {
        id: Id::new(now),
        actor_id: account.actor_id,
        page: on.page.uri.clone(),
        host: on.page.host.clone(),
        choice: Json(Vec::new()),
        takes_back: None,
        assurance: assurance(conn, account).await?,
        text_hash: on.text_hash.clone(),
        answer: Answer::None,
        code: None,
        receipt: None,
        signed_at: None,
        entry: None,
        path: Json(Vec::new()),
        checkpoint: None,
        fault: None,
        sent_at: after.map_or(now, |after| after.max(now)),
        answered_at: None,
    })
}

/// What the origin answered to a ballot, and only it: whether it counts, with its receipt, or why not. The same answer again
/// changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when nothing of the kind was sent to that host.
pub async fn answered(
    tx: &mut Tx,
    now: Instant,
    id: Id<Sent>,
    host: &str,
    given: std::result::Result<Option<&Value>, &str>,
) -> Result<()> {
    let it = by_id(tx, id).await?;
    if it.host != host {
        return Err(Error::NotFound);
    }
    if it.answer != Answer::None {
        return Ok(());
    }
    let (answer, receipt, code) = match given {
        Ok(receipt) => (Answer::Accepted, receipt.map(Value::to_string), None),
        Err(code) => (Answer::Refused, None, Some(code.to_owned())),
    };
    let has_receipt = receipt.is_some();
    rows::answer(tx, now, id, answer, receipt, code).await?;
    if has_receipt {
        let verify = Job::Verify { page: it.page };
        job::enqueue(tx, now, verify, When::At(now.plus(super::verified::SETTLES))).await?;
    }
    Ok(())
}

/// A ballot with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standpoint {
    /// The latest that was sent.
    pub sent: Sent,
    /// Where it stands.
    pub state: State,
}

/// Where somebody's ballot on a consultation elsewhere stands; `None` without one, or once it is withdrawn.
///
/// # Errors
/// When the database fails.
pub async fn standpoint(conn: &mut Conn, here: &Address, by: Id<Actor>, on: &Elsewhere) -> Result<Option<Standpoint>> {
    let Some(sent) = latest(conn, by, &on.page.uri).await? else { return Ok(None) };
    if sent.takes_back.is_some() && sent.answer == Answer::Accepted {
        return Ok(None);
    }
    let uri = here.sent(sent.id);
    let object = here.sent_object(sent.id);
    let uri = if sent.takes_back.is_some() { format!("{uri}/undo") } else { uri };
    let state = match sent.answer {
        Answer::Accepted => State::Accepted,
        Answer::Refused => State::Refused,
        Answer::None => match Progress::of(conn, &uri, &object, &sent.host).await? {
            Progress::Waiting => State::Waiting,
            Progress::Handed => State::Sent,
            Progress::Failed => State::Refused,
        },
    };
    let code = sent.code.clone().or_else(|| (state == State::Refused).then(|| UNDELIVERED.to_owned()));
    Ok(Some(Standpoint { sent: Sent { code, ..sent }, state }))
}
