//! `POST /inbox` and the inbox of each actor: what arrives is bounded, read, verified, and only then handled.
//!
//! Whoever signed is known before the body is even read, and whose activity it is before any verb sees it; a verb does what
//! needs the network first, and then everything else in one transaction that also marks the activity as seen.

mod announce;
mod answer;
mod create;
mod delete;
mod door;
mod embedded;
mod flag;
mod follow;
mod forwarded;
mod like;
mod moderate;
mod offer;
pub(crate) mod quote;
mod receipt;
mod relocate;
mod undo;
mod update;
mod vote;

pub(crate) use create::fetched_comment;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use model::error::{Error, Refusal};
use model::network::sighting;
use model::people::actor::Actor;
use model::store::Tx;

use crate::app::{App, Outing};
use crate::remote::{self, Sender};
use crate::signature::{self, Fault};
use crate::wire::{Activity, Malformed};

pub(crate) use door::with_host;
use forwarded::Forwarded;
use moderate::Act;

/// Why an activity is not taken in; each says whether the peer shall try again.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// 400.
    Malformed(String),
    /// 401.
    Unsigned(Fault),
    /// 403.
    Blocked,
    /// 413.
    TooLarge,
    /// 429, and in how many seconds to try again.
    TooMany(u64),
    /// 500: the records failed, and the peer shall try again.
    Store(Error),
}

impl From<Malformed> for Rejection {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.to_string())
    }
}

impl From<Fault> for Rejection {
    fn from(fault: Fault) -> Self {
        Self::Unsigned(fault)
    }
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Unsigned(fault) => fault.code(),
            Self::Blocked => "blocked",
            Self::TooLarge => "too-large",
            Self::TooMany(_) => "too-many-requests",
            Self::Store(_) => "failed",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unsigned(_) => StatusCode::UNAUTHORIZED,
            Self::Blocked => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match &self {
            Self::Store(error) => tracing::error!(%error, "an activity could not be recorded"),
            Self::Malformed(why) => tracing::debug!(why, "an activity is malformed"),
            other => tracing::debug!(code = other.code(), "an activity is refused"),
        }
        let code = self.code();
        metrics::counter!("palabre_inbox_total", "outcome" => code).increment(1);
        let mut response = (self.status(), crate::document::problem(self.status(), code)).into_response();
        match self {
            Self::TooMany(wait) => drop(response.headers_mut().insert(http::header::RETRY_AFTER, wait.into())),
            Self::Unsigned(_) => {
                let wanted = HeaderValue::from_static(signature::WANTED_OF_POST);
                response.headers_mut().insert(signature::ACCEPT_SIGNATURE, wanted);
            }
            _ => {}
        }
        response
    }
}

/// What became of an activity that was taken in: each is answered 202.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Done.
    Handled,
    /// Seen before: nothing changed.
    Again,
    /// Of no meaning here.
    Ignored(&'static str),
    /// The rules say no; kept with the code.
    Refused(&'static str),
}

/// What every verb gets: the activity, whole and read, and who sent it.
pub(crate) struct Delivery {
    /// As it came, byte for byte.
    pub(crate) body: String,
    /// As it is read.
    pub(crate) activity: Activity,
    /// Its actor, as fetched: who signed it, or whose it was found to be.
    pub(crate) sender: Sender,
    /// What may still be fetched because of it.
    pub(crate) outing: Outing,
    /// Whether the bytes are the actor's own, so that they may be passed on.
    pub(crate) whole: bool,
}

/// Takes in one request.
pub(crate) async fn receive(State(app): State<App>, request: Request) -> Response {
    match taken(&app, request).await {
        Ok(taken) => {
            let outcome = match &taken {
                Taken::Handled => "handled",
                Taken::Again => "again",
                Taken::Ignored(code) | Taken::Refused(code) => code,
            };
            tracing::debug!(outcome, "an activity is taken in");
            metrics::counter!("palabre_inbox_total", "outcome" => outcome).increment(1);
            StatusCode::ACCEPTED.into_response()
        }
        Err(rejection) => rejection.into_response(),
    }
}

/// In this order: what costs nothing, then the key, then the reading, and only then what the activity asks for.
async fn taken(app: &App, request: Request) -> Result<Taken, Rejection> {
    let (parts, body) = request.into_parts();
    let bytes = door::bounded(body).await?;
    let claim = door::admitted(app, &parts, &bytes).await?;
    let outing = app.outing().await?;
    let signer = door::signer(app, &claim, &outing).await?;
    let activity = door::read(&bytes)?;
    let Some(signer) = signer else {
        // the key is gone, and its owner with it, if this is what is said
        let own = activity.object_id().as_ref() == Some(&activity.actor);
        let farewell = own && claim.key_id.starts_with(activity.actor.as_str());
        return if farewell { delete::farewell(app, &activity).await } else { Err(Fault::UnknownKey.into()) };
    };
    let body = String::from_utf8(bytes).map_err(|_| Rejection::Malformed("not UTF-8".into()))?;
    if signer.owner.id == activity.actor {
        return handle(app, Delivery { body, activity, sender: signer.into(), outing, whole: true }).await;
    }
    match forwarded::judged(app, body, activity, outing).await? {
        Forwarded::Trusted(delivery) => handle(app, *delivery).await,
        Forwarded::Settled(taken) => Ok(taken),
    }
}

async fn handle(app: &App, delivery: Delivery) -> Result<Taken, Rejection> {
    match delivery.activity.kind.as_str() {
        "Follow" => follow::follow(app, &delivery).await,
        "Accept" => answer::accept(app, &delivery).await,
        "Reject" => answer::reject(app, &delivery).await,
        "Create" => create::create(app, &delivery).await,
        "Update" => update::update(app, &delivery).await,
        "Delete" => delete::delete(app, &delivery).await,
        "Undo" => undo::undo(app, &delivery).await,
        "Like" | "Dislike" => like::like(app, &delivery).await,
        "Offer" => offer::offer(app, &delivery).await,
        "Announce" => announce::announce(app, &delivery).await,
        "Lock" | "Add" | "Remove" | "Block" => moderate::moderate(app, &delivery, Act::done(&delivery.activity)).await,
        "Flag" => flag::flag(app, &delivery).await,
        "Move" => relocate::relocate(app, &delivery).await,
        "QuoteRequest" => quote::quote(app, &delivery).await,
        "PollVote" => vote::poll_vote(app, &delivery).await,
        // agreement is said by a plain Like alone
        "EmojiReact" => Ok(Taken::Ignored("emoji")),
        _ => Ok(Taken::Ignored("unknown-type")),
    }
}

/// A transaction in which an activity is handled once; `None` if it was handled before.
pub(crate) async fn first(app: &App, delivery: &Delivery) -> Result<Option<(Tx, Actor)>, Rejection> {
    let mut tx = app.store.begin().await?;
    if !sighting::first(&mut tx, app.now(), delivery.activity.id.as_str()).await? {
        return Ok(None);
    }
    let sender = remote::remember(&mut tx, app.now(), &delivery.sender).await?;
    Ok(Some((tx, sender)))
}

/// Commits what was done, or keeps the code of the rule that said no: what a refused use case wrote is undone first.
pub(crate) async fn settle<T>(
    app: &App,
    delivery: &Delivery,
    tx: Tx,
    done: model::error::Result<T>,
) -> Result<Taken, Rejection> {
    match done {
        Ok(_) => {
            tx.commit().await?;
            Ok(Taken::Handled)
        }
        Err(Error::Store(error)) => Err(Error::Store(error).into()),
        Err(Error::NotFound) => {
            drop(tx);
            keep_code(app, delivery, "not-found").await
        }
        Err(Error::Refused(refusal)) => {
            drop(tx);
            keep_code(app, delivery, code_of(&refusal)).await
        }
    }
}

/// Marks an activity as seen, with the code it was refused with.
pub(crate) async fn keep_code(app: &App, delivery: &Delivery, code: &'static str) -> Result<Taken, Rejection> {
    let mut tx = app.store.begin().await?;
    let uri = delivery.activity.id.as_str();
    if sighting::first(&mut tx, app.now(), uri).await? {
        sighting::refused(&mut tx, uri, code).await?;
        tx.commit().await?;
    }
    Ok(Taken::Refused(code))
}

/// The stable code of a refusal.
pub(crate) fn code_of(refusal: &Refusal) -> &'static str {
    refusal.code()
}
