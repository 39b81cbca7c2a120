//! What Polis says of a conversation beside its comments and votes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::sheet::as_polis_row;
use crate::address::Address;
use crate::data::import_polis::{self, Source};
use crate::debate::comment::State;
use crate::debate::consultation::Consultation;
use crate::debate::text;
use crate::error::Result;
use crate::store::schema::{comments, reactions};
use crate::store::{Conn, on};

/// `summary.csv`: a key and a value in each row, no header.
///
/// # Errors
/// When the database fails.
pub async fn polis_summary(conn: &mut Conn, here: &Address, on: &Consultation) -> Result<Vec<u8>> {
    let words = text::version(conn, on.id, on.text_version).await?.markdown;
    let source = on.source.as_ref().and_then(|source| serde_json::from_value::<Source>(source.0.clone()).ok());
    let (url, description) = match source.filter(|source| source.platform == "polis") {
        Some(source) => {
            (source.url.clone().unwrap_or_default(), import_polis::description(&words, source.url.as_deref()))
        }
        None => (here.consultation(&on.slug), words.as_str()),
    };
    let of = comments::consultation_id.eq(on.id).and(comments::state.ne(State::Deleted));
    let said: i64 = on!(conn, |c| comments::table.filter(of).count().get_result(c).await)?;
    let voters: i64 = on!(conn, |c| reactions::table
        .inner_join(comments::table)
        .filter(of)
        .select(diesel::dsl::count(reactions::actor_id).aggregate_distinct())
        .first(c)
        .await)?;
    let (said, voters) = (said.to_string(), voters.to_string());
    let rows = [
        ("topic", on.title.as_str()),
        ("url", &url),
        ("voters", &voters),
        ("comments", &said),
        ("conversation-description", description),
    ];
    Ok(rows.into_iter().flat_map(|(key, value)| as_polis_row(key, value)).collect())
}
