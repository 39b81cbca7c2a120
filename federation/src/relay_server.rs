//! Relay servers (FEP-ae0c): subscribing to one, and being one. What goes through them is an id, never an echo.

use model::error::{Error, Result};
use model::id::Id;
use model::network::follow::{self, State};
use model::network::relay_server::{self, Direction, Server, Style};
use model::people::actor::{self, Actor, Kind};
use model::store::Tx;
use serde_json::{Value, json};
use url::Url;

use crate::app::App;
use crate::guard;
use crate::objects::actor::mark;
use crate::objects::to_public;
use crate::outbox::{Told, send_once};
use crate::wire::PUBLIC;

/// Sends the Follow that subscribes to a relay server, or its Undo.
pub(crate) async fn subscribe(app: &App, tx: &mut Tx, id: Id<Server>, undo: bool) -> Result<()> {
    let it = relay_server::by_id(tx, id).await?;
    let node = actor::node(tx).await?;
    let us = app.address.node();
    let object = match (it.style, it.actor_id) {
        (Style::LitePub, Some(actor)) => actor::by_id(tx, actor).await?.uri.ok_or(Error::NotFound)?,
        _ => PUBLIC.to_owned(),
    };
    let told = |id: String, kind, object| Told {
        id,
        kind,
        actor: &us,
        object,
        to: to_public(),
        cc: Vec::new(),
        published: None,
        summary: None,
    };
    let told = if undo {
        let follow = json!({"id": it.follow, "type": "Follow", "actor": us, "object": object});
        told(format!("{}/undo", it.follow), "Undo", follow)
    } else {
        told(it.follow.clone(), "Follow", json!(object))
    };
    send_once(tx, app.now(), node.id, &told.id, &told.text()?, std::slice::from_ref(&it.inbox)).await?;
    if undo {
        relay_server::forget(tx, id).await?;
    }
    Ok(())
}

/// Another server subscribes to this node, if that is a relay server: in Mastodon's way, or by following its actor, which
/// then follows back. Whether there was anything to answer.
pub(crate) async fn subscribed(app: &App, tx: &mut Tx, by: &Actor, follow: &str, style: Style) -> Result<bool> {
    if !model::care::settings::relays(tx).await? || by.kind != Kind::Application {
        return Ok(false);
    }
    let accepted = relay_server::accept(tx, app.now(), style, by, follow).await?;
    if accepted && style == Style::LitePub {
        let node = actor::node(tx).await?;
        follow::back(tx, app.now(), &node, by, |id| app.address.follow(id)).await?;
    }
    Ok(accepted)
}

/// Answers a Follow of the public collection.
pub(crate) async fn answer(app: &App, tx: &mut Tx, by: &Actor, whole: &Value, accepted: bool) -> Result<()> {
    let us = app.address.node();
    let uri = whole["id"].as_str().unwrap_or_default();
    let (kind, verb) = if accepted { ("Accept", "accepts") } else { ("Reject", "rejects") };
    let told = Told {
        id: format!("{us}#{verb}/{}", mark(uri)),
        kind,
        actor: &us,
        object: whole,
        to: by.uri.clone().into_iter().collect(),
        cc: Vec::new(),
        published: None,
        summary: None,
    };
    let inbox: Vec<String> = by.inbox.clone().into_iter().collect();
    let node = actor::node(tx).await?;
    send_once(tx, app.now(), node.id, &told.id, &told.text()?, &inbox).await
}

/// The answer of a relay server to our own subscription.
pub(crate) async fn answered(app: &App, tx: &mut Tx, follow: &str, by: &Actor, state: State) -> Result<()> {
    relay_server::answered(tx, app.now(), follow, by, state).await
}

/// Something public that is published here: the relay servers that this node subscribed to hear of it, and those that
/// subscribed to it.
pub(crate) async fn published(app: &App, tx: &mut Tx, object: &str) -> Result<()> {
    let mut to = relay_server::accepted(tx, Direction::Out).await?;
    if model::care::settings::relays(tx).await? {
        to.extend(relay_server::accepted(tx, Direction::In).await?);
    }
    announce(app, tx, object, to).await
}

/// Something public comes from a subscriber: this node, being a relay server, announces it to the others, once. Whether it
/// did.
pub(crate) async fn passed(app: &App, tx: &mut Tx, sender: &Actor, object: &Url) -> Result<bool> {
    let host = sender.host.clone().unwrap_or_default();
    if !model::care::settings::relays(tx).await? || !relay_server::is_of(tx, Direction::In, &host).await? {
        return Ok(false);
    }
    let origin = guard::authority(object).unwrap_or_default();
    let others = relay_server::accepted(tx, Direction::In).await?;
    let others = others.into_iter().filter(|server| server.host != host && server.host != origin).collect();
    announce(app, tx, object.as_str(), others).await?;
    Ok(true)
}

async fn announce(app: &App, tx: &mut Tx, object: &str, to: Vec<Server>) -> Result<()> {
    if to.is_empty() || !relay_server::first(tx, app.now(), object).await? {
        return Ok(());
    }
    let node = actor::node(tx).await?;
    let us = app.address.node();
    let told = Told {
        id: format!("{us}#announce/{}", mark(object)),
        kind: "Announce",
        actor: &us,
        object,
        to: to_public(),
        cc: vec![app.address.path("followers")],
        published: Some(app.now()),
        summary: None,
    };
    let text = told.proven(tx, &app.address, app.now(), &node).await?;
    let mut inboxes: Vec<String> = to.iter().map(|server| server.inbox.clone()).collect();
    inboxes.sort();
    inboxes.dedup();
    send_once(tx, app.now(), node.id, &told.id, &text, &inboxes).await?;
    relay_server::count(tx, &to.iter().map(|server| server.id).collect::<Vec<_>>()).await
}
