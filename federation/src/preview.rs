//! A forum of another node, looked at before it is followed: nothing of what it says is kept but its actor.

use model::debate::text;
use model::error::Result;
use model::network::follow;
use model::network::preview::{DEBATES, Headline, Preview};
use model::people::actor::Actor;
use serde_json::Value;
use url::Url;

use crate::app::{App, Outing};
use crate::wire::{self, Object, lenient};
use crate::{guard, remote, resolve};

/// The longest title that is shown, in characters.
const MAX_TITLE: usize = 300;
/// How many entries of an outbox are looked at.
const ENTRIES: usize = 20;

/// What the forum `target` (a handle or an address) says of itself and of its latest debates.
///
/// # Errors
/// As [`crate::resolve`]. Debates that cannot be had are left out.
pub async fn preview(app: &App, target: &str) -> Result<Preview> {
    let forum = resolve::resolve(app, target).await?;
    let outing = app.outing().await?;
    let mut debates = Vec::new();
    for uri in latest(app, &outing, &forum).await {
        debates.extend(headline(app, &outing, &uri).await);
    }
    let mut languages: Vec<String> = debates.iter().filter_map(|it| it.language.clone()).collect();
    languages.sort_unstable();
    languages.dedup();
    Ok(Preview { forum: forum.id, rules: rules(&forum), languages, debates })
}

/// The rules of a node of our kind lie where they lie on every one.
fn rules(forum: &Actor) -> Option<String> {
    let uri: Url = forum.uri.as_deref()?.parse().ok()?;
    follow::is_ours(forum).then(|| uri.join("/rules").ok()).flatten().map(String::from)
}

async fn latest(app: &App, outing: &Outing, forum: &Actor) -> Vec<Url> {
    let Some(host) = &forum.host else { return Vec::new() };
    let outbox = forum.document.as_ref().and_then(|document| lenient::id_of(&document.0["outbox"]));
    let Some(outbox) = outbox.filter(|at| guard::authority(at).as_ref() == Some(host)) else { return Vec::new() };
    let page = match app.fetcher.value(&outbox, outing.signer(), &outing.budget).await {
        Ok(page) => page,
        Err(error) => {
            tracing::info!(%outbox, %error, "the outbox of a forum could not be fetched");
            return Vec::new();
        }
    };
    let entries = page["orderedItems"].as_array().cloned().unwrap_or_default();
    let mut found: Vec<Url> = Vec::new();
    for uri in entries.iter().take(ENTRIES).filter_map(announced) {
        // a consultation's ballot is no debate of its own
        let is_new = !found.contains(&uri) && !uri.path().ends_with("/ballot");
        if is_new && guard::authority(&uri).as_ref() == Some(host) {
            found.push(uri);
        }
    }
    found.truncate(DEBATES);
    found
}

fn announced(entry: &Value) -> Option<Url> {
    match entry["object"].get("object") {
        Some(inner) => lenient::id_of(inner),
        None => lenient::id_of(&entry["object"]),
    }
}

async fn headline(app: &App, outing: &Outing, uri: &Url) -> Option<Headline> {
    let document = app.fetcher.value(uri, outing.signer(), &outing.budget).await.ok()?;
    let object: Object = wire::typed(document).ok()?;
    let title = text::line(&text::plain(object.name.as_deref()?), MAX_TITLE);
    Some(Headline {
        title,
        uri: object.id.to_string(),
        language: object.language().map(str::to_owned),
        published_at: remote::time(object.published.as_deref()),
    })
}
