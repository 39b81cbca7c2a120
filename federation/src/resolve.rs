//! Finding an actor of another server by its handle or address, and making it known here.

use model::error::{Error, Refusal, Result};
use model::people::actor::{self, Actor, Kind, Remote};
use url::Url;

use crate::app::App;
use crate::guard;
use crate::remote;
use crate::webfinger::{self, Handle};
use crate::wire;

/// The actor that `@name@host` or an address names, fetched and kept.
///
/// # Errors
/// [`Refusal::FederationOff`], [`Refusal::PeerBlocked`], [`Refusal::NotReachable`] when nothing is found there, and
/// [`Refusal::NotAForum`] when it is no group.
pub async fn resolve(app: &App, target: &str) -> Result<Actor> {
    if !app.settings.enabled {
        return Err(Refusal::FederationOff.into());
    }
    let document = found(app, target.trim()).await?;
    let actor: wire::Actor = wire::typed(document.clone()).map_err(|_| Refusal::NotAForum)?;
    let remote = remote::describe(&actor, &document).ok_or(Refusal::NotAForum)?;
    if remote.kind != Kind::Group {
        return Err(Refusal::NotAForum.into());
    }
    let mut tx = app.store.begin().await?;
    let actor = actor::remember(&mut tx, app.now(), &remote).await?;
    tx.commit().await?;
    Ok(actor)
}

/// The actor of another node or relay server, by its host or its address, fetched and kept.
///
/// # Errors
/// As [`resolve`], and [`Refusal::NotANode`] when it is no node of a kind that we know.
pub async fn resolve_node(app: &App, target: &str) -> Result<Actor> {
    if !app.settings.enabled {
        return Err(Refusal::FederationOff.into());
    }
    let target = target.trim();
    let named = if target.contains("://") { target.to_owned() } else { app.address.beside(target) };
    let url: Url = named.parse().map_err(|_| Refusal::NotANode)?;
    let document = found(app, url.as_str()).await?;
    let actor: wire::Actor = wire::typed(document.clone()).map_err(|_| Refusal::NotANode)?;
    let remote = remote::describe(&actor, &document).filter(|it| it.kind == Kind::Application);
    let remote = remote.ok_or(Refusal::NotANode)?;
    let mut tx = app.store.begin().await?;
    let actor = actor::remember(&mut tx, app.now(), &remote).await?;
    tx.commit().await?;
    Ok(actor)
}

/// The person of a handle, as their own server describes them: by WebFinger to the actor, and from the actor's own name back.
/// Nothing is kept.
///
/// # Errors
/// As [`crate::intent`] but for the intent; [`Refusal::NotReachable`] also where it is no person.
pub async fn recognise(app: &App, handle: &str) -> Result<Remote> {
    let handle = webfinger::theirs(app, handle).await?;
    let document = found(app, &handle.to_string()).await?;
    let actor: wire::Actor = wire::typed(document.clone()).map_err(|_| Refusal::NotReachable)?;
    let remote = remote::describe(&actor, &document).filter(|it| it.kind == Kind::Person);
    let remote = remote.ok_or(Refusal::NotReachable)?;
    if app.speaks_to(&remote.host).await? { Ok(remote) } else { Err(Refusal::PeerBlocked.into()) }
}

async fn found(app: &App, target: &str) -> Result<serde_json::Value> {
    let handle = Handle::parse(target);
    let url: Option<Url> = target.parse().ok();
    let host = handle.as_ref().map(|handle| handle.host.clone()).or_else(|| guard::authority(url.as_ref()?));
    let host = host.ok_or(Refusal::NotReachable)?;
    if !app.speaks_to(&host).await? {
        return Err(Refusal::PeerBlocked.into());
    }
    let outing = app.outing().await?;
    let unreachable = |error: &dyn std::fmt::Display| {
        tracing::info!(target, %error, "an actor could not be found");
        Error::from(Refusal::NotReachable)
    };
    match (handle, url) {
        (Some(handle), _) => webfinger::find(&app.fetcher, &handle, outing.signer(), &outing.budget)
            .await
            .map_err(|error| unreachable(&error)),
        (None, Some(url)) => {
            app.fetcher.value(&url, outing.signer(), &outing.budget).await.map_err(|error| unreachable(&error))
        }
        (None, None) => Err(Refusal::NotReachable.into()),
    }
}
