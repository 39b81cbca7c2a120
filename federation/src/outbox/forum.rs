//! A forum's new title or summary.

use model::debate::forum::{self, Forum};
use model::error::{Error, Result};
use model::id::Id;
use model::network::follow;
use model::people::actor;

use super::{Told, send_once};
use crate::app::App;
use crate::document;
use crate::objects::{cc_forum, to_public};

/// Sends the forum's document to the servers of its followers.
pub(super) async fn tell(app: &App, id: Id<Forum>) -> Result<()> {
    let (forum, group) = {
        let mut conn = app.store.conn().await?;
        let forum = forum::by_id(&mut conn, id).await?;
        let group = actor::by_id(&mut conn, forum.actor_id).await?;
        (forum, group)
    };
    if !forum.visibility.is_federated() {
        return Ok(());
    }
    let at = forum.updated_at.ok_or(Error::NotFound)?;
    let uri = group.uri(&app.address).ok_or(Error::NotFound)?;
    let document = document::actor_document(app, &group, Some(&forum)).await?;
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
    let mut tx = app.store.begin().await?;
    let inboxes = follow::inboxes(&mut tx, group.id).await?;
    let text = update.proven(&mut tx, &app.address, app.now(), &group).await?;
    send_once(&mut tx, app.now(), group.id, &update.id, &text, &inboxes).await?;
    tx.commit().await
}
