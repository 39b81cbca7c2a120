//! Bringing what a lane holds to its host, in order. Leases and dates are the queue's; what an answer means is decided here.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use model::clock::Instant;
use model::error::{Error, Result};
use model::id::Id;
use model::job;
use model::network::delivery::{Delivery, Ended, How, Left, Report, Taken};
use model::network::dialect::Dialect;
use url::Url;

use crate::app::App;
use crate::guard;
use crate::knock::is_not_understood;
use crate::ledger::Ledger;
use crate::parcel::Parcel;
use crate::signature::{self, Payload};
use crate::wire::ACTIVITY_JSON;

/// How many deliveries of one activity are on their way to one host at once: as many connections are kept open.
pub(crate) const CONNECTIONS: usize = 4;
/// How many are signed before the first of them leaves, so that no signature is old when its time comes.
const SIGNED_AT_ONCE: usize = 16;
/// A lane is let go after this time, far before its lease ends: one exchange may still take [`guard::EXCHANGE_TIMEOUT`].
const HELD: Duration = Duration::from_secs(8);
/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);
/// How much of an answer is read, so that the connection can be kept. Octets.
const ANSWER_READ: usize = 64 * 1024;
/// When the records fail.
const AFTER_STORE_FAILURE: Duration = Duration::from_secs(5);

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

/// Goes through a lane, and has each delivery recorded as it ends, at last that the lane is let go. The next activity leaves
/// only once what became of the one before is recorded: whatever happens to this process, no more than that one is said twice.
pub async fn carry(app: &App, taken: Taken, ledger: &Ledger) {
    let mut round = Round { app, taken: &taken, ledger, ended: Vec::new(), troubles: Vec::new(), worked: false };
    let how = match round.go().await {
        Ok(how) => how,
        Err(error) => {
            tracing::error!(host = taken.lane.host, %error, "a lane cannot be gone through");
            How::Rests(Some(app.now().plus(AFTER_STORE_FAILURE)))
        }
    };
    let Round { mut ended, troubles, .. } = round;
    let (host, lease) = (taken.lane.host.clone(), taken.lease);
    ended.push(Report::Left(Left { host, lease, how, troubles }));
    ledger.record(ended).await;
}

/// One hold of a lane.
struct Round<'a> {
    app: &'a App,
    taken: &'a Taken,
    ledger: &'a Ledger,
    /// What ended and is not recorded yet.
    ended: Vec<Report>,
    troubles: Vec<String>,
    worked: bool,
}

/// A delivery ready to leave.
struct Letter {
    url: Url,
    headers: HeaderMap,
}

/// Why a lane is not gone through to its end.
struct Failure {
    why: String,
    wait: Option<Duration>,
    tried: Vec<Id<Delivery>>,
}

impl Round<'_> {
    async fn go(&mut self) -> Result<How> {
        let began = self.app.now();
        let deliveries = &self.taken.deliveries;
        if !self.app.speaks_to(&self.taken.lane.host).await? {
            deliveries.iter().for_each(|delivery| self.ends(delivery, None, Some("is not spoken to".into())));
            return Ok(How::Rests(None));
        }
        let parcels = self.app.parcels(deliveries.iter().map(|one| one.activity_id)).await?;
        for of_one in deliveries.chunk_by(|a, b| a.activity_id == b.activity_id) {
            let Some(parcel) = parcels.get(&of_one[0].activity_id) else {
                of_one.iter().for_each(|delivery| self.ends(delivery, None, Some("was withdrawn".into())));
                continue;
            };
            for some in of_one.chunks(SIGNED_AT_ONCE) {
                if self.app.now().since(began) > HELD {
                    return Ok(self.well());
                }
                if !self.ended.is_empty() {
                    self.ledger.record(std::mem::take(&mut self.ended)).await;
                }
                if let Some(failure) = self.send(some, parcel).await {
                    return Ok(self.fails(failure));
                }
            }
        }
        Ok(self.well())
    }

    /// Sends an activity to some inboxes of the host.
    async fn send(&mut self, some: &[Delivery], parcel: &Arc<Parcel>) -> Option<Failure> {
        let letters = match sealed(self.app, &self.taken.lane.host, some, parcel).await {
            Ok(letters) => letters,
            Err(error) => return Some(Failure { why: error.to_string(), wait: None, tried: Vec::new() }),
        };
        let attempts: Vec<_> =
            letters.into_iter().enumerate().map(|(at, letter)| attempt(self.app, parcel, at, letter)).collect();
        let mut sending = stream::iter(attempts).buffer_unordered(CONNECTIONS);
        let mut failure: Option<Failure> = None;
        while let Some((at, attempt)) = sending.next().await {
            let delivery = &some[at];
            match attempt {
                Attempt::Done => self.ends(delivery, Some(parcel), None),
                Attempt::Never(why) => self.ends(delivery, Some(parcel), Some(why)),
                Attempt::Later(why, wait) => {
                    let failure = failure.get_or_insert(Failure { why, wait: None, tried: Vec::new() });
                    failure.wait = failure.wait.max(wait);
                    failure.tried.push(delivery.id);
                }
            }
        }
        failure
    }

    /// A delivery is done with; without a parcel the host was not asked.
    fn ends(&mut self, delivery: &Delivery, parcel: Option<&Arc<Parcel>>, refused: Option<String>) {
        self.worked |= parcel.is_some();
        count(if refused.is_none() { "done" } else { "never" });
        if let Some(why) = &refused {
            tracing::info!(host = delivery.host, why, "a delivery is refused");
            self.troubles.push(why.clone());
        }
        let object = parcel.and_then(|parcel| parcel.object.clone());
        let (host, inbox) = (delivery.host.clone(), delivery.inbox.clone());
        self.ended.push(Report::Ended(Ended { delivery: delivery.id, host, inbox, object, refused }));
    }

    fn well(&self) -> How {
        if self.worked { How::Works } else { How::Rests(None) }
    }

    fn fails(&self, failure: Failure) -> How {
        let Failure { why, wait, tried } = failure;
        count("later");
        tracing::info!(host = self.taken.lane.host, why, "a delivery failed");
        let attempts = if self.worked { 0 } else { u32::try_from(self.taken.lane.attempts).unwrap_or(0) };
        let again = again(self.app.now(), self.app.settings.retry_first, attempts, job::chance(), wait);
        How::Fails { why, again, tried, after_success: self.worked }
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("palabre_deliveries_total", "outcome" => outcome).increment(1);
}

/// When to try again: after the back-off, and not before the server wants to be asked.
fn again(now: Instant, first: Duration, attempts: u32, chance: f64, wait: Option<Duration>) -> Instant {
    let next = job::back_off(now, first, attempts, chance);
    wait.map_or(next, |wait| next.max(now.plus(wait)))
}

/// A letter, or why there can be none.
type Sealed = std::result::Result<Letter, String>;

/// Signs a letter for each inbox in the dialect that the host understands.
async fn sealed(app: &App, host: &String, some: &[Delivery], parcel: &Arc<Parcel>) -> Result<Vec<Sealed>> {
    let dialect = app.knocker.dialect(host).await.map_err(Error::store)?;
    let inboxes = some.iter().map(|delivery| delivery.inbox.clone()).collect();
    Ok(seal_all(app, dialect, inboxes, parcel).await)
}

/// Signs on a thread for such work: a signature takes a quarter of a millisecond.
async fn seal_all(app: &App, dialect: Dialect, inboxes: Vec<String>, parcel: &Arc<Parcel>) -> Vec<Sealed> {
    let (parcel, guard, now, count) = (parcel.clone(), app.guard.clone(), app.now().as_second(), inboxes.len());
    let work = move || inboxes.iter().map(|inbox| seal(inbox, dialect, &parcel, &guard, now)).collect::<Vec<_>>();
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| (0..count).map(|_| Err(error.to_string())).collect())
}

fn seal(inbox: &str, dialect: Dialect, parcel: &Parcel, guard: &guard::Guard, now: i64) -> Sealed {
    let url: Url = inbox.parse().map_err(|_| format!("{inbox} is no address"))?;
    guard.admit(&url).map_err(|refused| refused.to_string())?;
    let payload = Payload { media_type: ACTIVITY_JSON, sha256: parcel.digest.as_str().into() };
    let signed = signature::sign(dialect, "POST", &url, Some(&payload), &parcel.key, now);
    let mut headers = HeaderMap::new();
    for (name, value) in signed.map_err(|_| "the delivery could not be signed".to_owned())? {
        let value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(Letter { url, headers })
}

async fn attempt(app: &App, parcel: &Arc<Parcel>, at: usize, letter: Sealed) -> (usize, Attempt) {
    let letter = match letter {
        Ok(letter) => letter,
        Err(why) => return (at, Attempt::Never(why)),
    };
    let url = letter.url.clone();
    let answer = match post(app, parcel, letter).await {
        Ok(answer) if is_not_understood(answer.status) => knock_again(app, parcel, &url, answer).await,
        answer => answer,
    };
    (at, answer.map_or_else(|why| Attempt::Later(why, None), |answer| judge(answer.status, answer.wait)))
}

/// What a server answered.
struct Answer {
    status: StatusCode,
    wait: Option<Duration>,
}

/// Tries the other dialect once; what a server understands is remembered.
async fn knock_again(app: &App, parcel: &Arc<Parcel>, url: &Url, first: Answer) -> std::result::Result<Answer, String> {
    let host = guard::authority(url).unwrap_or_default();
    let said = |error: crate::fetch::Error| error.to_string();
    let other = app.knocker.dialect(&host).await.map_err(said)?.other();
    let Some(Ok(letter)) = seal_all(app, other, vec![url.to_string()], parcel).await.pop() else { return Ok(first) };
    let second = post(app, parcel, letter).await?;
    if is_not_understood(second.status) {
        return Ok(first);
    }
    if second.status.is_success() {
        app.knocker.learn(host, other).await.map_err(said)?;
    }
    Ok(second)
}

async fn post(app: &App, parcel: &Parcel, letter: Letter) -> std::result::Result<Answer, String> {
    let request = app.knocker.client().post(letter.url).headers(letter.headers).body(parcel.body.clone());
    let mut response = request.send().await.map_err(|error| said(&error.without_url()))?;
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut read = 0;
    // A connection is kept only if its answer was read; one without end is not.
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > ANSWER_READ {
            break;
        }
    }
    Ok(Answer { status: response.status(), wait: wait.map(Duration::from_secs) })
}

/// The last cause says most.
fn said(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_timeout() { "does not answer in time".to_owned() } else { cause.to_string() }
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

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(30);

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
    fn a_failed_delivery_backs_off_up_to_a_day_and_the_server_is_heard() {
        let start = Instant::from_microsecond(0);
        let next = |attempts, wait| again(start, FIRST, attempts, 0.0, wait).as_second();
        assert_eq!((next(0, None), next(3, None), next(30, None)), (30, 240, 24 * 3600));
        assert_eq!(next(0, Some(Duration::from_secs(600))), 600);
        assert_eq!(next(3, Some(Duration::from_secs(1))), 240, "asked again too soon it would fail again");
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
