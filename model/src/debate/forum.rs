//! Forums: where consultations are held, and what people elsewhere follow.

mod staff;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::care::audit;
use crate::clock::Instant;
use crate::data::search;
use crate::error::{Check, Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::account::{self, Account};
use crate::people::actor::{self, Actor, Kind};
use crate::people::name;
use crate::people::role::{Act, Role, Standing};
use crate::store::schema::{accounts, forums, memberships};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

pub(super) use staff::admit;
pub(crate) use staff::became_known;
pub use staff::{give_role, remove_member};

/// The longest title, in characters.
pub const TITLE_LONGEST: usize = 120;
/// The longest summary, in characters.
pub const SUMMARY_LONGEST: usize = 500;
/// The most days that a forum can ask its consultations to stay open.
pub const MINIMUM_MOST: i32 = 366;

words! {
    /// Who sees a forum and takes part in it (`contract.md`).
    pub enum Visibility {
        /// Everybody sees; every confirmed account takes part.
        Public = "public",
        /// Everybody sees; members take part.
        Closed = "closed",
        /// Members alone; for others it is not there.
        Private = "private",
        /// As public, and every participant proposes.
        Collaborative = "collaborative",
    }
}

impl Visibility {
    /// Whether anything of it may leave the node.
    #[must_use]
    pub fn is_federated(self) -> bool {
        self != Self::Private
    }
}

/// A forum.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = forums)]
pub struct Forum {
    /// Key.
    pub id: Id<Forum>,
    /// Its actor, a group.
    pub actor_id: Id<Actor>,
    /// Its own official account; the institution's if none.
    pub official_id: Option<Id<Actor>>,
    /// Its name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Summary, plain.
    pub summary: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Its language (BCP 47).
    pub language: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Option<Instant>,
    /// The fewest days that its consultations stay open.
    pub minimum_days: i32,
}

/// What makes or changes a forum.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its name in addresses; cannot be changed later.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Summary, plain.
    pub summary: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Its language.
    pub language: String,
}

fn check(draft: &Draft) -> Result<()> {
    let mut check = Check::default();
    check.line("title", &draft.title, TITLE_LONGEST);
    check.most("summary", &draft.summary, SUMMARY_LONGEST);
    check.that(
        crate::care::setup::is_language(&draft.language),
        "language",
        "format",
        "Write a language such as fr or en.",
    );
    check.done()
}

/// Makes a forum.
///
/// # Errors
/// When `by` may not, or a field is not as it should be (`slug`, `title`, `summary`, `language`).
pub async fn create(tx: &mut Tx, now: Instant, by: &Standing, draft: &Draft) -> Result<Forum> {
    by.may(Act::Administer, None)?;
    let slug = name::check("slug", &draft.slug)?;
    check(draft)?;
    let host = crate::care::settings::node(tx).await?.domain.unwrap_or_default();
    let taken = || Error::field("slug", "taken", "This name is taken or reserved: choose another.");
    if name::is_reserved(&slug, &host) || name::is_taken(tx, &slug).await? {
        return Err(taken());
    }
    let federated = draft.visibility.is_federated();
    let mut group = actor::local(now, Kind::Group, &slug, draft.title.trim());
    group.summary = draft.summary.trim().to_owned();
    group.published_at = federated.then_some(now);
    actor::create(tx, &group).await?;
    let forum = Forum {
        id: Id::new(now),
        actor_id: group.id,
        official_id: None,
        slug,
        title: draft.title.trim().to_owned(),
        summary: draft.summary.trim().to_owned(),
        visibility: draft.visibility,
        language: draft.language.clone(),
        created_at: now,
        updated_at: None,
        minimum_days: 0,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(forums::table).values(&forum).execute(c).await)?;
    search::keep_forum(tx, &forum).await?;
    audit::note(tx, now, by.account.as_ref(), "forum.create", &forum.slug, None).await?;
    Ok(forum)
}

/// Changes a forum; its slug stays. A forum that was private stays private, and one that was not never becomes so:
/// what left the node cannot be called back.
///
/// # Errors
/// When `by` may not, or a field is not as it should be.
pub async fn edit(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, draft: &Draft) -> Result<Forum> {
    by.may(Act::ManageForum, Some(forum))?;
    check(draft)?;
    let turns = draft.visibility.is_federated() != forum.visibility.is_federated();
    if turns {
        return Err(Error::field(
            "visibility",
            "permanent",
            "A private forum stays private, and no other becomes private: make a new forum.",
        ));
    }
    let conn: &mut Conn = tx;
    let changed: Forum = on!(conn, |c| diesel::update(forums::table.find(forum.id))
        .set((
            forums::title.eq(draft.title.trim()),
            forums::summary.eq(draft.summary.trim()),
            forums::visibility.eq(draft.visibility),
            forums::language.eq(&draft.language),
            forums::updated_at.eq(Some(now)),
        ))
        .returning(Forum::as_returning())
        .get_result(c)
        .await)?;
    search::keep_forum(tx, &changed).await?;
    actor::describe(tx, forum.actor_id, &changed.title, &changed.summary).await?;
    audit::note(tx, now, by.account.as_ref(), "forum.edit", &forum.slug, None).await?;
    if changed.visibility.is_federated() {
        job::enqueue(tx, now, Job::Forum { forum: forum.id }, When::Now).await?;
    }
    Ok(changed)
}

/// Promises that consultations of this forum stay open for so many days at least; those published already keep theirs.
///
/// # Errors
/// When `by` may not, or what is wrong with `minimum_days`.
pub async fn promise(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, days: i32) -> Result<Forum> {
    by.may(Act::ManageForum, Some(forum))?;
    if !(0..=MINIMUM_MOST).contains(&days) {
        return Err(Error::field("minimum_days", "range", format!("Choose 0 to {MINIMUM_MOST} days.")));
    }
    let conn: &mut Conn = tx;
    let changed: Forum = on!(conn, |c| diesel::update(forums::table.find(forum.id))
        .set((forums::minimum_days.eq(days), forums::updated_at.eq(Some(now))))
        .returning(Forum::as_returning())
        .get_result(c)
        .await)?;
    audit::note(tx, now, by.account.as_ref(), "forum.promise", &forum.slug, None).await?;
    Ok(changed)
}

/// Gives a forum its own official account, in whose name its authors publish.
///
/// # Errors
/// When `by` may not, or the name is taken.
pub async fn give_official(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, name: &str) -> Result<Account> {
    by.may(Act::ManageForum, Some(forum))?;
    let account = account::create_official(tx, now, name, &forum.title, &forum.language).await?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(forums::table.find(forum.id))
        .set(forums::official_id.eq(Some(account.actor_id)))
        .execute(c)
        .await)?;
    audit::note(tx, now, by.account.as_ref(), "forum.official", &forum.slug, Some(account.actor_id)).await?;
    Ok(account)
}

/// The actor in whose name this forum speaks: its own official account, else the institution's.
///
/// # Errors
/// When the database fails.
pub async fn official(conn: &mut Conn, forum: &Forum) -> Result<Actor> {
    match forum.official_id {
        Some(id) => actor::by_id(conn, id).await,
        None => crate::care::settings::official(conn).await,
    }
}

/// What `account` is in this forum.
///
/// # Errors
/// When the database fails.
pub async fn standing(conn: &mut Conn, forum: &Forum, account: Option<&Account>) -> Result<Standing> {
    let member = match account {
        Some(account) => membership(conn, forum.id, account.id).await?,
        None => None,
    };
    Ok(Standing { account: account.cloned(), member })
}

/// The role of a member; `None` if not a member.
///
/// # Errors
/// When the database fails.
pub async fn membership(conn: &mut Conn, forum: Id<Forum>, account: Id<Account>) -> Result<Option<Role>> {
    Ok(on!(conn, |c| memberships::table.find((forum, account)).select(memberships::role).first(c).await.optional())?)
}

/// The members with their roles, by name.
///
/// # Errors
/// When the database fails.
pub async fn members(conn: &mut Conn, forum: Id<Forum>) -> Result<Vec<(Account, Role)>> {
    Ok(on!(conn, |c| memberships::table
        .inner_join(accounts::table)
        .filter(memberships::forum_id.eq(forum))
        .order(accounts::name)
        .select((Account::as_select(), memberships::role))
        .load(c)
        .await)?)
}

/// The forums in which an account has a role, with the role.
///
/// # Errors
/// When the database fails.
pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> Result<Vec<(Forum, Role)>> {
    Ok(on!(conn, |c| memberships::table
        .inner_join(forums::table)
        .filter(memberships::account_id.eq(account))
        .order(forums::title)
        .select((Forum::as_select(), memberships::role))
        .load(c)
        .await)?)
}

/// The forum of that slug as `account` may see it, with its standing there: a private one is not there for others.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn view(conn: &mut Conn, slug: &str, account: Option<&Account>) -> Result<(Forum, Standing)> {
    let forum = by_slug(conn, slug).await?;
    let standing = standing(conn, &forum, account).await?;
    if standing.sees(&forum) { Ok((forum, standing)) } else { Err(Error::NotFound) }
}

/// The forum of that slug, whoever asks: for callers that check what may be seen.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Forum> {
    Ok(on!(conn, |c| forums::table.filter(forums::slug.eq(slug)).select(Forum::as_select()).first(c).await)?)
}

/// The forum of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Forum>) -> Result<Forum> {
    Ok(on!(conn, |c| forums::table.find(id).select(Forum::as_select()).first(c).await)?)
}

/// The forum behind an actor.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_actor(conn: &mut Conn, id: Id<Actor>) -> Result<Forum> {
    Ok(on!(conn, |c| forums::table.filter(forums::actor_id.eq(id)).select(Forum::as_select()).first(c).await)?)
}

/// The forums that `account` may see, by title.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, account: Option<&Account>) -> Result<Vec<Forum>> {
    let asks = account.map_or(Id::from_uuid(Uuid::nil()), |account| account.id);
    let member = memberships::forum_id.eq(forums::id).and(memberships::account_id.eq(asks));
    let all: Vec<(Forum, Option<Role>)> = on!(conn, |c| forums::table
        .left_join(memberships::table.on(member))
        .order((forums::title, forums::id))
        .select((Forum::as_select(), memberships::role.nullable()))
        .load(c)
        .await)?;
    let sees = |(forum, member): (Forum, Option<Role>)| {
        Standing { account: account.cloned(), member }.sees(&forum).then_some(forum)
    };
    Ok(all.into_iter().filter_map(sees).collect())
}
