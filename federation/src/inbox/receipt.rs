//! `Accept` of a `Delete`: another node says that it erased something of ours, and what became of it where it had handed it on.

use model::error::{Error, Refusal};
use model::network::copy::Erasure;
use model::network::erasure::{self, RECEIPT_MOST};
use model::people::actor::Kind;
use serde_json::Value;

use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::guard;
use crate::outbox::read_receipt;
use crate::wire::lenient;

/// Whether what is accepted is a deletion.
pub(super) fn is_one(delivery: &Delivery) -> bool {
    delivery.activity.object.get("type").is_some_and(|kind| kind == "Delete")
}

/// Keeps what a node says of itself, and of those whom it handed our object to.
pub(super) async fn received(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let object = delivery.activity.object.get("object").and_then(lenient::id_of);
    let Some(object) = object.filter(|id| app.guard.owns(id)) else {
        return Ok(Taken::Ignored("not-asked"));
    };
    let onward = onward(app, &delivery.activity.result);
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = match (&sender.host, sender.kind) {
        (Some(host), Kind::Application) => {
            erasure::acknowledged(&mut tx, app.now(), object.as_str(), host, &onward).await
        }
        // a node speaks for its host, nobody else does
        _ => Err(Error::Refused(Refusal::NotAllowed)),
    };
    settle(app, delivery, tx, done).await
}

/// The hosts that it was handed on to, and what became of it there.
fn onward(app: &App, result: &Value) -> Vec<(String, Erasure)> {
    let items = result["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |item: &Value| {
        let host = item.get("actor").and_then(lenient::id_of).filter(|actor| !app.guard.owns(actor));
        Some((guard::authority(&host?)?, read_receipt(item["type"].as_str()?)?))
    };
    items.iter().take(RECEIPT_MOST).filter_map(one).collect()
}
