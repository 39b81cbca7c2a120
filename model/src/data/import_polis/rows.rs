//! Many rows at once.

use crate::debate::comment::Comment;
use crate::debate::reaction::Reaction;
use crate::error::Result;
use crate::people::actor::Actor;
use crate::store::dialect::insert_all;
use crate::store::schema;
use crate::store::{Conn, Tx};

pub(super) async fn actors(tx: &mut Tx, rows: Vec<Actor>) -> Result<usize> {
    let (conn, count): (&mut Conn, usize) = (tx, rows.len());
    insert_all!(conn, schema::actors::table, rows)?;
    Ok(count)
}

pub(super) async fn comments(tx: &mut Tx, rows: Vec<Comment>) -> Result<usize> {
    let (conn, count): (&mut Conn, usize) = (tx, rows.len());
    insert_all!(conn, schema::comments::table, rows)?;
    Ok(count)
}

pub(super) async fn reactions(tx: &mut Tx, rows: Vec<Reaction>) -> Result<usize> {
    let (conn, count): (&mut Conn, usize) = (tx, rows.len());
    insert_all!(conn, schema::reactions::table, rows)?;
    Ok(count)
}
