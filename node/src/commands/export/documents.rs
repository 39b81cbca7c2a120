//! `palabre export --format activitystreams`: what other servers fetch of a consultation, one document after the other.

use std::io::Write;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::ACCEPT;
use http::{Request, StatusCode};
use model::debate::comment::{self, State};
use serde_json::json;
use tower::ServiceExt as _;

use super::Source;
use crate::config::Config;
use crate::machines::{Machines, Network};

/// Comments read at once.
const PAGE: i64 = 200;
/// No document of ours is larger. Octets.
const LARGEST: usize = 8 * 1024 * 1024;

/// Writes an `OrderedCollection`: the debate, the ballot where there is one, the comments in order.
pub async fn write(source: &Source, config: &Config, to: &mut dyn Write) -> anyhow::Result<()> {
    let mut config = config.clone();
    // Who runs the command is no server that signs.
    (config.federation.enabled, config.federation.secure_mode) = (true, false);
    let network = Network::read(&config)?;
    let machines = Machines::open(&source.store, &source.clock, &network, source.here.clone(), true)?;
    let documents = machines.documents;
    let slug = &source.on.slug;
    let Some(page) = fetch(&documents, &format!("/c/{slug}")).await? else {
        bail!("{slug} is not published to other servers: nothing of it has such a form");
    };
    let head = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": source.here.context(slug),
        "type": "OrderedCollection",
    });
    let head = head.to_string();
    write!(to, "{},\"orderedItems\":[{page}", head.trim_end_matches('}'))?;
    let mut count = 1;
    if let Some(question) = fetch(&documents, &format!("/c/{slug}/ballot")).await? {
        write!(to, ",{question}")?;
        count += 1;
    }
    count += comments(source, &documents, to).await?;
    writeln!(to, "],\"totalItems\":{count}}}")?;
    Ok(to.flush()?)
}

async fn comments(source: &Source, documents: &Router, to: &mut dyn Write) -> anyhow::Result<usize> {
    let (mut after, mut count) = (None, 0);
    loop {
        let rows = comment::list(&mut source.store.conn().await?, source.on.id, after, PAGE).await?;
        for (comment, _) in rows.iter().filter(|(comment, _)| comment.state == State::Visible) {
            let path = format!("/c/{}/comments/{}", source.on.slug, comment.id);
            if let Some(note) = fetch(documents, &path).await? {
                write!(to, ",{note}")?;
                count += 1;
            }
        }
        let Some((last, _)) = rows.last() else { return Ok(count) };
        after = Some((last.published_at, last.id));
    }
}

/// The document at `path`, as another server gets it; `None` where there is none.
async fn fetch(documents: &Router, path: &str) -> anyhow::Result<Option<String>> {
    let request = Request::get(path).header(ACCEPT, "application/activity+json").body(Body::empty())?;
    let Ok(response) = documents.clone().oneshot(request).await;
    match response.status() {
        StatusCode::OK => {}
        // A comment from elsewhere has its document there.
        StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
        status if status.is_redirection() => return Ok(None),
        status => bail!("{path}: {status}"),
    }
    let body = to_bytes(response.into_body(), LARGEST).await.with_context(|| path.to_owned())?;
    Ok(Some(String::from_utf8(body.into()).context("a document that is not UTF-8")?))
}
