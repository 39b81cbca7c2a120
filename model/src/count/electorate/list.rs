//! Lists of electors of a forum: e-mail addresses or identifiers, kept as keyed hashes. Nobody is shown a list; it only
//! answers whether an account stands on it.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::hmac;
use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::sheet::{self, Sheet};
use super::{Electorate, Requires};
use crate::care::{audit, settings};
use crate::clock::Instant;
use crate::debate::consultation::State;
use crate::debate::forum::Forum;
use crate::error::{Error, Instead, Refusal, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::people::role::{Act, Standing};
use crate::people::{identity, name};
use crate::store::dialect::insert_all;
use crate::store::schema::{consultations, elector_lists, electors};
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

/// The most entries of a list.
pub const ENTRIES_MOST: usize = 200_000;
/// From how many characters on an identifier is hard to guess, one account trying a few an hour.
pub const SAFE: usize = 8;
/// The most lists of a forum.
pub const LISTS_MOST: usize = 100;

words! {
    /// What a list holds.
    pub enum Kind {
        /// E-mail addresses: an account is on it by its confirmed address.
        Email = "email",
        /// Identifiers: an account is on it once it has claimed one, or a provider has told its own.
        Identifier = "identifier",
    }
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = elector_lists)]
pub struct List {
    /// Key.
    pub id: Id<List>,
    /// Whose.
    pub forum_id: Id<Forum>,
    /// Its name in the forum.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// How many entries.
    pub size: i32,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last replaced.
    pub updated_at: Instant,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = electors)]
struct Elector {
    list_id: Id<List>,
    hash: String,
    account_id: Option<Id<Account>>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The list.
    pub list: List,
    /// Whether it is new.
    pub fresh: bool,
    /// How many rows said again what another says.
    pub repeated: usize,
    /// How many identifiers are shorter than [`SAFE`].
    pub short: usize,
}

/// What is kept of an entry: one hash for all lists, so that a provider's word can be compared with each.
pub(crate) async fn hash(conn: &mut Conn, kind: Kind, plain: &str) -> Result<String> {
    let key = settings::pseudonym_key(conn).await?;
    Ok(hash_with(&hmac::Key::new(hmac::HMAC_SHA256, &key), kind, plain))
}

fn hash_with(key: &hmac::Key, kind: Kind, plain: &str) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(b"elector:");
    context.update(kind.as_str().as_bytes());
    context.update(b":");
    context.update(plain.as_bytes());
    hex::encode(context.sign())
}

/// What is kept of an identifier that a provider tells; nothing if it has not the form of one.
pub(crate) async fn identifier(conn: &mut Conn, text: &str) -> Result<Option<String>> {
    match sheet::plain(Kind::Identifier, text) {
        Some(plain) => hash(conn, Kind::Identifier, &plain).await.map(Some),
        None => Ok(None),
    }
}

/// Keeps a list: what `csv` holds replaces what it held. Claims on entries that stay, stay. `by` is `None` on the command
/// line.
///
/// # Errors
/// When `by` may not; what is wrong with `name` or with rows of `csv`; [`Refusal::Locked`] once votes exist that were
/// cast under it.
pub async fn keep(
    tx: &mut Tx,
    now: Instant,
    by: Option<&Standing>,
    forum: &Forum,
    name: &str,
    kind: Kind,
    csv: &str,
) -> Result<Kept> {
    if let Some(by) = by {
        by.may(Act::Author, Some(forum))?;
    }
    let name = name::check("list", name)?;
    let sheet = sheet::read(kind, csv)?;
    let earlier = found(by_name(tx, forum.id, &name).await)?;
    if earlier.is_none() && of(tx, forum.id).await?.len() >= LISTS_MOST {
        return Err(Error::field("list", "range", format!("A forum has at most {LISTS_MOST} lists.")));
    }
    if uses(tx, forum, &name).await?.locked {
        return Err(Refusal::Locked(Instead::Cancel).into());
    }
    let list = List {
        id: earlier.as_ref().map_or_else(|| Id::new(now), |list| list.id),
        forum_id: forum.id,
        name,
        kind,
        size: i32::try_from(sheet.entries.len()).unwrap_or(i32::MAX),
        created_at: earlier.as_ref().map_or(now, |list| list.created_at),
        updated_at: now,
    };
    save(tx, &list).await?;
    fill(tx, &list, &sheet).await?;
    let subject = format!("{} {} {}", forum.slug, list.name, list.size);
    audit::note(tx, now, by.and_then(|b| b.account.as_ref()), "list.keep", &subject, None).await?;
    Ok(Kept { fresh: earlier.is_none(), repeated: sheet.repeated, short: sheet.short(kind), list })
}

async fn save(conn: &mut Conn, list: &List) -> Result<()> {
    on!(conn, |c| diesel::insert_into(elector_lists::table)
        .values(list)
        .on_conflict(elector_lists::id)
        .do_update()
        .set((
            elector_lists::kind.eq(list.kind),
            elector_lists::size.eq(list.size),
            elector_lists::updated_at.eq(list.updated_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

async fn fill(conn: &mut Conn, list: &List, sheet: &Sheet) -> Result<()> {
    let claims: Vec<(String, Option<Id<Account>>)> = on!(conn, |c| electors::table
        .filter(electors::list_id.eq(list.id).and(electors::account_id.is_not_null()))
        .select((electors::hash, electors::account_id))
        .load(c)
        .await)?;
    let claims: HashMap<_, _> = claims.into_iter().collect();
    on!(conn, |c| diesel::delete(electors::table.filter(electors::list_id.eq(list.id))).execute(c).await)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &settings::pseudonym_key(conn).await?);
    let elector = |entry: &String| {
        let hash = hash_with(&key, list.kind, entry);
        Elector { list_id: list.id, account_id: claims.get(&hash).copied().flatten(), hash }
    };
    let mut rows: Vec<Elector> = sheet.entries.iter().map(elector).collect();
    if list.kind == Kind::Identifier {
        claim_for_told(&mut rows, identity::told(conn).await?);
    }
    insert_all!(conn, electors::table, rows)?;
    Ok(())
}

/// Gives entries that nobody has claimed to those whom a provider has told by them: `told` has who is linked longest first.
fn claim_for_told(rows: &mut [Elector], told: Vec<(String, Id<Account>)>) {
    let mut whose = HashMap::new();
    for (hash, account) in told {
        whose.entry(hash).or_insert(account);
    }
    let mut taken: HashSet<_> = rows.iter().filter_map(|row| row.account_id).collect();
    for row in rows.iter_mut().filter(|row| row.account_id.is_none()) {
        row.account_id = whose.get(&row.hash).copied().filter(|account| taken.insert(*account));
    }
}

/// A provider tells by which identifier it knows an account: the account has from now on what stands under it on every
/// list where nobody has claimed it, if it has claimed nothing else there.
pub(crate) async fn claim_told(conn: &mut Conn, account: Id<Account>, hash: &str) -> Result<()> {
    let own: Vec<Id<List>> = on!(conn, |c| electors::table
        .filter(electors::account_id.eq(account))
        .select(electors::list_id)
        .load(c)
        .await)?;
    let free = electors::table
        .filter(electors::hash.eq(hash).and(electors::account_id.is_null()).and(electors::list_id.ne_all(own)));
    on!(conn, |c| diesel::update(free).set(electors::account_id.eq(Some(account))).execute(c).await)?;
    Ok(())
}

/// Takes a list away.
///
/// # Errors
/// [`Error::NotFound`]; when `by` may not; [`Refusal::Locked`] once votes exist that were cast under it,
/// [`Refusal::ListInUse`] where a consultation names it.
pub async fn delete(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, name: &str) -> Result<()> {
    by.may(Act::Author, Some(forum))?;
    let list = by_name(tx, forum.id, name).await?;
    let uses = uses(tx, forum, name).await?;
    if uses.locked {
        return Err(Refusal::Locked(Instead::Cancel).into());
    }
    if uses.any {
        return Err(Refusal::ListInUse.into());
    }
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(elector_lists::table.find(list.id)).execute(c).await)?;
    let subject = format!("{} {}", forum.slug, list.name);
    audit::note(tx, now, by.account.as_ref(), "list.delete", &subject, None).await
}

/// Whether consultations name a list, and whether votes have been cast on one of them.
struct Uses {
    any: bool,
    locked: bool,
}

async fn uses(conn: &mut Conn, forum: &Forum, name: &str) -> Result<Uses> {
    // What is over asks the list no more.
    let ahead = consultations::state.eq_any([State::Draft, State::Scheduled, State::Open]);
    let all: Vec<(Json<Electorate>, Option<Instant>)> = on!(conn, |c| consultations::table
        .filter(consultations::forum_id.eq(forum.id).and(ahead))
        .select((consultations::electorate, consultations::locked_at))
        .load(c)
        .await)?;
    let named =
        |electorate: &Electorate| electorate.requires == Requires::List && electorate.list.as_deref() == Some(name);
    let using: Vec<bool> =
        all.iter().filter(|(electorate, _)| named(&electorate.0)).map(|(_, locked)| locked.is_some()).collect();
    Ok(Uses { any: !using.is_empty(), locked: using.contains(&true) })
}

fn found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(it) => Ok(Some(it)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The list of that name.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_name(conn: &mut Conn, forum: Id<Forum>, name: &str) -> Result<List> {
    Ok(on!(conn, |c| elector_lists::table
        .filter(elector_lists::forum_id.eq(forum).and(elector_lists::name.eq(name)))
        .select(List::as_select())
        .first(c)
        .await)?)
}

/// The lists of a forum, by name: what they are, never what they hold.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, forum: Id<Forum>) -> Result<Vec<List>> {
    Ok(on!(conn, |c| elector_lists::table
        .filter(elector_lists::forum_id.eq(forum))
        .order(elector_lists::name)
        .select(List::as_select())
        .load(c)
        .await)?)
}

/// Whether an account stands on the list of that name: by its confirmed address, by an identifier that it has claimed (as
/// it has done once a provider tells it), or because a provider's claims put it there.
///
/// # Errors
/// When the database fails.
pub async fn holds(conn: &mut Conn, forum: Id<Forum>, name: &str, account: &Account) -> Result<bool> {
    let Some(list) = found(by_name(conn, forum, name).await)? else { return Ok(false) };
    let known = identity::of(conn, account.id).await?;
    if known.iter().any(|identity| identity.lists.0.contains(&list.name)) {
        return Ok(true);
    }
    match list.kind {
        Kind::Email => match account.email.as_deref().filter(|_| account.confirmed_at.is_some()) {
            Some(email) => {
                let hash = hash(conn, Kind::Email, email).await?;
                Ok(on!(conn, |c| select(exists(electors::table.find((list.id, &hash)))).get_result(c).await)?)
            }
            None => Ok(false),
        },
        Kind::Identifier => Ok(claimed(conn, list.id, account.id).await?.is_some()),
    }
}

/// Whether any list of electors of this node knows somebody: by what a provider said, by what they claimed, or by their
/// confirmed address.
///
/// # Errors
/// When the database fails.
pub async fn knows(conn: &mut Conn, account: &Account) -> Result<bool> {
    let known = identity::of(conn, account.id).await?;
    if known.iter().any(|identity| !identity.lists.0.is_empty()) {
        return Ok(true);
    }
    let claimed = electors::table.filter(electors::account_id.eq(account.id));
    if on!(conn, |c| select(exists(claimed)).get_result::<bool>(c).await)? {
        return Ok(true);
    }
    let Some(email) = account.email.as_deref().filter(|_| account.confirmed_at.is_some()) else { return Ok(false) };
    let hash = hash(conn, Kind::Email, email).await?;
    let listed = electors::table.filter(electors::hash.eq(hash));
    Ok(on!(conn, |c| select(exists(listed)).get_result(c).await)?)
}

async fn claimed(conn: &mut Conn, list: Id<List>, account: Id<Account>) -> Result<Option<String>> {
    Ok(on!(conn, |c| electors::table
        .filter(electors::list_id.eq(list).and(electors::account_id.eq(account)))
        .select(electors::hash)
        .first(c)
        .await
        .optional())?)
}

/// Claims an entry of a list of identifiers for an account: one account for each, one for each account.
///
/// # Errors
/// When `by` may not vote in the forum; [`Error::NotFound`] where there is no such list; [`Refusal::NotOnList`], the same
/// for what is not there and for what is claimed.
pub async fn claim(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, name: &str, typed: &str) -> Result<()> {
    by.may(Act::Vote, Some(forum))?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let list = by_name(tx, forum.id, name).await?;
    let plain = sheet::plain(Kind::Identifier, typed).filter(|_| list.kind == Kind::Identifier);
    let hash = hash(tx, Kind::Identifier, &plain.ok_or(Refusal::NotOnList)?).await?;
    match claimed(tx, list.id, account.id).await? {
        Some(own) if own == hash => return Ok(()),
        Some(_) => return Err(Refusal::NotOnList.into()),
        None => {}
    }
    let conn: &mut Conn = tx;
    let free = electors::table.find((list.id, &hash)).filter(electors::account_id.is_null());
    let taken = on!(conn, |c| diesel::update(free).set(electors::account_id.eq(Some(account.id))).execute(c).await)?;
    if taken != 1 {
        return Err(Refusal::NotOnList.into());
    }
    audit::note(tx, now, Some(account), "list.claim", &format!("{} {}", forum.slug, list.name), None).await
}
