//! Somebody of this node who is gone.

use model::error::{Error, Result};
use model::id::Id;
use model::people::actor::{self, Actor};
use model::store::Tx;

use super::{Told, send_once};
use crate::app::App;
use crate::objects::to_public;

/// Tells the servers that know them: with the actor goes all that they hold of it.
pub(super) async fn tell(app: &App, tx: &mut Tx, id: Id<Actor>, inboxes: &[String]) -> Result<()> {
    let gone = actor::by_id(tx, id).await?;
    let uri = gone.uri(&app.address).ok_or(Error::NotFound)?;
    let told = Told {
        id: format!("{uri}#delete"),
        kind: "Delete",
        actor: &uri,
        object: &uri,
        to: to_public(),
        cc: Vec::new(),
        published: gone.deleted_at,
        summary: None,
    };
    let text = told.proven(tx, &app.address, app.now(), &gone).await?;
    send_once(tx, app.now(), gone.id, &told.id, &text, inboxes).await
}
