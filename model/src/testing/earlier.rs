//! A database as it would be had it been filled before this program's version; and as it is after a while.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::{comments, search_documents};
use crate::store::{Conn, Store, on};

/// Forgets the scores of all comments, as if they had been written before there were scores.
///
/// # Panics
/// When the database fails.
pub async fn forget_scores(store: &Store) {
    let mut tx = store.begin().await.expect("a transaction");
    let conn: &mut Conn = &mut tx;
    let judged = comments::table.filter((comments::agrees + comments::disagrees).gt(0));
    let forgotten = (comments::agreement.eq(-1), comments::division.eq(0));
    on!(conn, |c| diesel::update(judged).set(forgotten).execute(c).await).expect("written");
    tx.commit().await.expect("committed");
}

/// Removes what is derived for searching, as if everything had been written before there was search.
///
/// # Panics
/// When the database fails.
pub async fn forget_documents(store: &Store) {
    let mut tx = store.begin().await.expect("a transaction");
    let conn: &mut Conn = &mut tx;
    on!(conn, |c| diesel::delete(search_documents::table).execute(c).await).expect("removed");
    tx.commit().await.expect("committed");
}

/// Gives every document the number after its own, as rows that were copied in stand: the next number is taken.
///
/// # Panics
/// When the database fails.
pub async fn renumber_documents(store: &Store) {
    use search_documents::{number, table};
    let mut tx = store.begin().await.expect("a transaction");
    let conn: &mut Conn = &mut tx;
    let all: Vec<i64> = on!(conn, |c| table.select(number).order(number.desc()).load(c).await).expect("read");
    for one in all {
        on!(conn, |c| diesel::update(table.find(one)).set(number.eq(one + 1)).execute(c).await).expect("moved");
    }
    tx.commit().await.expect("committed");
}

/// Has the database take stock of its tables, as it does by itself after a while.
///
/// # Panics
/// When the database fails.
pub async fn analyse(store: &Store) {
    let mut conn = store.conn().await.expect("a connection");
    on!(&mut conn, |c| diesel::sql_query("ANALYZE").execute(c).await).expect("analysed");
}
