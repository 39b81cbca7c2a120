//! The results of a consultation as a `Tally`, which other nodes of our kind can check on their own.

use model::address::Address;
use model::clock::Instant;
use model::count::publication;
use model::count::tally::Viewer;
use model::error::{Error, Result};
use model::store::Conn;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Published;
use crate::wire::page::Terms;

/// The results document of the API, said by the forum.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tally {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    attributed_to: String,
    #[serde(flatten)]
    terms: Terms,
    #[serde(flatten)]
    results: Map<String, Value>,
}

/// The `Tally` of a published consultation.
///
/// # Errors
/// [`Error::NotFound`] while its results are hidden, and where there are none.
pub(crate) async fn tally(conn: &mut Conn, here: &Address, it: &Published, now: Instant) -> Result<Tally> {
    let on = &it.consultation;
    let results = publication::results(conn, on, here, now, Viewer::Anybody).await?;
    let Value::Object(mut results) = results else { return Err(Error::NotFound) };
    if results.get("visible") != Some(&Value::Bool(true)) || !on.method.0.takes_ballots() {
        return Err(Error::NotFound);
    }
    // The node's own, of the final ones: this document has the forum's.
    results.remove("proof");
    Ok(Tally { id: here.tally(&on.slug), kind: "Tally", attributed_to: it.forum_id(here), terms: it.terms(), results })
}
