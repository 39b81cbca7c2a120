//! A forum's new title or summary.

use model::debate::forum::{self, Forum};
use model::error::{Error, Result};
use model::id::Id;
use model::network::follow;
use model::people::actor;
use model::store::Tx;

use super::{Told, send_once};
use crate::app::App;
use crate::document;
use crate::objects::{cc_forum, to_public};

/// Sends the forum's document to the servers of its followers.
pub(super) async fn tell(app: &App, tx: &mut Tx, id: Id<Forum>) -> Result<()> {
    let forum = forum::by_id(tx, id).await?;
    let group = actor::by_id(tx, forum.actor_id).await?;
    if !forum.visibility.is_federated() {
        return Ok(());
    }
    let at = forum.updated_at.ok_or(Error::NotFound)?;
    let uri = group.uri(&app.address).ok_or(Error::NotFound)?;
    let document = document::actor_document_in(app, tx, &group, Some(&forum)).await?;
    let update = Told {
        id: format!("{uri}#update/{}", at.as_microsecond()),
        kind: "Update",
        actor: &uri,
        object: &document,
        to: to_public(),
        cc: cc_forum(&uri).split_off(1),
        published: Some(at),
        summary: None,
    };
    let inboxes = follow::inboxes(tx, group.id).await?;
    let text = update.proven(tx, &app.address, app.now(), &group).await?;
    send_once(tx, app.now(), group.id, &update.id, &text, &inboxes).await
}
