//! Many deliveries at once.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::insert_missing;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::network::activity::Activity;
use crate::network::copy::Copy;
use crate::network::delivery::Delivery;
use crate::store::schema::{copies, deliveries};
use crate::store::types::{DbTime, DbUuid};
use crate::store::{Conn, Tx};

/// Adds deliveries and makes their lanes due: on PostgreSQL in one statement, on SQLite in one for each of both.
pub(crate) async fn add_deliveries(tx: &mut Tx, rows: Vec<Delivery>) -> Result<()> {
    let Some(now) = rows.iter().map(|row| row.created_at).max() else { return Ok(()) };
    match &mut **tx {
        Conn::Postgres(c) => {
            AddDeliveries::of(now, rows).execute(&mut **c).await?;
        }
        Conn::Sqlite(c) => {
            let rows = in_json(&rows);
            for statement in [SQLITE_DELIVERIES, SQLITE_LANES] {
                let add = diesel::sql_query(statement).bind::<DbTime, _>(now).bind::<Text, _>(&rows);
                add.execute(&mut **c).await?;
            }
        }
    }
    Ok(())
}

/// Each as an array of its columns.
fn in_json(rows: &[Delivery]) -> String {
    let key = |uuid: uuid::Uuid| uuid.simple().to_string();
    let row =
        |row: &Delivery| serde_json::json!([key(row.id.uuid()), row.host, key(row.activity_id.uuid()), row.inbox]);
    serde_json::Value::Array(rows.iter().map(row).collect()).to_string()
}

const SQLITE_DELIVERIES: &str = "INSERT INTO deliveries (id, host, activity_id, inbox, tried, created_at)
    SELECT unhex(value ->> 0), value ->> 1, unhex(value ->> 2), value ->> 3, FALSE, ?1 FROM json_each(?2)";

/// A lane that nothing waits in becomes due; one that has something keeps its time.
const SQLITE_LANES: &str = "INSERT INTO lanes (host, due_at, attempts, errors)
    SELECT DISTINCT value ->> 1, ?1, 0, '[]' FROM json_each(?2) WHERE TRUE
    ON CONFLICT (host) DO UPDATE SET due_at = COALESCE(lanes.due_at, excluded.due_at)";

/// [`ADD_DELIVERIES`] with its columns. A query of its own, since diesel prepares those given as text anew each time.
struct AddDeliveries {
    now: Instant,
    ids: Vec<Id<Delivery>>,
    hosts: Vec<String>,
    activities: Vec<Id<Activity>>,
    inboxes: Vec<String>,
}

impl AddDeliveries {
    fn of(now: Instant, rows: Vec<Delivery>) -> Self {
        let (ids, hosts, activities, inboxes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut add = Self { now, ids, hosts, activities, inboxes };
        for row in rows {
            add.ids.push(row.id);
            add.hosts.push(row.host);
            add.activities.push(row.activity_id);
            add.inboxes.push(row.inbox);
        }
        add
    }
}

impl QueryId for AddDeliveries {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> diesel::RunQueryDsl<C> for AddDeliveries {}

impl QueryFragment<Pg> for AddDeliveries {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [insert, from, rest, end] = ADD_DELIVERIES;
        out.push_sql(insert);
        out.push_bind_param::<DbTime, _>(&self.now)?;
        out.push_sql(from);
        out.push_bind_param::<Array<DbUuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.hosts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<DbUuid>, _>(&self.activities)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.inboxes)?;
        out.push_sql(rest);
        out.push_bind_param::<DbTime, _>(&self.now)?;
        out.push_sql(end);
        Ok(())
    }
}

/// Lanes in the order of their hosts, so that two such statements never wait for each other in a circle.
const ADD_DELIVERIES: [&str; 4] = [
    "WITH added AS (
    INSERT INTO deliveries (id, host, activity_id, inbox, tried, created_at)
    SELECT id, host, activity, inbox, FALSE, ",
    "::timestamptz FROM unnest(",
    ") AS n (id, host, activity, inbox) RETURNING host
)
INSERT INTO lanes (host, due_at, attempts, errors)
SELECT DISTINCT host, ",
    "::timestamptz, 0, '[]'::jsonb FROM added ORDER BY host
ON CONFLICT (host) DO UPDATE SET due_at = COALESCE(lanes.due_at, excluded.due_at)",
];

/// The first deliveries of each of these lanes, in order.
pub(crate) async fn first_deliveries(
    conn: &mut Conn,
    hosts: &[String],
    most: i64,
) -> Result<HashMap<String, Vec<Delivery>>> {
    let mut found: HashMap<String, Vec<Delivery>> = HashMap::new();
    match conn {
        Conn::Postgres(c) => {
            let rows: Vec<Delivery> = diesel::sql_query(
                "SELECT d.* FROM unnest($1) AS lane (host), LATERAL (
                    SELECT * FROM deliveries WHERE deliveries.host = lane.host ORDER BY id LIMIT $2) AS d
                ORDER BY d.id",
            )
            .bind::<Array<Text>, _>(hosts)
            .bind::<BigInt, _>(most)
            .load(&mut **c)
            .await?;
            for row in rows {
                found.entry(row.host.clone()).or_default().push(row);
            }
        }
        Conn::Sqlite(c) => {
            for host in hosts {
                let rows = deliveries::table
                    .filter(deliveries::host.eq(host))
                    .order(deliveries::id)
                    .limit(most)
                    .select(Delivery::as_select())
                    .load(&mut **c)
                    .await?;
                found.insert(host.clone(), rows);
            }
        }
    }
    Ok(found)
}

/// Adds copies; one that is known already is left as it is.
pub(crate) async fn add_copies(tx: &mut Tx, rows: Vec<Copy>) -> Result<()> {
    Ok(insert_missing!(&mut **tx, copies::table, rows)?)
}
