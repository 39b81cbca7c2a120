//! Asking a remote forum to let this node follow it, and taking that back.

use model::error::{Error, Result};
use model::id::Id;
use model::network::follow::{self, Follow};
use model::people::actor;
use serde_json::json;

use super::{Told, send_once};
use crate::app::App;

/// Sends the Follow, or its Undo, to the forum's own inbox.
pub(super) async fn ask(app: &App, id: Id<Follow>, undo: bool) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let it = follow::by_id(&mut tx, id).await?;
    let target = actor::by_id(&mut tx, it.target_id).await?;
    let node = actor::by_id(&mut tx, it.follower_id).await?;
    let (us, them) = (app.address.node(), target.uri.clone().ok_or(Error::NotFound)?);
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
    send_once(&mut tx, app.now(), node.id, &told.id, &told.text()?, &[inbox]).await?;
    if undo {
        follow::end(&mut tx, node.id, target.id).await?;
    }
    tx.commit().await
}
