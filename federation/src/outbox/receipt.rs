//! Acknowledging to another node that something of it was erased here, and wherever it went from here.

use model::error::{Error, Result};
use model::network::copy::{Copy, Erasure};
use model::network::{erasure, peer};
use model::people::actor;
use model::store::Tx;
use serde_json::{Value, json};

use super::{Told, send_once};
use crate::app::App;
use crate::objects::actor::mark;

/// Sends the receipt: `Accept` of the deletion, by the node, with what became of each copy that it had handed on.
pub(super) async fn tell(app: &App, tx: &mut Tx, object: &str) -> Result<()> {
    let (owed, passed) = erasure::receipt(tx, object).await?;
    let node = actor::node(tx).await?;
    let us = app.address.node();
    let told = Told {
        id: format!("{us}#erased/{}/{}", mark(object), owed.told),
        kind: "Accept",
        actor: &us,
        object: json!({"type": "Delete", "object": object}),
        to: vec![app.address.beside(&peer::host_of(object))],
        cc: Vec::new(),
        published: Some(app.now()),
        summary: None,
    };
    let mut receipt: Value = serde_json::from_str(&told.text()?).map_err(Error::store)?;
    if !passed.is_empty() {
        let items: Vec<Value> = passed.iter().map(|copy| item(app, copy)).collect();
        receipt["result"] = json!({"type": "Collection", "totalItems": items.len(), "items": items});
    }
    send_once(tx, app.now(), node.id, &told.id, &receipt.to_string(), &[owed.inbox]).await
}

/// What became of one copy.
fn item(app: &App, copy: &Copy) -> Value {
    let kind = copy.erasure.map_or(TENTATIVE, kind);
    let mut item = json!({"type": kind, "actor": app.address.beside(&copy.host)});
    if let Some(at) = copy.erasure_at {
        item["published"] = json!(at.to_string());
    }
    item
}

/// It was asked, and has not answered.
const TENTATIVE: &str = "TentativeAccept";

/// How a receipt says what became of a copy.
const fn kind(erasure: Erasure) -> &'static str {
    match erasure {
        Erasure::Asked => TENTATIVE,
        Erasure::Acknowledged => "Accept",
        Erasure::Refused => "Reject",
        Erasure::GivenUp => "Ignore",
    }
}

/// What a receipt says of a copy.
pub(crate) fn read(kind: &str) -> Option<Erasure> {
    Erasure::ALL.iter().copied().find(|erasure| self::kind(*erasure) == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_receipt_says_is_read_as_it_was_written() {
        for erasure in Erasure::ALL {
            assert_eq!(read(kind(*erasure)), Some(*erasure));
        }
        assert_eq!(read("Delete"), None);
    }
}
