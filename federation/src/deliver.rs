//! Sending one activity to one inbox. Lanes, leases and dates are the queue's; what an answer means is decided here.

use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;
use model::clock::Instant;
use model::id::Id;
use model::job::{self, Claim, Outcome};
use model::network::activity::{self, Activity};
use model::network::peer::{self, Policy};
use model::people::actor;
use url::Url;

use crate::app::App;
use crate::fetch;
use crate::guard;
use crate::knock::Knock;
use crate::signature::{Payload, PrivateKey};
use crate::wire::ACTIVITY_JSON;

/// After this time a delivery is given up.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// What came of one attempt.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    /// Accepted.
    Done,
    /// Not now; after this time if the server says so.
    Later(String, Option<Duration>),
    /// Never.
    Never(String),
}

/// Delivers an activity, signed afresh.
pub(crate) async fn deliver(
    app: &App,
    claim: &Claim,
    activity: Id<Activity>,
    inbox: &str,
) -> model::error::Result<Outcome> {
    let Some((url, host)) = inbox.parse::<Url>().ok().and_then(|url| guard::authority(&url).map(|host| (url, host)))
    else {
        return Ok(Outcome::Never(format!("{inbox} is no address")));
    };
    if !app.speaks_to(&host).await? {
        return Ok(Outcome::Never(format!("{host} is not spoken to")));
    }
    let mut conn = app.store.conn().await?;
    let parcel = activity::by_id(&mut conn, activity).await?;
    let signer = actor::by_id(&mut conn, parcel.actor_id).await?;
    drop(conn);
    let key = app.key_of(&signer).await?;
    let attempt = match app.guard.admit(&url) {
        Err(refused) => Attempt::Never(refused.to_string()),
        Ok(()) => send(app, &url, &parcel, &key).await,
    };
    note(app, &host, &attempt).await?;
    Ok(outcome(app.now(), app.settings.retry_first, claim.attempts, claim.created_at, job::chance(), attempt))
}

async fn send(app: &App, url: &Url, parcel: &Activity, key: &PrivateKey) -> Attempt {
    let payload = Payload { media_type: ACTIVITY_JSON, sha256: parcel.digest.as_str().into() };
    let body = parcel.body.clone().into();
    let knock = Knock { url, key, now: app.now().as_second(), accept: None, payload: Some((payload, body)) };
    match app.knocker.knock(&knock).await {
        Ok(response) => {
            let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            judge(response.status(), wait.map(Duration::from_secs))
        }
        Err(fetch::Error::Unsigned) => Attempt::Never("the delivery could not be signed".into()),
        Err(fetch::Error::Network(_, error)) => Attempt::Later(error.to_string(), None),
        Err(error) => Attempt::Later(error.to_string(), None),
    }
}

/// What an answer means: 2xx done, 4xx but 408 and 429 final, the rest later. A redirect is no delivery.
fn judge(status: StatusCode, wait: Option<Duration>) -> Attempt {
    let said = format!("answered {}", status.as_u16());
    match status {
        status if status.is_success() => Attempt::Done,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            Attempt::Later(said, wait.map(|wait| wait.min(LONGEST_WAIT)))
        }
        status if status.is_client_error() => Attempt::Never(said),
        _ => Attempt::Later(said, wait.map(|wait| wait.min(LONGEST_WAIT))),
    }
}

/// When to try again, if at all.
fn outcome(now: Instant, first: Duration, attempts: u32, since: Instant, chance: f64, attempt: Attempt) -> Outcome {
    match attempt {
        Attempt::Done => Outcome::Done,
        Attempt::Never(why) => Outcome::Never(why),
        Attempt::Later(why, _) if now.since(since) > GIVEN_UP_AFTER => Outcome::Never(format!("given up: {why}")),
        Attempt::Later(why, wait) => {
            let next = job::back_off(now, first, attempts, chance);
            Outcome::Later(wait.map_or(next, |wait| next.max(now.plus(wait))), why)
        }
    }
}

async fn note(app: &App, host: &str, attempt: &Attempt) -> model::error::Result<()> {
    let failure = match attempt {
        Attempt::Done => None,
        Attempt::Later(why, _) | Attempt::Never(why) => Some(why.as_str()),
    };
    let label = match attempt {
        Attempt::Done => "done",
        Attempt::Later(..) => "later",
        Attempt::Never(_) => "never",
    };
    metrics::counter!("palabre_deliveries_total", "outcome" => label).increment(1);
    if let Some(why) = failure {
        tracing::info!(host, why, label, "a delivery failed");
    }
    let mut tx = app.store.begin().await?;
    peer::note(&mut tx, app.now(), host, failure).await?;
    tx.commit().await
}

impl App {
    /// Whether anything is sent to or taken from `host`.
    pub(crate) async fn speaks_to(&self, host: &str) -> model::error::Result<bool> {
        let known = peer::by_host(&mut self.store.conn().await?, host).await?.map(|peer| peer.policy);
        Ok(match known {
            Some(Policy::Block) => false,
            Some(Policy::Allow | Policy::Partner) => true,
            Some(Policy::Silence) | None => !self.settings.allowlist,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(30);

    fn at(second: i64) -> Instant {
        Instant::from_microsecond(second * 1_000_000)
    }

    #[test]
    fn a_success_is_done_a_refusal_is_final_and_the_rest_is_tried_again() {
        let judged = |status: u16| judge(StatusCode::from_u16(status).expect("a status"), None);
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status), Attempt::Done, "{status}");
        }
        for status in [400, 401, 403, 404, 405, 410, 413, 418] {
            assert!(matches!(judged(status), Attempt::Never(_)), "{status}");
        }
        for status in [301, 302, 307, 408, 429, 500, 502, 503, 504] {
            assert!(matches!(judged(status), Attempt::Later(..)), "{status}");
        }
    }

    #[test]
    fn a_failed_delivery_backs_off_and_is_given_up_after_a_week() {
        let next = |attempts, now, wait| {
            let attempt = Attempt::Later("down".into(), wait);
            match outcome(at(now), FIRST, attempts, at(0), 0.0, attempt) {
                Outcome::Later(at, _) => Some(at.as_second() - now),
                Outcome::Never(_) => None,
                Outcome::Done => panic!("not done"),
            }
        };
        assert_eq!(next(0, 0, None), Some(30));
        assert_eq!(next(3, 0, None), Some(240));
        assert_eq!(next(30, 0, None), Some(24 * 3600));
        assert_eq!(next(0, 0, Some(Duration::from_secs(600))), Some(600), "the server is heard");
        assert!(next(30, 7 * 24 * 3600, None).is_some());
        assert_eq!(next(30, 7 * 24 * 3600 + 1, None), None);
    }

    #[test]
    fn a_server_cannot_put_us_off_for_ever() {
        let far = Some(Duration::from_secs(10 * 365 * 24 * 3600));
        assert_eq!(
            judge(StatusCode::SERVICE_UNAVAILABLE, far),
            Attempt::Later("answered 503".into(), Some(LONGEST_WAIT))
        );
    }
}
