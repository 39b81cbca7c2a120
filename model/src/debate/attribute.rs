//! What a forum asks to be told of each of its consultations: a number, a text, a choice, yes or no.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::consultation::{self, Consultation, State};
use super::forum::Forum;
use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Check, Result};
use crate::id::Id;
use crate::people::role::{Act, Standing};
use crate::store::schema::{consultation_attributes, forum_attributes};
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

/// The most attributes of one forum.
pub const MOST: usize = 30;
/// The longest name, in characters: it stands in documents and addresses.
pub const NAME_LONGEST: usize = 40;
/// The longest label, option and text, in characters.
pub const LABEL_LONGEST: usize = 120;
/// The longest text given, in characters.
pub const TEXT_LONGEST: usize = 500;
/// The most options of a choice.
pub const MOST_OPTIONS: usize = 50;

words! {
    /// What is asked for.
    pub enum Kind {
        /// A number.
        Number = "number",
        /// A line of text.
        Text = "text",
        /// One of the options.
        Choice = "choice",
        /// Yes or no.
        YesNo = "yes_no",
    }
}

/// What a forum asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name in documents: small letters, digits and `_`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What is asked for.
    pub kind: Kind,
    /// What may be chosen, of a choice; empty otherwise.
    pub options: Vec<String>,
    /// Whether nothing is published without it.
    pub required: bool,
}

/// What a consultation was told, by the name of the attribute.
pub type Given = BTreeMap<String, Value>;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = forum_attributes)]
struct Row {
    forum_id: Id<Forum>,
    name: String,
    position: i32,
    label: String,
    kind: Kind,
    options: Json<Vec<String>>,
    required: bool,
}

impl Attribute {
    /// Whether it can be told this.
    #[must_use]
    pub fn takes(&self, value: &Value) -> bool {
        match (self.kind, value) {
            (Kind::Number, Value::Number(number)) => number.as_f64().is_some_and(f64::is_finite),
            (Kind::Text, Value::String(text)) => {
                !text.trim().is_empty() && text.chars().count() <= TEXT_LONGEST && !text.contains(char::is_control)
            }
            (Kind::Choice, Value::String(option)) => self.options.contains(option),
            (Kind::YesNo, Value::Bool(_)) => true,
            _ => false,
        }
    }

    fn asks_for(&self) -> String {
        match self.kind {
            Kind::Number => "Write a number.".to_owned(),
            Kind::Text => format!("Write one line of at most {TEXT_LONGEST} characters."),
            Kind::Choice => format!("Choose one of: {}.", self.options.join(", ")),
            Kind::YesNo => "Write true or false.".to_owned(),
        }
    }

    fn check(&self, field: &str, check: &mut Check) {
        let is_name = (1..=NAME_LONGEST).contains(&self.name.len())
            && self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        check.that(is_name, &format!("{field}.name"), "format", "Use small letters, digits and _.");
        check.text(&format!("{field}.label"), &self.label, LABEL_LONGEST);
        let distinct: std::collections::BTreeSet<&String> = self.options.iter().collect();
        let fits = |option: &String| (1..=LABEL_LONGEST).contains(&option.chars().count()) && option.trim() == option;
        let fine = match self.kind {
            Kind::Choice => (2..=MOST_OPTIONS).contains(&self.options.len()) && self.options.iter().all(fits),
            _ => self.options.is_empty(),
        };
        let says =
            format!("A choice has 2 to {MOST_OPTIONS} different options, each of 1 to {LABEL_LONGEST} characters.");
        check.that(fine && distinct.len() == self.options.len(), &format!("{field}.options"), "format", says);
    }
}

/// Says what a forum asks, in this order, in place of all that it asked before. What consultations were told stays, and is
/// shown as far as it still answers what is asked.
///
/// # Errors
/// When `by` may not manage the forum; fields such as `attributes[0].name`.
pub async fn ask(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, all: &[Attribute]) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    let mut check = Check::default();
    check.that(all.len() <= MOST, "attributes", "too-long", format!("Ask for at most {MOST}."));
    let names: std::collections::BTreeSet<&String> = all.iter().map(|it| &it.name).collect();
    check.that(names.len() == all.len(), "attributes", "taken", "Each name can be there once.");
    for (at, it) in all.iter().enumerate().take(MOST) {
        it.check(&format!("attributes[{at}]"), &mut check);
    }
    check.done()?;
    let rows: Vec<Row> = all.iter().zip(0..).map(|(it, position)| row(forum, it, position)).collect();
    let conn: &mut Conn = tx;
    let earlier = forum_attributes::table.filter(forum_attributes::forum_id.eq(forum.id));
    on!(conn, |c| diesel::delete(earlier).execute(c).await)?;
    for row in &rows {
        on!(conn, |c| diesel::insert_into(forum_attributes::table).values(row).execute(c).await)?;
    }
    audit::note(tx, now, by.account.as_ref(), "forum.attributes", &forum.slug, None).await
}

fn row(forum: &Forum, it: &Attribute, position: i32) -> Row {
    Row {
        forum_id: forum.id,
        name: it.name.clone(),
        position,
        label: it.label.trim().to_owned(),
        kind: it.kind,
        options: Json(it.options.clone()),
        required: it.required,
    }
}

/// What a forum asks, in its order.
///
/// # Errors
/// When the database fails.
pub async fn asked(conn: &mut Conn, forum: Id<Forum>) -> Result<Vec<Attribute>> {
    let rows: Vec<Row> = on!(conn, |c| forum_attributes::table
        .filter(forum_attributes::forum_id.eq(forum))
        .order(forum_attributes::position)
        .select(Row::as_select())
        .load(c)
        .await)?;
    let all = rows.into_iter().map(|row| Attribute {
        name: row.name,
        label: row.label,
        kind: row.kind,
        options: row.options.0,
        required: row.required,
    });
    Ok(all.collect())
}

/// Tells what is asked of a consultation, in place of all that was told before.
///
/// # Errors
/// When `by` may not write it; `closed`; fields such as `attributes.cost`; once published, one that is required and missing.
pub async fn tell(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    on: &Consultation,
    given: &Given,
) -> Result<()> {
    consultation::may_write(by, forum, on)?;
    let phase = on.phase(now);
    if phase.is_over() {
        return Err(phase.refusal().into());
    }
    let asked = asked(tx, forum.id).await?;
    let mut check = Check::default();
    for (name, value) in given {
        let field = format!("attributes.{}", crate::debate::text::cut(name, NAME_LONGEST));
        match asked.iter().find(|it| it.name == *name) {
            None => check.that(false, &field, "unknown", "The forum asks for no such thing."),
            Some(it) => check.that(it.takes(value), &field, "format", it.asks_for()),
        };
    }
    if on.state != State::Draft {
        missing(&asked, given, &mut check);
    }
    check.done()?;
    let given = Json(given.clone());
    let row = (consultation_attributes::consultation_id.eq(on.id), consultation_attributes::given.eq(&given));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(consultation_attributes::table)
        .values(row)
        .on_conflict(consultation_attributes::consultation_id)
        .do_update()
        .set(consultation_attributes::given.eq(&given))
        .execute(c)
        .await)?;
    if on.state != State::Draft {
        consultation::touch(tx, now, on.id).await?;
    }
    audit::note(tx, now, by.account.as_ref(), "consultation.attributes", &on.slug, Some(on.author_id)).await
}

fn missing(asked: &[Attribute], given: &Given, check: &mut Check) {
    for it in asked.iter().filter(|it| it.required) {
        let there = given.get(&it.name).is_some_and(|value| it.takes(value));
        check.that(there, &format!("attributes.{}", it.name), "required", it.asks_for());
    }
}

/// Nothing is published before all that is required was told.
///
/// # Errors
/// The fields that are missing.
pub(crate) async fn complete(conn: &mut Conn, on: &Consultation) -> Result<()> {
    let asked = asked(conn, on.forum_id).await?;
    if asked.is_empty() {
        return Ok(());
    }
    let given = told(conn, on.id).await?;
    let mut check = Check::default();
    missing(&asked, &given, &mut check);
    check.done()
}

/// What a consultation was told, as far as it answers what its forum asks now.
///
/// # Errors
/// When the database fails.
pub async fn shown(conn: &mut Conn, on: &Consultation) -> Result<Given> {
    let asked = asked(conn, on.forum_id).await?;
    let mut given = told(conn, on.id).await?;
    given.retain(|name, value| asked.iter().any(|it| it.name == *name && it.takes(value)));
    Ok(given)
}

/// Keeps what a consultation was told elsewhere. It shows where its forum asks for it.
pub(crate) async fn keep(tx: &mut Tx, on: Id<Consultation>, given: Given) -> Result<()> {
    let row = (consultation_attributes::consultation_id.eq(on), consultation_attributes::given.eq(Json(given)));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(consultation_attributes::table).values(row).execute(c).await)?;
    Ok(())
}

async fn told(conn: &mut Conn, on: Id<Consultation>) -> Result<Given> {
    let told = consultation_attributes::table.find(on).select(consultation_attributes::given);
    let given: Option<Json<Given>> = on!(conn, |c| told.first(c).await.optional())?;
    Ok(given.unwrap_or_default().0)
}
