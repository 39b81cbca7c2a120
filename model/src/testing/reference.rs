//! What a figure is measured against: the same database doing as little as it can.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::debate::comment::Comment;
use crate::debate::consultation::{self, Consultation};
use crate::debate::forum::Forum;
use crate::debate::reaction::Reaction;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::{self, Actor, Kind};
use crate::store::dialect::insert_all;
use crate::store::schema::{actors, comments, reactions, settings};
use crate::store::{Conn, Json, Store, on};

/// Commits one bare row: on PostgreSQL one statement by itself, on SQLite in the one writer's transaction.
///
/// # Errors
/// When the database fails.
pub async fn commit_one_row(store: &Store, key: String) -> Result<()> {
    let row = (settings::key.eq(key), settings::value.eq(Json(serde_json::json!(["for"]))));
    if store.sqlite_file().is_none() {
        let mut conn = store.conn().await?;
        on!(&mut conn, |c| diesel::insert_into(settings::table).values(row).execute(c).await)?;
        return Ok(());
    }
    let mut tx = store.begin().await?;
    let conn: &mut Conn = &mut tx;
    on!(conn, |c| diesel::insert_into(settings::table).values(row).execute(c).await)?;
    tx.commit().await
}

/// The rows of an imported consultation.
#[derive(Clone)]
pub struct Rows {
    on: Consultation,
    actors: Vec<Actor>,
    comments: Vec<Comment>,
    reactions: Vec<Reaction>,
}

impl Rows {
    /// Reads them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(store: &Store, slug: &str) -> Result<Self> {
        let conn = &mut store.conn().await?;
        let on = consultation::by_slug(conn, slug).await?;
        let comments: Vec<Comment> = on!(conn, |c| comments::table
            .filter(comments::consultation_id.eq(on.id))
            .select(Comment::as_select())
            .load(c)
            .await)?;
        let reactions: Vec<Reaction> = on!(conn, |c| reactions::table
            .inner_join(comments::table)
            .filter(comments::consultation_id.eq(on.id))
            .select(Reaction::as_select())
            .load(c)
            .await)?;
        let people: HashSet<Id<Actor>> =
            comments.iter().map(|c| c.actor_id).chain(reactions.iter().map(|r| r.actor_id)).collect();
        let mut actors: Vec<Actor> = on!(conn, |c| actors::table
            .filter(actors::kind.eq(Kind::Imported))
            .select(Actor::as_select())
            .load(c)
            .await)?;
        actors.retain(|actor| people.contains(&actor.id));
        Ok(Self { on, actors, comments, reactions })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.actors.len() + self.comments.len() + self.reactions.len()
    }

    /// Inserts them as they are into another database, in one transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert(self, store: &Store, forum: &Forum) -> Result<()> {
        let mut tx = store.begin().await?;
        let author = crate::debate::forum::official(&mut tx, forum).await?;
        let on = Consultation { forum_id: forum.id, author_id: author.id, ..self.on };
        consultation::insert(&mut tx, &on).await?;
        let conn: &mut Conn = &mut tx;
        insert_all!(conn, actors::table, self.actors)?;
        insert_all!(conn, comments::table, self.comments)?;
        insert_all!(conn, reactions::table, self.reactions)?;
        tx.commit().await
    }
}

/// Makes many people who can vote, at once.
///
/// # Errors
/// When the database fails.
pub async fn people(store: &Store, now: Instant, count: usize) -> Result<Vec<Id<Actor>>> {
    let all: Vec<Actor> = (0..count).map(|n| actor::local(now, Kind::Person, &format!("voter-{n}"), "Voter")).collect();
    let ids = all.iter().map(|actor| actor.id).collect();
    let mut tx = store.begin().await?;
    let conn: &mut Conn = &mut tx;
    insert_all!(conn, actors::table, all)?;
    tx.commit().await?;
    Ok(ids)
}

/// Fills a consultation with so many ballots, one of each voter, counted and in its log: on PostgreSQL, in statements of
/// many rows, as no use case would.
///
/// # Errors
/// When the database fails, or is SQLite.
pub async fn ballots(store: &Store, now: Instant, on: &Consultation, count: u32) -> Result<()> {
    use crate::count::electorate::Tier;
    use crate::count::sequence;
    use crate::count::tally::Counts;
    let mut tx = store.begin().await?;
    let Conn::Postgres(c) = &mut *tx else { return Err(crate::error::Error::store("this is not PostgreSQL")) };
    let (of, at) = (on.id, now);
    for (table, columns, cells) in FILLED {
        let statement = format!(
            "INSERT INTO {table} ({columns}) SELECT {cells} FROM generate_series(0, {count} - 1) AS n, \
             (SELECT '{of}'::uuid AS it, '{at}'::timestamptz AS at) AS given"
        );
        diesel::sql_query(statement).execute(&mut **c).await?;
    }
    let mut counts = Counts::default();
    for n in 0..count {
        let choice = ["for", "neutral", "against"][n as usize % 3];
        counts.add(Tier::Member, &[choice.to_owned()]);
    }
    sequence::take_in(&mut tx, now, on.id, (i64::from(count), counts, now)).await?;
    tx.commit().await?;
    let mut conn = store.conn().await?;
    on!(&mut conn, |c| diesel::sql_query("ANALYZE").execute(c).await)?;
    Ok(())
}

/// Tables with their columns, and what stands in the row of the `n`th voter.
const FILLED: [(&str, &str, &str); 3] = [
    (
        "actors",
        "id, kind, name, display_name, summary, created_at",
        "md5(it::text || 'actor' || n)::uuid, 'person', 'voter-' || n, 'Voter', '', at",
    ),
    (
        "ballots",
        "id, consultation_id, actor_id, tier, choice, revision, text_version, withdrawn, cast_at, changed_at",
        "md5(it::text || 'ballot' || n)::uuid, it, md5(it::text || 'actor' || n)::uuid, 'member', \
         jsonb_build_array((ARRAY['for', 'neutral', 'against'])[n % 3 + 1]), 1, 1, FALSE, at, at",
    ),
    (
        "ballot_events",
        "id, consultation_id, ballot_id, revision, kind, tier, choice, text_version, at, seq",
        "md5(it::text || 'event' || n)::uuid, it, md5(it::text || 'ballot' || n)::uuid, 1, 'cast', 'member', \
         jsonb_build_array((ARRAY['for', 'neutral', 'against'])[n % 3 + 1]), 1, at, n",
    ),
];
