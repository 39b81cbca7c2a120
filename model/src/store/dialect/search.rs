//! Full text: FTS5 on SQLite, `tsvector` on PostgreSQL. Both are given words that are letters and digits alone.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel_async::RunQueryDsl;

use super::{Conn, DbUuid, Tx};
use crate::data::search::Document;
use crate::debate::forum::Forum;
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::search_documents;

/// Which documents to find.
pub(crate) struct Wanted {
    /// One word of each of these.
    pub(crate) words: Vec<Vec<String>>,
    /// Not one word of each of these; no matter if empty.
    pub(crate) without: Vec<Vec<String>>,
    /// In these forums.
    pub(crate) forums: Vec<Id<Forum>>,
    /// And among the copies of what other nodes published.
    pub(crate) elsewhere: bool,
    /// With a smaller number than this.
    pub(crate) before: i64,
    /// So many at most.
    pub(crate) limit: i64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The index gives its rows in order and is read no further than the page; `CROSS JOIN` keeps it the one that leads.
const ON_SQLITE: &str = "SELECT d.number FROM search_index CROSS JOIN search_documents AS d ON d.number = search_index.rowid \
     WHERE search_index MATCH ? AND search_index.rowid < ? \
     AND (d.forum_id IN (SELECT unhex(value) FROM json_each(?)) OR (? AND d.forum_id IS NULL)) ORDER BY search_index.rowid DESC LIMIT ?";

const ON_POSTGRES: &str = "SELECT number FROM search_documents \
     WHERE words @@ $1::tsquery AND number < $2 AND (forum_id = ANY($3) OR ($4 AND forum_id IS NULL)) \
     ORDER BY number DESC LIMIT $5";

/// The numbers of the documents wanted, the greatest first.
pub(crate) async fn found(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<i64>> {
    let numbers: Vec<Number> = match conn {
        Conn::Sqlite(c) => {
            let forums: Vec<String> = wanted.forums.iter().map(|id| id.uuid().simple().to_string()).collect();
            diesel::sql_query(ON_SQLITE)
                .bind::<Text, _>(expression(wanted, ["\"", " OR ", " AND ", " NOT "]))
                .bind::<BigInt, _>(wanted.before)
                .bind::<Text, _>(serde_json::json!(forums).to_string())
                .bind::<Bool, _>(wanted.elsewhere)
                .bind::<BigInt, _>(wanted.limit)
                .load(&mut **c)
                .await?
        }
        Conn::Postgres(c) => {
            diesel::sql_query(ON_POSTGRES)
                .bind::<Text, _>(expression(wanted, ["'", " | ", " & ", " & !"]))
                .bind::<BigInt, _>(wanted.before)
                .bind::<Array<DbUuid>, _>(&wanted.forums)
                .bind::<Bool, _>(wanted.elsewhere)
                .bind::<BigInt, _>(wanted.limit)
                .load(&mut **c)
                .await?
        }
    };
    Ok(numbers.into_iter().map(|row| row.number).collect())
}

/// What is wanted in the language of an index: how it quotes, and says or, and, without.
fn expression(wanted: &Wanted, [quote, or, and, without]: [&str; 4]) -> String {
    let any = |words: &Vec<String>| {
        let quoted: Vec<String> = words.iter().map(|word| format!("{quote}{word}{quote}")).collect();
        format!("({})", quoted.join(or))
    };
    let each = |all: &[Vec<String>]| format!("({})", all.iter().map(any).collect::<Vec<_>>().join(and));
    match wanted.without.as_slice() {
        [] => each(&wanted.words),
        some => format!("{}{without}{}", each(&wanted.words), each(some)),
    }
}

/// Rows that were copied in with their numbers leave PostgreSQL counting from below them; SQLite follows by itself.
const FOLLOW: &str = "SELECT setval('search_documents_number_seq', max(number)) FROM search_documents \
     HAVING max(number) > (SELECT last_value FROM search_documents_number_seq)";

/// Has the next document take a number above all that are there.
pub(crate) async fn follow_numbers(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(c) = conn {
        diesel::sql_query(FOLLOW).execute(&mut **c).await?;
    }
    Ok(())
}

/// Adds documents where there are none: many in one statement on PostgreSQL, a prepared one for each on SQLite.
pub(crate) async fn add_documents(tx: &mut Tx, documents: Vec<Document>) -> Result<()> {
    match &mut **tx {
        Conn::Sqlite(c) => {
            for document in &documents {
                let row = diesel::insert_into(search_documents::table).values(document);
                row.on_conflict_do_nothing().execute(&mut **c).await?;
            }
        }
        Conn::Postgres(c) => {
            for some in documents.chunks(super::ROWS_AT_ONCE) {
                let rows = diesel::insert_into(search_documents::table).values(some);
                rows.on_conflict_do_nothing().execute(&mut **c).await?;
            }
        }
    }
    Ok(())
}
