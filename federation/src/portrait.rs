//! The picture of somebody of another server: fetched under the guard, unsigned, and kept small.

use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use model::data::media::File;
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Claim, Outcome};
use model::people::actor::Actor;
use model::people::portrait;
use url::Url;

use crate::app::App;
use crate::{fetch, guard};

/// How often a server that does not answer is asked for a picture.
const TRIES: u32 = 6;
const PICTURES: &str = "image/webp, image/png, image/jpeg, image/gif";

/// Fetches the picture of `actor`, if it is still wanted. One that is not to be had is none: nobody waits for it.
pub(crate) async fn fetch(app: &App, claim: &Claim, actor: Id<Actor>) -> Result<Outcome> {
    let source = portrait::wanted(&mut app.store.conn().await?, actor).await?;
    let Ok(url) = source.parse::<Url>() else { return Ok(Outcome::Done) };
    let octets = match octets(app, url).await? {
        Ok(octets) => octets,
        Err(error) if error.may_pass() && claim.attempts + 1 < TRIES => {
            let next = job::back_off(app.now(), app.settings.retry_first, claim.attempts, job::chance());
            return Ok(Outcome::Later(next, error.to_string()));
        }
        Err(error) => {
            tracing::info!(source, %error, "a picture is not to be had");
            return Ok(Outcome::Done);
        }
    };
    let read = tokio::task::spawn_blocking(move || File::portrait(&octets)).await.map_err(Error::store)?;
    match read {
        Ok(file) => {
            let mut tx = app.store.begin().await?;
            portrait::keep(&mut tx, actor, &source, &file).await?;
            tx.commit().await?;
        }
        Err(Error::Refused(refusal)) => tracing::info!(source, code = refusal.code(), "a picture is not taken"),
        Err(error) => return Err(error),
    }
    Ok(Outcome::Done)
}

/// What lies there, or where it leads at once; only a picture, only from servers that are spoken to.
async fn octets(app: &App, mut at: Url) -> Result<std::result::Result<Vec<u8>, fetch::Error>> {
    for _ in 0..2 {
        let host = guard::authority(&at).unwrap_or_default();
        if !app.speaks_to(&host).await? {
            return Ok(Err(guard::Refused::Unreachable(host).into()));
        }
        let request =
            http::Request::get(at.as_str()).header(ACCEPT, PICTURES).body(Vec::new()).map_err(Error::store)?;
        let answer = match app.exchange(request).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = header(CONTENT_TYPE);
        match answer.status() {
            status if status.is_redirection() => match at.join(header(LOCATION)) {
                Ok(next) => at = next,
                Err(_) => break,
            },
            http::StatusCode::OK if kind.trim_start().to_ascii_lowercase().starts_with("image/") => {
                return Ok(Ok(answer.into_body()));
            }
            http::StatusCode::OK => return Ok(Err(fetch::Error::ContentType(at, kind.to_owned()))),
            status => return Ok(Err(fetch::Error::Status(at, status.as_u16()))),
        }
    }
    Ok(Err(fetch::Error::Redirects(at)))
}
