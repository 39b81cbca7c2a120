//! What somebody could do with the database in hand.

use crate::count::tally;
use crate::debate::consultation::{self, Consultation};
use crate::id::Id;
use crate::store::Store;

/// Writes into the schema's history a version that no program knows yet.
///
/// # Panics
/// When the database fails.
pub async fn pretend_newer(store: &Store) {
    use crate::store::{Conn, on};
    use diesel_async::RunQueryDsl as _;
    let sql = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
    let mut tx = store.begin().await.expect("a transaction");
    let conn: &mut Conn = &mut tx;
    on!(conn, |c| diesel::sql_query(sql).execute(c).await).expect("written");
    tx.commit().await.expect("committed");
}

/// Quietly adds a vote to a tally, as somebody with the database in hand could.
///
/// # Panics
/// When the database fails.
pub async fn break_tally(store: &Store, consultation: Id<Consultation>) {
    use crate::store::schema::tallies;
    use crate::store::{Conn, Json, on};
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;
    let mut tx = store.begin().await.expect("a transaction");
    let on = consultation::by_id(&mut tx, consultation).await.expect("a consultation");
    let mut counts = tally::of(&mut tx, &on).await.expect("a tally").counts.0;
    counts.add(on.electorate.0.official, &["for".to_owned()]);
    let conn: &mut Conn = &mut tx;
    let broken = tallies::table.find(consultation);
    on!(conn, |c| diesel::update(broken).set(tallies::counts.eq(Json(counts))).execute(c).await).expect("written");
    tx.commit().await.expect("committed");
}

/// Removes the log of a consultation, as if it had been counted before there were logs.
///
/// # Panics
/// When the database fails.
pub async fn forget_log(store: &Store, consultation: Id<Consultation>) {
    use crate::store::schema::{ballot_logs, log_tiles};
    use crate::store::{Conn, on};
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;
    let mut tx = store.begin().await.expect("a transaction");
    let conn: &mut Conn = &mut tx;
    on!(conn, |c| diesel::delete(ballot_logs::table.find(consultation)).execute(c).await).expect("removed");
    let tiles = log_tiles::table.filter(log_tiles::consultation_id.eq(consultation));
    on!(conn, |c| diesel::delete(tiles).execute(c).await).expect("removed");
    tx.commit().await.expect("committed");
}
