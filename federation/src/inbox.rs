//! `POST /inbox` and the inbox of each actor: what arrives is bounded, read, verified, and only then handled.
//!
//! Whoever signed is known before any verb sees the activity; a verb does what needs the network first, and then everything
//! else in one transaction that also marks the activity as seen.

mod announce;
mod answer;
mod create;
mod delete;
mod follow;
mod like;
mod undo;
mod update;
mod vote;

pub(crate) use create::fetched_comment;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use model::error::{Error, Refusal};
use model::network::sighting;
use model::people::actor::{self, Actor};
use model::store::Tx;

use crate::app::{App, Outing};
use crate::directory::{Failure, Known};
use crate::guard;
use crate::proof;
use crate::remote;
use crate::signature::{self, Fault, Received};
use crate::wire::{self, Activity, MAX_BYTES, Malformed};

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
    /// Its actor, as fetched; the signature is theirs.
    pub(crate) sender: Known,
    /// What may still be fetched because of it.
    pub(crate) outing: Outing,
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

async fn taken(app: &App, request: Request) -> Result<Taken, Rejection> {
    let (parts, body) = request.into_parts();
    let bytes = bounded(body).await?;
    let value = wire::parse(&bytes)?;
    let activity: Activity = wire::typed(value)?;
    let host =
        guard::authority(&activity.actor).ok_or_else(|| Rejection::Malformed("an actor without a host".into()))?;
    if guard::authority(&activity.id).as_deref() != Some(host.as_str()) {
        return Err(Rejection::Malformed("the id lies on another host than the actor".into()));
    }
    let outing = app.outing().await?;
    let sender = match verify(app, &parts, &bytes, &activity, &host, &outing).await {
        Ok(signer) if signer.owner.id == activity.actor => signer,
        Ok(forwarder) => author(app, &forwarder, &bytes, &activity, &outing).await?,
        Err(Verdict::Gone) => return delete::farewell(app, &activity).await,
        Err(Verdict::Rejected(rejection)) => return Err(rejection),
    };
    let body = String::from_utf8(bytes).map_err(|_| Rejection::Malformed("not UTF-8".into()))?;
    handle(app, Delivery { body, activity, sender, outing }).await
}

async fn bounded(body: Body) -> Result<Vec<u8>, Rejection> {
    match to_bytes(body, MAX_BYTES).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let too_large = cause.is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>());
            Err(if too_large { Rejection::TooLarge } else { Rejection::Malformed("the body broke off".into()) })
        }
    }
}

enum Verdict {
    /// The origin says that the signer is no more.
    Gone,
    Rejected(Rejection),
}

impl<R: Into<Rejection>> From<R> for Verdict {
    fn from(rejection: R) -> Self {
        Self::Rejected(rejection.into())
    }
}

/// The headers, with the host where HTTP/2 has it: in the address.
pub(crate) fn with_host(parts: &Parts) -> HeaderMap {
    let mut headers = parts.headers.clone();
    if let Some(authority) = parts.uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        headers.entry(HOST).or_insert(host);
    }
    headers
}

/// Who sent this activity first, if it proves so itself and was only forwarded by whoever signed.
async fn author(
    app: &App,
    forwarder: &Known,
    body: &[u8],
    activity: &Activity,
    outing: &Outing,
) -> Result<Known, Rejection> {
    let host = guard::authority(&forwarder.owner.id).unwrap_or_default();
    if !app.speaks_to(&host).await? {
        return Err(Rejection::Blocked);
    }
    let author = proof::verify(app, &wire::parse(body)?, outing).await.map_err(|unproven| {
        tracing::debug!(code = unproven.code(), "a forwarded activity does not prove itself");
        Fault::OtherActor
    })?;
    if author.owner.id != activity.actor {
        return Err(Fault::OtherActor.into());
    }
    admitted(app, &author).await?;
    Ok(author)
}

/// Whether an actor may act here.
async fn admitted(app: &App, known: &Known) -> Result<(), Rejection> {
    let stored = actor::by_uri(&mut app.store.conn().await?, known.owner.id.as_str()).await?;
    if stored.is_some_and(|actor| actor.suspended_at.is_some()) { Err(Rejection::Blocked) } else { Ok(()) }
}

/// Who signed this request.
async fn verify(
    app: &App,
    parts: &Parts,
    body: &[u8],
    activity: &Activity,
    host: &str,
    outing: &Outing,
) -> Result<Known, Verdict> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let headers = with_host(parts);
    let received = Received { method: &parts.method, target, headers: &headers, body: Some(body) };
    let claim = signature::read(received, &app.address, app.now().as_second())?;
    app.limit.take(host).map_err(Rejection::TooMany)?;
    if !app.speaks_to(host).await? {
        return Err(Rejection::Blocked.into());
    }
    let known = app.directory.verify(&claim, &app.fetcher, outing.signer(), &outing.budget).await;
    let known = known.map_err(|failure| match failure {
        Failure::Gone
            if activity.object_id().as_ref() == Some(&activity.actor)
                && claim.key_id.starts_with(activity.actor.as_str()) =>
        {
            Verdict::Gone
        }
        Failure::Gone => Fault::UnknownKey.into(),
        Failure::Fault(fault) => fault.into(),
    })?;
    admitted(app, &known).await?;
    Ok(known)
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
        "Announce" => announce::announce(app, &delivery).await,
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
