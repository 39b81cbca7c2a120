//! Where the ballots of a consultation come from, for administrators who look for stuffing: by host, by age of the accounts,
//! by hour. Never what anybody chose.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::ballot::Ballot;
use super::cap;
use super::electorate::Tier;
use super::log::entry::to_the_hour;
use super::pseudonym::{Person, Voters};
use crate::address::Address;
use crate::clock::Instant;
use crate::debate::consultation::{Consultation, View};
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::{Actor, Kind};
use crate::people::role::Act;
use crate::store::schema::{actors, ballots};
use crate::store::types::words;
use crate::store::{Conn, Json, on};

/// Ballots that are read at once.
const PAGE: i64 = 1_000;
/// The most groups of voters that are told: the largest, which is where stuffing shows.
pub const GROUPS_MOST: usize = 1_000;

words! {
    /// How old the account of a voter is, as its own server says.
    pub enum Age {
        /// Older than the consultation.
        Older = "older",
        /// Younger than the consultation.
        Younger = "younger",
        /// Its server does not say.
        Unknown = "unknown",
    }
}

/// Voters of one host, tier, age and hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Their server; `None` for this node.
    pub host: Option<String>,
    /// In which tier they count.
    pub tier: Tier,
    /// How old their accounts are.
    pub age: Age,
    /// The hour in which they first voted.
    pub at: Instant,
}

impl Origin {
    /// What somebody registered of the host.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.host.as_deref().map(cap::domain)
    }
}

/// One voter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The key of the ballot, by which lines are in order.
    pub ballot: Id<Ballot>,
    /// As the log names the voter.
    pub voter: String,
    /// Where from, and when.
    pub origin: Origin,
}

#[derive(Queryable)]
struct Row {
    ballot: Id<Ballot>,
    tier: Tier,
    cast_at: Instant,
    actor: Id<Actor>,
    name: String,
    host: Option<String>,
    kind: Kind,
    created_at: Instant,
    document: Option<Json<Value>>,
}

impl Row {
    fn origin(&self, on: &Consultation) -> Origin {
        let made = match (&self.host, &self.document) {
            (None, _) => Some(self.created_at),
            (Some(_), Some(document)) => {
                document.0["published"].as_str().and_then(|published| Instant::parse(published).ok())
            }
            (Some(_), None) => None,
        };
        let since = on.published_at.unwrap_or(on.created_at);
        let age = made.map_or(Age::Unknown, |made| if made < since { Age::Older } else { Age::Younger });
        Origin { host: self.host.clone(), tier: self.tier, age, at: to_the_hour(self.cast_at) }
    }
}

/// The next ballots; `of` names a host, or this node by `None`, where not everybody's are wanted.
async fn page(
    conn: &mut Conn,
    on: Id<Consultation>,
    of: Option<Option<&str>>,
    after: Id<Ballot>,
    limit: i64,
) -> Result<Vec<Row>> {
    let (every, here) = (of.is_none().into_sql::<Bool>(), (of == Some(None)).into_sql::<Bool>());
    let wanted = every.or(actors::host.is_null().and(here)).or(actors::host.eq(of.flatten()));
    Ok(on!(conn, |c| ballots::table
        .inner_join(actors::table)
        .filter(ballots::consultation_id.eq(on).and(ballots::withdrawn.eq(false)).and(ballots::id.gt(after)))
        .filter(wanted)
        .order(ballots::id)
        .limit(limit)
        .select((
            ballots::id,
            ballots::tier,
            ballots::cast_at,
            actors::id,
            actors::name,
            actors::host,
            actors::kind,
            actors::created_at,
            actors::document,
        ))
        .load(c)
        .await)?)
}

fn start() -> Id<Ballot> {
    Id::from_uuid(uuid::Uuid::nil())
}

/// How many voters came from where and when: the [`GROUPS_MOST`] largest groups, the largest first.
///
/// # Errors
/// When who asks does not administer the node.
pub async fn origins(conn: &mut Conn, view: &View) -> Result<Vec<(Origin, i64)>> {
    view.standing.may(Act::Administer, None)?;
    let on = &view.consultation;
    let (mut all, mut after) = (BTreeMap::new(), start());
    loop {
        let rows = page(conn, on.id, None, after, PAGE).await?;
        let Some(last) = rows.last() else {
            let mut all: Vec<_> = all.into_iter().collect();
            all.sort_by_key(|(_, voters)| std::cmp::Reverse(*voters));
            all.truncate(GROUPS_MOST);
            return Ok(all);
        };
        after = last.ballot;
        for row in &rows {
            *all.entry(row.origin(on)).or_insert(0) += 1;
        }
    }
}

/// The voters of one host, named as in the log, so that a stuffed ballot can be removed.
///
/// # Errors
/// When who asks does not administer the node.
pub async fn voters(
    conn: &mut Conn,
    view: &View,
    here: &Address,
    host: &str,
    after: Option<Id<Ballot>>,
    limit: usize,
) -> Result<Vec<Line>> {
    view.standing.may(Act::Administer, None)?;
    let on = &view.consultation;
    let names = Voters::of(conn, on, here).await?;
    let of = Some(host).filter(|host| *host != here.host());
    let most = i64::try_from(limit).unwrap_or(PAGE).min(PAGE);
    let rows = page(conn, on.id, Some(of), after.unwrap_or_else(start), most).await?;
    let line = |row: Row| {
        let person = Person { id: row.actor, name: &row.name, host: row.host.as_deref(), kind: row.kind };
        Line { ballot: row.ballot, voter: names.name(person), origin: row.origin(on) }
    };
    Ok(rows.into_iter().map(line).collect())
}
