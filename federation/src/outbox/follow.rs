//! Asking a remote forum to let this node follow it, and taking that back.

use model::error::{Error, Result};
use model::id::Id;
use model::network::follow::{self, Follow, State};
use model::people::actor;
use model::store::Tx;
use serde_json::json;

use super::{Told, send_once};
use crate::app::App;
use crate::objects::actor::mark;

/// Sends the Follow, or its Undo, to the forum's own inbox.
pub(super) async fn ask(app: &App, tx: &mut Tx, id: Id<Follow>, undo: bool) -> Result<()> {
    let it = follow::by_id(tx, id).await?;
    let target = actor::by_id(tx, it.target_id).await?;
    let node = actor::by_id(tx, it.follower_id).await?;
    let us = node.uri(&app.address).ok_or(Error::NotFound)?;
    let them = target.uri.clone().ok_or(Error::NotFound)?;
    let inbox = target.inbox.clone().ok_or(Error::NotFound)?;
    let follow = json!({"id": it.uri, "type": "Follow", "actor": us, "object": them, "to": [them]});
    let told = |id: String, kind, object| Told {
        id,
        kind,
        actor: &us,
        object,
        to: vec![them.clone()],
        cc: Vec::new(),
        published: None,
        summary: None,
    };
    let told = if undo {
        told(format!("{}/undo", it.uri), "Undo", follow)
    } else {
        told(it.uri.clone(), "Follow", json!(them))
    };
    send_once(tx, app.now(), node.id, &told.id, &told.text()?, &[inbox]).await?;
    if undo {
        follow::end(tx, node.id, target.id).await?;
    }
    Ok(())
}

/// Answers a forum elsewhere that asked to carry one of ours, as somebody here decided.
pub(super) async fn consent(app: &App, tx: &mut Tx, id: Id<Follow>) -> Result<()> {
    let it = follow::by_id(tx, id).await?;
    let asker = actor::by_id(tx, it.follower_id).await?;
    let target = actor::by_id(tx, it.target_id).await?;
    let us = target.uri(&app.address).ok_or(Error::NotFound)?;
    let them = asker.uri.clone().ok_or(Error::NotFound)?;
    let (kind, verb) = match it.state {
        State::Accepted => ("Accept", "accepts"),
        State::Refused => ("Reject", "rejects"),
        State::Requested => return Ok(()),
    };
    let told = Told {
        id: format!("{us}#{verb}/{}", mark(&it.uri)),
        kind,
        actor: &us,
        object: json!({"id": it.uri, "type": "Follow", "actor": them, "object": us}),
        to: vec![them.clone()],
        cc: Vec::new(),
        published: None,
        summary: None,
    };
    let inbox: Vec<String> = asker.inbox.clone().into_iter().collect();
    send_once(tx, app.now(), target.id, &told.id, &told.text()?, &inbox).await
}
