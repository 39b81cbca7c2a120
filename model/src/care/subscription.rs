//! What somebody of this node follows here: forums and consultations. Whoever follows is told ([`super::notice`]); nobody
//! else learns of it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::clock::Instant;
use crate::debate::consultation::{self, Consultation, View};
use crate::debate::forum::{self, Forum};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::people::role::{Act, Standing};
use crate::store::schema::{accounts, subscriptions};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

/// The most that one account follows.
pub const MOST: i64 = 1000;

words! {
    /// What is followed.
    pub enum Kind {
        /// A forum: all that happens in it.
        Forum = "forum",
        /// One consultation.
        Consultation = "consultation",
    }
}

/// A subject of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A forum.
    Forum(Id<Forum>),
    /// A consultation.
    Consultation(Id<Consultation>),
}

impl Subject {
    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Forum(_) => Kind::Forum,
            Self::Consultation(_) => Kind::Consultation,
        }
    }

    fn key(self) -> Id<Uuid> {
        Id::from_uuid(match self {
            Self::Forum(id) => id.uuid(),
            Self::Consultation(id) => id.uuid(),
        })
    }
}

#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscriptions)]
struct Row {
    account_id: Id<Account>,
    subject_id: Id<Uuid>,
    kind: Kind,
    created_at: Instant,
}

/// Something followed, as its follower still sees it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The forum, or the forum of the consultation.
    pub forum: Forum,
    /// The consultation, if one is followed.
    pub consultation: Option<Consultation>,
    /// Since when.
    pub since: Instant,
}

/// Follows a forum or a consultation that `by` sees; what is followed already stays so.
///
/// # Errors
/// When nobody is signed in or the account is not in order; [`Refusal::TooManyFollows`].
pub async fn follow(tx: &mut Tx, now: Instant, by: &Standing, to: Subject) -> Result<()> {
    by.may(Act::Vote, None)?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let conn: &mut Conn = tx;
    let held: i64 = on!(conn, |c| subscriptions::table
        .filter(subscriptions::account_id.eq(account.id))
        .count()
        .get_result(c)
        .await)?;
    if held >= MOST {
        return Err(Refusal::TooManyFollows.into());
    }
    let row = Row { account_id: account.id, subject_id: to.key(), kind: to.kind(), created_at: now };
    on!(conn, |c| diesel::insert_into(subscriptions::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    super::preference::ensure(tx, now, account.id).await.map(drop)
}

/// No longer follows it. False if it was not followed.
///
/// # Errors
/// When the database fails.
pub async fn stop(tx: &mut Tx, account: Id<Account>, of: Subject) -> Result<bool> {
    let conn: &mut Conn = tx;
    let it = subscriptions::table.find((account, of.key()));
    Ok(on!(conn, |c| diesel::delete(it).execute(c).await)? > 0)
}

/// Whether an account follows it.
///
/// # Errors
/// When the database fails.
pub async fn is_followed(conn: &mut Conn, account: Id<Account>, it: Subject) -> Result<bool> {
    let found: Option<Kind> = on!(conn, |c| subscriptions::table
        .find((account, it.key()))
        .select(subscriptions::kind)
        .first(c)
        .await
        .optional())?;
    Ok(found.is_some())
}

/// What an account follows and still may see, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn of_account(conn: &mut Conn, account: &Account) -> Result<Vec<Followed>> {
    let rows: Vec<Row> = on!(conn, |c| subscriptions::table
        .filter(subscriptions::account_id.eq(account.id))
        .order((subscriptions::created_at.desc(), subscriptions::subject_id))
        .limit(MOST)
        .select(Row::as_select())
        .load(c)
        .await)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        match followed(conn, account, row).await {
            Ok(one) => all.push(one),
            // Gone, or no longer for this account.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

async fn followed(conn: &mut Conn, account: &Account, row: Row) -> Result<Followed> {
    let since = row.created_at;
    match row.kind {
        Kind::Forum => {
            let forum = forum::by_id(conn, Id::from_uuid(row.subject_id.uuid())).await?;
            let standing = forum::standing(conn, &forum, Some(account)).await?;
            if standing.sees(&forum) { Ok(Followed { forum, consultation: None, since }) } else { Err(Error::NotFound) }
        }
        Kind::Consultation => {
            let it = consultation::by_id(conn, Id::from_uuid(row.subject_id.uuid())).await?;
            let View { consultation, forum, .. } = consultation::view(conn, &it.slug, Some(account)).await?;
            Ok(Followed { forum, consultation: Some(consultation), since })
        }
    }
}

/// Whether anybody follows a consultation or its forum.
pub(super) async fn has_followers(conn: &mut Conn, on: &Consultation) -> Result<bool> {
    let found: Option<Kind> = on!(conn, |c| subscriptions::table
        .filter(subscriptions::subject_id.eq_any(subjects(on)))
        .select(subscriptions::kind)
        .first(c)
        .await
        .optional())?;
    Ok(found.is_some())
}

fn subjects(on: &Consultation) -> [Id<Uuid>; 2] {
    [Subject::Consultation(on.id).key(), Subject::Forum(on.forum_id).key()]
}

/// How many accounts follow a consultation or its forum.
pub(super) async fn count(conn: &mut Conn, on: &Consultation) -> Result<i64> {
    let all = subscriptions::table.filter(subscriptions::subject_id.eq_any(subjects(on)));
    let distinct = diesel::dsl::count(subscriptions::account_id).aggregate_distinct();
    Ok(on!(conn, |c| all.select(distinct).first(c).await)?)
}

/// At most `limit` accounts in working order that follow a consultation or its forum, after that one; each once, with
/// whether it follows the consultation itself.
pub(super) async fn followers(
    conn: &mut Conn,
    on: &Consultation,
    after: Option<Id<Account>>,
    limit: i64,
) -> Result<Vec<(Account, bool)>> {
    let [itself, forum] = subjects(on);
    let after = after.unwrap_or(Id::from_uuid(Uuid::nil()));
    let ids: Vec<Id<Account>> = on!(conn, |c| subscriptions::table
        .filter(subscriptions::subject_id.eq_any([itself, forum]).and(subscriptions::account_id.gt(after)))
        .order(subscriptions::account_id)
        .select(subscriptions::account_id)
        .distinct()
        .limit(limit)
        .load(c)
        .await)?;
    let directly: Vec<Id<Account>> = on!(conn, |c| subscriptions::table
        .filter(subscriptions::subject_id.eq(itself).and(subscriptions::account_id.eq_any(&ids)))
        .select(subscriptions::account_id)
        .load(c)
        .await)?;
    let found: Vec<Account> = on!(conn, |c| accounts::table
        .filter(accounts::id.eq_any(&ids))
        .order(accounts::id)
        .select(Account::as_select())
        .load(c)
        .await)?;
    Ok(found.into_iter().map(|account| (directly.contains(&account.id), account)).map(|(d, a)| (a, d)).collect())
}
