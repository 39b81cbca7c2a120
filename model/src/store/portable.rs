//! Every table as rows that both databases write and read: a row is a JSON array, one place for each column.
//!
//! Which tables and columns there are is asked of the database, never listed here: a table that a migration adds is in the
//! next backup without anybody's doing. What is made from other columns (search indexes, generated columns) is left out,
//! since writing the rows makes it again.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};

use super::{Conn, Tx, on};
use crate::error::{Error, Result};

/// What a column holds, and how it is written in a row. Nothing is `null` in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 32 hexadecimal digits.
    Uuid,
    /// Microseconds since 1970.
    Time,
    /// A JSON value as text.
    Json,
    /// Octets in hexadecimal digits.
    Bytes,
    /// Text.
    Text,
    /// `true` or `false`, or 1 or 0.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Real,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table with what a row of it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of a row.
    pub columns: Vec<Column>,
}

/// Rows read at once; fewer where a row may be large.
const ROWS: usize = 500;
const LARGE_ROWS: usize = 8;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Typed {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Text)]
    line: String,
}

/// What is ours to keep: no table of SQLite's own, no index that is spelled as a table, no record of migrations.
const SQLITE_TABLES: &str = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY name";
const POSTGRES_TABLES: &str = "SELECT table_name::text AS name FROM information_schema.tables \
     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_\\_diesel%' \
     ORDER BY 1";
const SQLITE_COLUMNS: &str =
    "SELECT name, lower(type) AS kind FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid";
const POSTGRES_COLUMNS: &str = "SELECT column_name::text AS name, data_type::text AS kind \
     FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 \
     AND is_generated = 'NEVER' ORDER BY ordinal_position";

/// Every table, by name.
///
/// # Errors
/// When a column is of a kind that no backup knows, or the database fails.
pub async fn shapes(conn: &mut Conn) -> Result<Vec<Shape>> {
    let tables: Vec<Named> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(SQLITE_TABLES).load(&mut **c).await?,
        Conn::Postgres(c) => diesel::sql_query(POSTGRES_TABLES).load(&mut **c).await?,
    };
    let mut shapes = Vec::new();
    for Named { name } in tables {
        let columns: Vec<Typed> = match conn {
            Conn::Sqlite(c) => diesel::sql_query(SQLITE_COLUMNS).bind::<Text, _>(&name).load(&mut **c).await?,
            Conn::Postgres(c) => diesel::sql_query(POSTGRES_COLUMNS).bind::<Text, _>(&name).load(&mut **c).await?,
        };
        let columns = columns.into_iter().filter_map(|typed| column(&name, typed).transpose());
        shapes.push(Shape { columns: columns.collect::<Result<_>>()?, name });
    }
    Ok(shapes)
}

/// `None` for what is made from other columns.
fn column(table: &str, Typed { name, kind }: Typed) -> Result<Option<Column>> {
    let kind = match kind.as_str() {
        "uuid" => Kind::Uuid,
        "timestamptz" | "timestamp with time zone" => Kind::Time,
        "jsonb" => Kind::Json,
        "bytea" | "blob" => Kind::Bytes,
        "text" => Kind::Text,
        "boolean" => Kind::Bool,
        "smallint" | "integer" | "bigint" => Kind::Int,
        "real" | "double precision" => Kind::Real,
        "tsvector" => return Ok(None),
        other => return Err(Error::store(format!("{table}.{name} is a {other}, which no backup knows"))),
    };
    Ok(Some(Column { name, kind }))
}

impl Shape {
    fn at_once(&self) -> usize {
        if self.columns.iter().any(|column| column.kind == Kind::Bytes) { LARGE_ROWS } else { ROWS }
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }

    fn each(&self, spell: impl Fn(usize, &Column) -> String) -> String {
        self.columns.iter().enumerate().map(|(n, column)| spell(n, column)).collect::<Vec<_>>().join(", ")
    }
}

/// Reads a table from its first row to its last.
pub struct Rows<'a> {
    shape: &'a Shape,
    after: i64,
    began: bool,
    done: bool,
}

impl<'a> Rows<'a> {
    /// Of this table.
    #[must_use]
    pub fn of(shape: &'a Shape) -> Self {
        Self { shape, after: i64::MIN, began: false, done: false }
    }

    /// The next rows; none after the last. `conn` is the same snapshot each time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, conn: &mut Conn) -> Result<Vec<String>> {
        if self.done {
            return Ok(Vec::new());
        }
        let most = self.shape.at_once();
        let lines: Vec<Line> = match conn {
            Conn::Sqlite(c) => {
                let query = diesel::sql_query(self.sqlite(most)).bind::<BigInt, _>(self.after);
                query.load(&mut **c).await?
            }
            Conn::Postgres(c) => {
                if !std::mem::replace(&mut self.began, true) {
                    c.batch_execute(&self.postgres()).await?;
                }
                diesel::sql_query(format!("FETCH {most} FROM kept_rows")).load(&mut **c).await?
            }
        };
        self.done = lines.len() < most;
        if let (true, Conn::Postgres(c)) = (self.done, conn) {
            c.batch_execute("CLOSE kept_rows").await?;
        }
        self.after = lines.last().map_or(self.after, |line| line.place);
        Ok(lines.into_iter().map(|line| line.line).collect())
    }

    fn sqlite(&self, most: usize) -> String {
        let cells = self.shape.each(|_, Column { name, kind }| match kind {
            Kind::Uuid | Kind::Bytes => format!("iif(\"{name}\" IS NULL, NULL, lower(hex(\"{name}\")))"),
            Kind::Json | Kind::Text => format!("CAST(\"{name}\" AS TEXT)"),
            Kind::Time | Kind::Bool | Kind::Int | Kind::Real => format!("\"{name}\""),
        });
        format!(
            "SELECT rowid AS place, json_array({cells}) AS line FROM \"{}\" WHERE rowid > ? ORDER BY rowid LIMIT {most}",
            self.shape.name
        )
    }

    fn postgres(&self) -> String {
        let cells = self.shape.each(|_, Column { name, kind }| match kind {
            Kind::Uuid => format!("replace(\"{name}\"::text, '-', '')"),
            Kind::Time => format!("(extract(epoch FROM \"{name}\") * 1000000)::bigint"),
            Kind::Json => format!("\"{name}\"::text"),
            Kind::Bytes => format!("encode(\"{name}\", 'hex')"),
            Kind::Text | Kind::Bool | Kind::Int | Kind::Real => format!("\"{name}\""),
        });
        format!(
            "DECLARE kept_rows NO SCROLL CURSOR FOR SELECT 0::bigint AS place, json_build_array({cells})::text AS line \
             FROM \"{}\"",
            self.shape.name
        )
    }
}

/// Writes rows into a table; `rows` is a JSON array of them.
///
/// # Errors
/// When a row does not fit, or the database fails.
pub async fn load(tx: &mut Tx, shape: &Shape, rows: &str) -> Result<usize> {
    let (table, names) = (&shape.name, shape.names());
    Ok(match &mut **tx {
        Conn::Sqlite(c) => {
            let cells = shape.each(|n, Column { kind, .. }| match kind {
                Kind::Uuid | Kind::Bytes => format!("unhex(json_extract(value, '$[{n}]'))"),
                _ => format!("json_extract(value, '$[{n}]')"),
            });
            let insert = format!("INSERT INTO \"{table}\" ({names}) SELECT {cells} FROM json_each(?)");
            diesel::sql_query(insert).bind::<Text, _>(rows).execute(&mut **c).await?
        }
        Conn::Postgres(c) => {
            let cells = shape.each(|n, Column { kind, .. }| match kind {
                Kind::Uuid => format!("(r->>{n})::uuid"),
                Kind::Time => {
                    format!("timestamptz 'epoch' + (r->>{n})::double precision * interval '1 microsecond'")
                }
                Kind::Json => format!("(r->>{n})::jsonb"),
                Kind::Bytes => format!("decode(r->>{n}, 'hex')"),
                Kind::Text => format!("r->>{n}"),
                Kind::Bool => format!("(r->>{n})::boolean"),
                Kind::Int => format!("(r->>{n})::bigint"),
                Kind::Real => format!("(r->>{n})::double precision"),
            });
            let insert = format!(
                "INSERT INTO \"{table}\" ({names}) SELECT {cells} FROM json_array_elements($1::json) AS given (r)"
            );
            diesel::sql_query(insert).bind::<Text, _>(rows).execute(&mut **c).await?
        }
    })
}

/// A rule by which one table points to another, put aside while tables are filled in any order.
pub struct Aside(Vec<Pointer>);

#[derive(QueryableByName)]
struct Pointer {
    #[diesel(sql_type = Text)]
    held: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    rule: String,
}

const POINTERS: &str = "SELECT conrelid::regclass::text AS held, conname::text AS name, \
     pg_get_constraintdef(oid) AS rule FROM pg_constraint \
     WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2";

/// Puts aside what one table must find in another, until [`Aside::back`]. On SQLite until the commit.
///
/// # Errors
/// When the database fails.
pub async fn aside(tx: &mut Tx) -> Result<Aside> {
    match &mut **tx {
        Conn::Sqlite(c) => {
            c.batch_execute("PRAGMA defer_foreign_keys = ON").await?;
            Ok(Aside(Vec::new()))
        }
        Conn::Postgres(c) => {
            let all: Vec<Pointer> = diesel::sql_query(POINTERS).load(&mut **c).await?;
            for Pointer { held, name, .. } in &all {
                c.batch_execute(&format!("ALTER TABLE {held} DROP CONSTRAINT \"{name}\"")).await?;
            }
            Ok(Aside(all))
        }
    }
}

impl Aside {
    /// Puts the rules back, which checks all rows by them.
    ///
    /// # Errors
    /// When a row points to one that is not there.
    pub async fn back(self, tx: &mut Tx) -> Result<()> {
        for Pointer { held, name, rule } in self.0 {
            let add = format!("ALTER TABLE {held} ADD CONSTRAINT \"{name}\" {rule}");
            let conn: &mut Conn = tx;
            on!(conn, |c| c.batch_execute(&add).await)?;
        }
        Ok(())
    }
}

/// How many rows a table has; at most `most` are looked at.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &mut Conn, table: &str, most: u32) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }
    let query = format!("SELECT count(*) AS rows FROM (SELECT 1 FROM \"{table}\" LIMIT {most}) AS few");
    let counted: Counted = on!(conn, |c| diesel::sql_query(query).get_result(c).await)?;
    Ok(counted.rows)
}
