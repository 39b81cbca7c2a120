//! When people took part, and on what the two sides of a vote agree. Numbers of ballots: who asks must first have asked
//! [`super::tally::visible`].

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use super::electorate::Tier;
use super::tally::{self, Viewer};
use crate::clock::Instant;
use crate::debate::comment::Comment;
use crate::debate::consultation::{self, Consultation, Filter, State};
use crate::debate::forum::Forum;
use crate::debate::outcome;
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::{ballots, comments};
use crate::store::types::{DbJson, DbTime, DbUuid};
use crate::store::{Conn, Json, on};

/// At most so many consultations of a forum are looked at, the latest.
const LOOKED_AT: i64 = 200;
/// Each side must have said at least so often whether it agrees with an argument, before a share is told of it.
pub const SAMPLE_LEAST: i64 = 10;

/// The ballots that stand and were first cast within a quarter of an hour: every time zone's days are made of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Span {
    /// When it begins.
    #[diesel(sql_type = DbTime)]
    pub at: Instant,
    /// In which tier.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub tier: Tier,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// When people took part on this node, in consultations whose results everybody may see, `since` a moment.
///
/// # Errors
/// When the database fails.
pub async fn lately(conn: &mut Conn, now: Instant, forums: Vec<Id<Forum>>, since: Instant) -> Result<Vec<Span>> {
    let states = vec![State::Open, State::Closed, State::Concluded];
    let filter = Filter { forums, states, limit: LOOKED_AT, ..Filter::default() };
    let mut shown = consultation::list(conn, &filter).await?;
    shown.retain(|on| tally::visible(on, now, Viewer::Anybody) && on.closed_at.is_none_or(|at| at >= since));
    let mut all = Vec::new();
    for on in &shown {
        all.extend(spans(conn, on.id).await?.into_iter().filter(|span| span.at >= since));
    }
    Ok(all)
}

/// The ballots of a consultation in the order of time.
///
/// # Errors
/// When the database fails.
pub async fn spans(conn: &mut Conn, of: Id<Consultation>) -> Result<Vec<Span>> {
    const POSTGRES: &str = "SELECT to_timestamp(floor(extract(epoch FROM cast_at) / 900) * 900) AS at, tier, \
         count(*) AS count FROM ballots WHERE consultation_id = $1 AND NOT withdrawn GROUP BY 1, 2 ORDER BY 1, 2";
    const SQLITE: &str = "SELECT cast_at / 900000000 * 900000000 AS at, tier, count(*) AS count FROM ballots \
         WHERE consultation_id = ? AND NOT withdrawn GROUP BY 1, 2 ORDER BY 1, 2";
    let sql = if conn.is_postgres() { POSTGRES } else { SQLITE };
    Ok(on!(conn, |c| diesel::sql_query(sql).bind::<DbUuid, _>(of).load(c).await)?)
}

/// What those who cast the same ballot think of an argument.
#[derive(Debug, Clone, QueryableByName)]
struct Opinion {
    #[diesel(sql_type = DbUuid)]
    comment: Id<Comment>,
    #[diesel(sql_type = DbJson)]
    choice: Json<Vec<String>>,
    #[diesel(sql_type = BigInt)]
    agrees: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// An argument on which those who vote for and those who vote against agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Common {
    /// The argument.
    pub comment: Id<Comment>,
    /// Of those who vote for and say what they think of it, how many agree, in percent.
    pub by_for: i64,
    /// The same of those who vote against.
    pub by_against: i64,
}

/// The argument whose lower agreement of the two sides is highest; `None` while too few of either side have said what they
/// think of any ([`SAMPLE_LEAST`]), or where no argument has half of each side.
///
/// # Errors
/// When the database fails.
pub async fn common(conn: &mut Conn, of: Id<Consultation>) -> Result<Option<Common>> {
    const SQL: &str = "SELECT r.comment_id AS comment, b.choice AS choice, \
         CAST(sum(CASE WHEN r.value = 1 THEN 1 ELSE 0 END) AS BIGINT) AS agrees, \
         CAST(sum(CASE WHEN r.value <> 0 THEN 1 ELSE 0 END) AS BIGINT) AS total FROM comments c \
         JOIN reactions r ON r.comment_id = c.id \
         JOIN ballots b ON b.consultation_id = c.consultation_id AND b.actor_id = r.actor_id \
         WHERE c.consultation_id = $1 AND c.state = 'visible' AND c.parent_id IS NULL AND NOT b.withdrawn \
         GROUP BY r.comment_id, b.choice";
    let found: Vec<Opinion> = on!(conn, |c| diesel::sql_query(SQL).bind::<DbUuid, _>(of).load(c).await)?;
    let share = |comment: Id<Comment>, side: &str| {
        let opinion =
            found.iter().find(|it| it.comment == comment && it.choice.0.iter().any(|choice| choice == side))?;
        (opinion.total >= SAMPLE_LEAST).then(|| opinion.agrees * 100 / opinion.total)
    };
    let both = found.iter().filter(|it| it.choice.0.iter().any(|choice| choice == "for")).filter_map(|it| {
        let comment = it.comment;
        Some(Common { comment, by_for: share(comment, "for")?, by_against: share(comment, "against")? })
    });
    let best = both.max_by_key(|it| (it.by_for.min(it.by_against), it.by_for + it.by_against, it.comment));
    Ok(best.filter(|it| it.by_for.min(it.by_against) >= 50))
}

/// What a forum has done, of the consultations whose results everybody may see.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// How many people voted or wrote.
    pub participants: i64,
    /// How many consultations have come to their end.
    pub closed: usize,
    /// How long it took from closing to the answer, in days: the median of those answered.
    pub answered_in: Option<i64>,
    /// Of a hundred votes, how many come from the tier that is open to all.
    pub open_share: Option<i64>,
    /// When its votes were first cast, tier by tier.
    pub spans: Vec<Span>,
}

/// The record of a forum that the asker may see.
///
/// # Errors
/// When the database fails.
pub async fn record(conn: &mut Conn, now: Instant, forum: &Forum) -> Result<Record> {
    let states = vec![State::Open, State::Closed, State::Concluded, State::Archived];
    let filter = Filter { forums: vec![forum.id], states, limit: LOOKED_AT, ..Filter::default() };
    let mut shown = consultation::list(conn, &filter).await?;
    let closed = shown.iter().filter(|on| on.phase(now).is_over()).count();
    shown.retain(|on| tally::visible(on, now, Viewer::Anybody));
    let ids: Vec<Id<Consultation>> = shown.iter().map(|on| on.id).collect();
    let mut all = Vec::new();
    for id in &ids {
        all.extend(spans(conn, *id).await?);
    }
    let total: i64 = all.iter().map(|span| span.count).sum();
    let open: i64 = all.iter().filter(|span| span.tier == Tier::Open).map(|span| span.count).sum();
    Ok(Record {
        participants: participants(conn, &ids).await?,
        closed,
        answered_in: answered_in(conn, &shown).await?,
        open_share: (total > 0).then(|| (open * 200 + total) / (total * 2)),
        spans: all,
    })
}

async fn participants(conn: &mut Conn, of: &[Id<Consultation>]) -> Result<i64> {
    use std::collections::HashSet;
    let voted = ballots::table.filter(ballots::consultation_id.eq_any(of.to_vec()).and(ballots::withdrawn.eq(false)));
    let wrote = comments::table.filter(comments::consultation_id.eq_any(of.to_vec()));
    let voters: Vec<Id<crate::people::actor::Actor>> =
        on!(conn, |c| voted.select(ballots::actor_id).distinct().load(c).await)?;
    let writers: Vec<Id<crate::people::actor::Actor>> =
        on!(conn, |c| wrote.select(comments::actor_id).distinct().load(c).await)?;
    let all: HashSet<_> = voters.into_iter().chain(writers).collect();
    Ok(i64::try_from(all.len()).unwrap_or(i64::MAX))
}

async fn answered_in(conn: &mut Conn, of: &[Consultation]) -> Result<Option<i64>> {
    const DAY: i64 = 24 * 3600;
    let outcomes = outcome::of_each(conn, &of.iter().map(|on| on.id).collect::<Vec<_>>()).await?;
    let days = |on: &Consultation| {
        let answered = outcomes.iter().find(|it| it.consultation_id == on.id)?.published_at;
        let closed = on.closed_at?;
        Some((answered.timestamp().as_second() - closed.timestamp().as_second()).max(0) / DAY)
    };
    let mut days: Vec<i64> = of.iter().filter_map(days).collect();
    days.sort_unstable();
    Ok(days.get(days.len() / 2).copied())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::debate::comment;
    use crate::debate::forum::Visibility;
    use crate::debate::reaction::{self, Value};
    use crate::people::role::Standing;
    use crate::testing::World;

    crate::both_databases! {
        async fn ballots_are_counted_when_they_were_first_cast(world: World) {
            let (forum, on) = world.vote().await;
            let ana = world.account("ana").await;
            let luc = world.account("luc").await;
            world.casts(&forum, &on, &ana, &["for"]).await.expect("cast");
            world.passes(Duration::from_secs(3600)).await;
            world.casts(&forum, &on, &luc, &["against"]).await.expect("cast");
            world.casts(&forum, &on, &ana, &["against"]).await.expect("changed");
            world.tally(&on).await;
            let mut conn = world.store.conn().await.expect("a connection");
            let found = spans(&mut conn, on.id).await.expect("spans");
            let counted: Vec<_> = found.iter().map(|span| (span.at.to_string(), span.tier, span.count)).collect();
            assert_eq!(counted.len(), 2, "{counted:?}");
            assert!(counted[0].0.starts_with("2026-03-02T09:00") && counted[1].0.starts_with("2026-03-02T10:00"), "{counted:?}");
            assert!(found.iter().all(|span| span.tier == Tier::Member && span.count == 1));
            let hidden = record(&mut conn, world.clock.now(), &forum).await.expect("a record");
            assert_eq!(hidden, Record::default(), "what is hidden from anybody is in no record");
            drop(conn);
            world.passes(Duration::from_secs(8 * 86_400)).await;
            let mut conn = world.store.conn().await.expect("a connection");
            let shown = record(&mut conn, world.clock.now(), &forum).await.expect("a record");
            assert_eq!((shown.participants, shown.closed, shown.open_share), (2, 1, Some(0)));
        }

        async fn what_unites_is_told_only_of_enough_on_each_side(world: World) {
            let forum = world.forum("mobilite", Visibility::Public).await;
            let on = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
            let author = Standing { account: Some(world.account("author").await), member: None };
            let mut tx = world.store.begin().await.expect("a transaction");
            let draft = comment::Draft { text: "Keep the street open to carers.".into(), ..comment::Draft::default() };
            let said = comment::post(&mut tx, world.clock.now(), &forum, &on, &author, &draft).await.expect("said");
            tx.commit().await.expect("committed");
            for n in 0..SAMPLE_LEAST * 2 {
                let side = if n % 2 == 0 { "for" } else { "against" };
                if n == SAMPLE_LEAST * 2 - 1 {
                    let mut conn = world.store.conn().await.expect("a connection");
                    assert_eq!(common(&mut conn, on.id).await.expect("asked"), None, "one is missing");
                }
                let who = world.account(&format!("voter-{n}")).await;
                world.casts(&forum, &on, &who, &[side]).await.expect("cast");
                let who = Standing { account: Some(who), member: None };
                // One of those against disagrees.
                let value = if n == 1 { Value::Disagree } else { Value::Agree };
                let mut tx = world.store.begin().await.expect("a transaction");
                reaction::set(&mut tx, world.clock.now(), &forum, &on, &who, &said, value).await.expect("reacted");
                tx.commit().await.expect("committed");
            }
            world.tally(&on).await;
            let mut conn = world.store.conn().await.expect("a connection");
            let found = common(&mut conn, on.id).await.expect("asked").expect("something unites");
            assert_eq!((found.comment, found.by_for, found.by_against), (said.id, 100, 90));
        }
    }
}
