//! Forums elsewhere that passed a consultation of this node on, by their own word, and how much of it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::debate::interest;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::{self, Actor};
use crate::store::schema::{actors, announcers, interests};
use crate::store::{Conn, Tx, on};

/// The most forums of which it is kept that they passed on one consultation.
pub const ANNOUNCERS_MOST: i64 = 500;

/// A forum elsewhere that passed a consultation on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = announcers)]
pub struct Announcer {
    /// The consultation.
    pub consultation_id: Id<Consultation>,
    /// The forum.
    pub actor_id: Id<Actor>,
    /// How many objects of it: the debate, the ballot, comments.
    pub objects: i32,
    /// Since when.
    pub since: Instant,
    /// When it last said so.
    pub at: Instant,
}

/// A forum elsewhere says that it passed so many objects of a consultation on.
///
/// # Errors
/// [`Error::NotFound`] from what is no forum elsewhere, and where too many have said so.
pub async fn note(tx: &mut Tx, now: Instant, on: Id<Consultation>, by: &Actor, objects: i32) -> Result<()> {
    let conn: &mut Conn = tx;
    let held: i64 = on!(conn, |c| announcers::table
        .filter(announcers::consultation_id.eq(on))
        .filter(announcers::actor_id.ne(by.id))
        .count()
        .get_result(c)
        .await)?;
    if by.is_local() || by.kind != actor::Kind::Group || held >= ANNOUNCERS_MOST {
        return Err(Error::NotFound);
    }
    let row = Announcer { consultation_id: on, actor_id: by.id, objects: objects.max(1), since: now, at: now };
    on!(conn, |c| diesel::insert_into(announcers::table)
        .values(&row)
        .on_conflict((announcers::consultation_id, announcers::actor_id))
        .do_update()
        .set((announcers::objects.eq(row.objects), announcers::at.eq(now)))
        .execute(c)
        .await)?;
    Ok(())
}

/// The forums that passed a consultation on, those first that did so first.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, on: Id<Consultation>) -> Result<Vec<(Announcer, Actor)>> {
    Ok(on!(conn, |c| announcers::table
        .inner_join(actors::table.on(actors::id.eq(announcers::actor_id)))
        .filter(announcers::consultation_id.eq(on))
        .order((announcers::since, announcers::actor_id))
        .select((Announcer::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// The hosts whose people and forums shared a consultation or something said in it, and how many did, the most first.
///
/// # Errors
/// When the database fails.
pub async fn shares(conn: &mut Conn, on: Id<Consultation>) -> Result<Vec<(String, i64)>> {
    let mut all: Vec<(Option<String>, i64)> = on!(conn, |c| interests::table
        .inner_join(actors::table.on(actors::id.eq(interests::actor_id)))
        .filter(interests::consultation_id.eq(on).and(interests::kind.eq(interest::Kind::Share)))
        .filter(actors::host.is_not_null())
        .group_by(actors::host)
        .select((actors::host, diesel::dsl::count_star()))
        .load(c)
        .await)?;
    all.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    Ok(all.into_iter().filter_map(|(host, count)| Some((host?, count))).collect())
}
