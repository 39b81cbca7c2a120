//! A proposal of ours, or our answer to one of theirs: between the two alone.

use model::error::{Error, Result};
use model::id::Id;
use model::network::follow::State;
use model::network::proposal::{self, Proposal};
use model::people::actor;
use model::store::Tx;
use serde_json::{Value, json};

use super::{Told, send_once};
use crate::app::App;
use crate::objects::actor::mark;
use crate::wire::context;

/// Sends the `Offer`, or the `Accept` or `Reject` of one.
pub(super) async fn tell(app: &App, tx: &mut Tx, id: Id<Proposal>) -> Result<()> {
    let it = proposal::by_id(tx, id).await?;
    let (by, peer) = (actor::by_id(tx, it.actor_id).await?, actor::by_id(tx, it.peer_id).await?);
    let us = by.uri(&app.address).ok_or(Error::NotFound)?;
    let them = peer.uri.clone().ok_or(Error::NotFound)?;
    let inbox: Vec<String> = peer.inbox.clone().into_iter().collect();
    let (id, text) = if it.ours {
        (it.uri.clone(), offer(&it, &us, &them).to_string())
    } else {
        let Some((kind, verb)) = answer(it.state) else { return Ok(()) };
        let told = Told {
            id: format!("{us}#{verb}/{}", mark(&it.uri)),
            kind,
            actor: &us,
            object: offer(&it, &them, &us),
            to: vec![them.clone()],
            cc: Vec::new(),
            published: None,
            summary: None,
        };
        (told.id.clone(), told.text()?)
    };
    send_once(tx, app.now(), by.id, &id, &text, &inbox).await
}

fn answer(state: State) -> Option<(&'static str, &'static str)> {
    match state {
        State::Accepted => Some(("Accept", "accepts")),
        State::Refused => Some(("Reject", "rejects")),
        State::Requested => None,
    }
}

fn offer(it: &Proposal, actor: &str, target: &str) -> Value {
    json!({
        "@context": context::plain(),
        "id": it.uri,
        "type": "Offer",
        "actor": actor,
        "object": it.object,
        "target": target,
        "summary": it.title,
        "to": [target],
    })
}
