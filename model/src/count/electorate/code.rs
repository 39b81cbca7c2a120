//! Codes: with one, somebody takes part once, without an account. Kept as hashes, given out when they are made and never
//! again. The voter of a code is a bearer with the code's own id, which leads to no person.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Requires, Tier};
use crate::care::audit;
use crate::clock::Instant;
use crate::count::ballot::Voter;
use crate::count::pseudonym::Person;
use crate::count::tally::{self, Viewer};
use crate::debate::consultation::{self, Consultation, State, View};
use crate::debate::forum::{self, Forum};
use crate::error::{Error, Instead, Refusal, Result};
use crate::id::Id;
use crate::people::actor::{self, Actor, Kind};
use crate::people::role::{Act, Standing};
use crate::people::{hash_secret, mint_code, plain_code};
use crate::store::dialect::insert_all;
use crate::store::schema::{actors, ballots, codes};
use crate::store::{Conn, Tx, on};

/// The most codes that are made at once.
pub const AT_ONCE: usize = 5_000;
/// The most codes of a consultation.
pub const MOST: i64 = 200_000;

/// Characters of a bearer's name.
const NAME: usize = 21;

/// A code as kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = codes)]
pub struct Code {
    /// Key; also that of its voter.
    pub id: Id<Code>,
    /// For what.
    pub consultation_id: Id<Consultation>,
    hash: String,
    /// When it was made, with the others of its batch.
    pub created_at: Instant,
}

/// How many codes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Made.
    pub issued: i64,
    /// With which somebody has voted; nothing while the results are hidden.
    pub used: Option<i64>,
}

/// Makes `count` codes and answers them, this once.
///
/// # Errors
/// When `by` may not; [`Refusal::WrongElectorate`]; [`Refusal::Closed`]; [`Refusal::Locked`] after the first ballot;
/// `count` out of bounds.
pub async fn issue(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    on: &Consultation,
    count: usize,
) -> Result<Vec<String>> {
    by.may(Act::Author, Some(forum))?;
    if on.electorate.0.requires != Requires::Codes {
        return Err(Refusal::WrongElectorate.into());
    }
    let phase = on.phase(now);
    if phase.is_over() {
        return Err(phase.refusal().into());
    }
    if on.locked_at.is_some() {
        return Err(Refusal::Locked(Instead::Cancel).into());
    }
    let there = self::count(tx, on, now).await?.issued;
    let room = usize::try_from(MOST - there).unwrap_or(0).min(AT_ONCE);
    if count == 0 || count > room {
        return Err(Error::field("count", "range", format!("Make 1 to {room} codes at once.")));
    }
    let fresh: Vec<String> = (0..count).map(|_| mint_code()).collect();
    let row =
        |code: &String| Code { id: Id::scattered(), consultation_id: on.id, hash: hash(on.id, code), created_at: now };
    let rows: Vec<Code> = fresh.iter().map(row).collect();
    let conn: &mut Conn = tx;
    insert_all!(conn, codes::table, rows)?;
    audit::note(tx, now, by.account.as_ref(), "codes.issue", &format!("{} {count}", on.slug), None).await?;
    Ok(fresh)
}

/// A code is kept by the hash of 100 random bits and its consultation.
fn hash(on: Id<Consultation>, code: &str) -> String {
    hash_secret(&format!("{}:{}", on.uuid(), plain_code(code)))
}

/// The code of this consultation that was typed. The look-up is by hash, so its time tells nothing of other codes.
///
/// # Errors
/// [`Refusal::CodeInvalid`].
pub async fn find(conn: &mut Conn, on: &Consultation, typed: &str) -> Result<Code> {
    let hash = hash(on.id, typed);
    let found: Option<Code> = on!(conn, |c| codes::table
        .filter(codes::hash.eq(&hash).and(codes::consultation_id.eq(on.id)))
        .select(Code::as_select())
        .first(c)
        .await
        .optional())?;
    let valid = found.filter(|_| on.electorate.0.requires == Requires::Codes);
    Ok(valid.ok_or(Refusal::CodeInvalid)?)
}

/// The consultation of that slug for whoever holds a code of it, also in a private forum.
///
/// # Errors
/// [`Error::NotFound`] where a visitor without a code sees none; else [`Refusal::CodeInvalid`].
pub async fn open(conn: &mut Conn, slug: &str, typed: &str) -> Result<(View, Code)> {
    let on = consultation::by_slug(conn, slug).await?;
    let forum = forum::by_id(conn, on.forum_id).await?;
    let standing = Standing::visitor();
    if on.state == State::Draft {
        return Err(Error::NotFound);
    }
    match find(conn, &on, typed).await {
        Ok(code) => Ok((View { consultation: on, forum, standing }, code)),
        Err(Error::Refused(_)) if !standing.sees(&forum) => Err(Error::NotFound),
        Err(error) => Err(error),
    }
}

/// Who votes with a code; made known to the database with the first ballot.
///
/// # Errors
/// [`Refusal::NotEligible`].
pub async fn voter(tx: &mut Tx, on: &Consultation, code: &Code) -> Result<Voter> {
    if !on.electorate.0.admits(Tier::Member) {
        return Err(Refusal::NotEligible.into());
    }
    let bearer = Actor { id: code.actor(), ..actor::local(code.created_at, Kind::Bearer, &code.bearer(), "") };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(actors::table).values(&bearer).on_conflict_do_nothing().execute(c).await)?;
    Ok(Voter { actor: bearer.id, tier: Tier::Member })
}

impl Code {
    /// The voter that bears it.
    #[must_use]
    pub fn actor(&self) -> Id<Actor> {
        Id::from_uuid(self.id.uuid())
    }

    /// That voter, called [`Code::bearer`].
    #[must_use]
    pub fn person<'a>(&self, bearer: &'a str) -> Person<'a> {
        Person { id: self.actor(), name: bearer, host: None, kind: Kind::Bearer }
    }

    /// What that voter is called. No account can be called so, and nothing of the code is in it.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("code#{}", self.id.uuid().simple()).chars().take(NAME).collect()
    }
}

/// How many codes a consultation has, and how many were used.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &mut Conn, on: &Consultation, now: Instant) -> Result<Count> {
    let issued = on!(conn, |c| codes::table.filter(codes::consultation_id.eq(on.id)).count().get_result(c).await)?;
    if !tally::visible(on, now, Viewer::Anybody) {
        return Ok(Count { issued, used: None });
    }
    let used = on!(conn, |c| ballots::table
        .inner_join(actors::table)
        .filter(ballots::consultation_id.eq(on.id).and(actors::kind.eq(Kind::Bearer)))
        .count()
        .get_result(c)
        .await)?;
    Ok(Count { issued, used: Some(used) })
}
