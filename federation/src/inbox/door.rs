//! What every delivery passes before it is read: size, the headers that the signature covers, host, date and digest, whether
//! its host is spoken to; then the key, and how much its host may send.

use axum::body::{Body, to_bytes};
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use model::people::actor;
use url::Url;

use super::Rejection;
use crate::app::{App, Outing};
use crate::directory::{Failure, Known, MISSED_FOR};
use crate::guard;
use crate::remote;
use crate::signature::{self, Claim, Fault, Received};
use crate::wire::{self, Activity, MAX_BYTES};

/// The body, if it is not too large.
pub(super) async fn bounded(body: Body) -> Result<Vec<u8>, Rejection> {
    match to_bytes(body, MAX_BYTES).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let too_large = cause.is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>());
            Err(if too_large { Rejection::TooLarge } else { Rejection::Malformed("the body broke off".into()) })
        }
    }
}

/// What the signature claims, if all that needs no key is in order.
pub(super) async fn admitted(app: &App, parts: &Parts, body: &[u8]) -> Result<Claim, Rejection> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let headers = with_host(parts);
    let received = Received { method: &parts.method, target, headers: &headers, body: Some(body) };
    let claim = signature::read(received, &app.address, app.now().as_second())?;
    let host = claim.key_id.parse::<Url>().ok().and_then(|id| guard::authority(&id)).ok_or(Fault::Malformed)?;
    if !app.speaks_to(&host).await? {
        return Err(Rejection::Blocked);
    }
    Ok(claim)
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

/// Who signed; none if their own host says that they are no more. Only what a host signed counts against what it may send:
/// its name alone can be written by anybody.
pub(super) async fn signer(app: &App, claim: &Claim, outing: &Outing) -> Result<Option<Known>, Rejection> {
    let known = match app.directory.verify(claim, &app.fetcher, outing.signer(), &outing.budget).await {
        Ok(known) => known,
        Err(Failure::Gone) => return Ok(None),
        // what it brings is not lost because its server is away for a moment
        Err(Failure::Later) => return Err(Rejection::TooMany(MISSED_FOR.unsigned_abs())),
        Err(Failure::Fault(fault)) => return Err(fault.into()),
        Err(Failure::TooMany(wait)) => return Err(Rejection::TooMany(wait)),
    };
    let host = guard::authority(&known.owner.id).ok_or(Fault::Malformed)?;
    app.limit.take(&host).map_err(Rejection::TooMany)?;
    if !remote::is_known(&known.owner) {
        return Err(Rejection::Malformed("an actor without a kind, a name or an inbox".into()));
    }
    not_suspended(app, known.owner.id.as_str()).await?;
    Ok(Some(known))
}

/// Refuses somebody who is suspended here, whoever delivers for them.
pub(super) async fn not_suspended(app: &App, uri: &str) -> Result<(), Rejection> {
    let known = actor::by_uri(&mut app.store.conn().await?, uri).await?;
    if known.is_some_and(|actor| actor.suspended_at.is_some()) { Err(Rejection::Blocked) } else { Ok(()) }
}

/// The activity, bounded and typed.
pub(super) fn read(bytes: &[u8]) -> Result<Activity, Rejection> {
    let activity: Activity = wire::parse(bytes).and_then(wire::typed)?;
    let host =
        guard::authority(&activity.actor).ok_or_else(|| Rejection::Malformed("an actor without a host".into()))?;
    if guard::authority(&activity.id).as_deref() != Some(host.as_str()) {
        return Err(Rejection::Malformed("the id lies on another host than the actor".into()));
    }
    Ok(activity)
}
