//! How people come into a forum and leave it: they ask, or are invited, and somebody who manages the forum decides.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::forum::{self, Forum};
use crate::care::audit;
use crate::care::settings::{self, Registration};
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::people::account::{self, Account, Newcomer, PasswordHash, is_email};
use crate::people::role::{Act, Role, Standing};
use crate::people::{hash_secret, mint_secret};
use crate::store::schema::{accounts, admissions, memberships};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

/// How long an invitation by mail works.
const LIFETIME: Duration = Duration::from_secs(14 * 24 * 3600);
/// The most invitations by mail that wait in a forum.
const BY_MAIL: i64 = 1_000;

words! {
    /// How far somebody is on the way into a forum.
    pub enum State {
        /// Has asked, and waits.
        Asked = "asked",
        /// Is invited.
        Invited = "invited",
        /// Has asked, and was refused.
        Refused = "refused",
        /// Is a member.
        Member = "member",
    }
}

/// A request, an invitation, or a request that was refused.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = admissions)]
pub struct Admission {
    /// Key.
    pub id: Id<Admission>,
    /// Into what.
    pub forum_id: Id<Forum>,
    /// Who; `None` for an invitation by mail.
    pub account_id: Option<Id<Account>>,
    /// The address of an invitation by mail, lower case.
    pub email: Option<String>,
    /// How far it is.
    pub state: State,
    /// The role that it leads to.
    pub role: Role,
    secret: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When an invitation by mail ends.
    pub expires_at: Option<Instant>,
}

fn fresh(now: Instant, forum: &Forum, state: State, role: Role) -> Admission {
    Admission {
        id: Id::new(now),
        forum_id: forum.id,
        account_id: None,
        email: None,
        state,
        role,
        secret: None,
        created_at: now,
        expires_at: None,
    }
}

/// Keeps it, unless the same was asked at the same time.
async fn save(conn: &mut Conn, it: &Admission) -> Result<()> {
    on!(conn, |c| diesel::insert_into(admissions::table).values(it).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

async fn turn(conn: &mut Conn, id: Id<Admission>, state: State, role: Role) -> Result<()> {
    let it = admissions::table.find(id);
    on!(conn, |c| diesel::update(it).set((admissions::state.eq(state), admissions::role.eq(role))).execute(c).await)?;
    Ok(())
}

async fn drop_one(conn: &mut Conn, id: Id<Admission>) -> Result<()> {
    on!(conn, |c| diesel::delete(admissions::table.find(id)).execute(c).await)?;
    Ok(())
}

/// How far an account is on the way into a forum.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, forum: Id<Forum>, account: Id<Account>) -> Result<Option<Admission>> {
    Ok(on!(conn, |c| admissions::table
        .filter(admissions::forum_id.eq(forum).and(admissions::account_id.eq(account)))
        .select(Admission::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The forum of that slug for somebody who wants to join it: also a private one, if invited.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn door(conn: &mut Conn, slug: &str, account: &Account) -> Result<(Forum, Standing)> {
    let forum = forum::by_slug(conn, slug).await?;
    let standing = forum::standing(conn, &forum, Some(account)).await?;
    let invited = of(conn, forum.id, account.id).await?.is_some_and(|it| it.state == State::Invited);
    if invited || standing.sees(&forum) { Ok((forum, standing)) } else { Err(Error::NotFound) }
}

/// Asks to join; who is invited joins at once. `by` is what [`door`] answers.
///
/// # Errors
/// [`Refusal::AlreadyMember`], [`Refusal::RequestRefused`], or that the account is not in working order.
pub async fn ask(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum) -> Result<State> {
    let account = in_order(by)?;
    if by.member.is_some() {
        return Err(Refusal::AlreadyMember.into());
    }
    let state = match of(tx, forum.id, account.id).await? {
        Some(Admission { state: State::Invited, role, .. }) => {
            forum::admit(tx, now, forum.id, account, role).await?;
            State::Member
        }
        Some(Admission { state: State::Refused, .. }) => return Err(Refusal::RequestRefused.into()),
        Some(_) => return Ok(State::Asked),
        None => {
            let it = fresh(now, forum, State::Asked, Role::Participant);
            save(tx, &Admission { account_id: Some(account.id), ..it }).await?;
            State::Asked
        }
    };
    let subject = format!("{} {} {state}", forum.slug, account.name);
    audit::note(tx, now, Some(account), "forum.join", &subject, None).await?;
    Ok(state)
}

/// The account of `by`, if it may do anything at all.
fn in_order(by: &Standing) -> Result<&Account> {
    let nowhere = Standing { member: None, ..by.clone() };
    nowhere.may(Act::Vote, None)?;
    Ok(by.account.as_ref().ok_or(Refusal::NotSignedIn)?)
}

/// Refuses a request. The account cannot ask again, but can be invited.
///
/// # Errors
/// When `by` may not manage the forum; [`Error::NotFound`] where nothing was asked.
pub async fn refuse(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, whom: &Account) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    let it = of(tx, forum.id, whom.id).await?.filter(|it| it.state == State::Asked).ok_or(Error::NotFound)?;
    turn(tx, it.id, State::Refused, it.role).await?;
    audit::note(tx, now, by.account.as_ref(), "forum.refuse", &format!("{} {}", forum.slug, whom.name), None).await
}

/// Leaves a forum, takes a request back, or declines an invitation.
///
/// # Errors
/// [`Error::NotFound`] where there is nothing to leave.
pub async fn leave(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum) -> Result<()> {
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let pending = of(tx, forum.id, account.id).await?.filter(|it| it.state != State::Refused);
    match (by.member, pending) {
        (Some(_), _) => {
            let conn: &mut Conn = tx;
            let it = memberships::table.find((forum.id, account.id));
            on!(conn, |c| diesel::delete(it).execute(c).await)?;
        }
        (None, Some(pending)) => drop_one(tx, pending.id).await?,
        (None, None) => return Err(Error::NotFound),
    }
    audit::note(tx, now, Some(account), "forum.leave", &format!("{} {}", forum.slug, account.name), None).await
}

/// Ends a membership, refuses a request or takes an invitation back, whichever there is.
///
/// # Errors
/// When `by` may not manage the forum; [`Error::NotFound`] where there is none.
pub async fn end(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, whom: &Account) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    if forum::membership(tx, forum.id, whom.id).await?.is_some() {
        return forum::remove_member(tx, now, by, forum, whom).await;
    }
    let pending = of(tx, forum.id, whom.id).await?.ok_or(Error::NotFound)?;
    match pending.state {
        State::Asked => refuse(tx, now, by, forum, whom).await,
        State::Invited => cancel(tx, now, by, forum, pending.id).await,
        State::Refused | State::Member => Err(Error::NotFound),
    }
}

/// Invites an account; one that has asked joins at once.
///
/// # Errors
/// When `by` may not manage the forum; [`Refusal::AlreadyMember`]; [`Refusal::NotAllowed`] for an official account.
pub async fn invite(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    whom: &Account,
    role: Role,
) -> Result<State> {
    by.may(Act::ManageForum, Some(forum))?;
    if whom.official {
        return Err(Refusal::NotAllowed.into());
    }
    if forum::membership(tx, forum.id, whom.id).await?.is_some() {
        return Err(Refusal::AlreadyMember.into());
    }
    match of(tx, forum.id, whom.id).await? {
        Some(Admission { state: State::Asked, .. }) => {
            forum::give_role(tx, now, by, forum, whom, role).await?;
            return Ok(State::Member);
        }
        Some(it) => turn(tx, it.id, State::Invited, role).await?,
        None => {
            let it = fresh(now, forum, State::Invited, role);
            save(tx, &Admission { account_id: Some(whom.id), ..it }).await?;
        }
    }
    audit::note(tx, now, by.account.as_ref(), "forum.invite", &format!("{} {}", forum.slug, whom.name), None).await?;
    Ok(State::Invited)
}

/// Invites whoever has this address, with an account or without: the secret of a link for a mail. It tells `by` nothing
/// of accounts. An earlier invitation of the same address ends.
///
/// # Errors
/// When `by` may not manage the forum, the address is none, or too many wait.
pub async fn invite_by_mail(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    email: &str,
    role: Role,
) -> Result<(Admission, String)> {
    by.may(Act::ManageForum, Some(forum))?;
    if !is_email(email) {
        return Err(Error::field("email", "format", "Write an e-mail address such as ana@example.org."));
    }
    let email = email.trim().to_lowercase();
    let conn: &mut Conn = tx;
    let here = || admissions::table.filter(admissions::forum_id.eq(forum.id));
    let ended = here().filter(admissions::expires_at.le(now).assume_not_null());
    on!(conn, |c| diesel::delete(ended).execute(c).await)?;
    on!(conn, |c| diesel::delete(here().filter(admissions::email.eq(&email))).execute(c).await)?;
    let waiting: i64 = on!(conn, |c| here().filter(admissions::email.is_not_null()).count().get_result(c).await)?;
    if waiting >= BY_MAIL {
        return Err(Error::field("email", "range", format!("At most {BY_MAIL} invitations wait: take some back.")));
    }
    let secret = mint_secret();
    let it = Admission {
        email: Some(email),
        secret: Some(hash_secret(&secret)),
        expires_at: Some(now.plus(LIFETIME)),
        ..fresh(now, forum, State::Invited, role)
    };
    save(tx, &it).await?;
    audit::note(tx, now, by.account.as_ref(), "forum.invite", &format!("{} by mail", forum.slug), None).await?;
    Ok((it, secret))
}

/// The invitation of a link that still works, and its forum.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn invited(conn: &mut Conn, now: Instant, slug: &str, secret: &str) -> Result<(Admission, Forum)> {
    let hash = hash_secret(secret);
    let found: Option<Admission> = on!(conn, |c| admissions::table
        .filter(admissions::secret.eq(&hash).and(admissions::expires_at.gt(now).assume_not_null()))
        .select(Admission::as_select())
        .first(c)
        .await
        .optional())?;
    let it = found.ok_or(Refusal::LinkInvalid)?;
    let forum = forum::by_id(conn, it.forum_id).await?;
    if forum.slug == slug { Ok((it, forum)) } else { Err(Refusal::LinkInvalid.into()) }
}

/// Joins by the link of a mail.
///
/// # Errors
/// [`Refusal::LinkInvalid`], or that the account is not in working order.
pub async fn join(tx: &mut Tx, now: Instant, slug: &str, secret: &str, account: &Account) -> Result<Forum> {
    let (it, forum) = invited(tx, now, slug, secret).await?;
    in_order(&Standing { account: Some(account.clone()), member: None })?;
    drop_one(tx, it.id).await?;
    if forum::membership(tx, forum.id, account.id).await?.is_none() {
        forum::admit(tx, now, forum.id, account, it.role).await?;
    }
    let subject = format!("{} {} member", forum.slug, account.name);
    audit::note(tx, now, Some(account), "forum.join", &subject, None).await?;
    Ok(forum)
}

/// Makes an account, its address proven by the link, and joins with it.
///
/// # Errors
/// [`Refusal::LinkInvalid`]; [`Refusal::RegistrationClosed`] where only an administrator makes accounts;
/// [`Refusal::NameTaken`] and what is wrong with a field.
pub async fn join_anew(
    tx: &mut Tx,
    now: Instant,
    (slug, secret): (&str, &str),
    (name, language): (&str, &str),
    password: &PasswordHash,
) -> Result<Account> {
    let (it, _) = invited(tx, now, slug, secret).await?;
    if settings::registration(tx).await? == Registration::Closed {
        return Err(Refusal::RegistrationClosed.into());
    }
    let email = it.email.ok_or(Refusal::LinkInvalid)?;
    let new = Newcomer { name: name.to_owned(), email, language: language.to_owned() };
    let account = account::create(tx, now, &new, Some(password), Role::Participant, Some(now)).await?;
    join(tx, now, slug, secret, &account).await?;
    Ok(account)
}

/// Takes an invitation back.
///
/// # Errors
/// When `by` may not manage the forum; [`Error::NotFound`].
pub async fn cancel(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, id: Id<Admission>) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    let conn: &mut Conn = tx;
    let it =
        admissions::table.find(id).filter(admissions::forum_id.eq(forum.id).and(admissions::state.eq(State::Invited)));
    if on!(conn, |c| diesel::delete(it).execute(c).await)? == 0 {
        return Err(Error::NotFound);
    }
    audit::note(tx, now, by.account.as_ref(), "forum.uninvite", &forum.slug, None).await
}

/// The requests or the invitations of a forum, oldest first: up to `limit` after the one of the given time and key.
///
/// # Errors
/// When the database fails.
pub async fn pending(
    conn: &mut Conn,
    forum: Id<Forum>,
    state: State,
    after: Option<(Instant, Id<Admission>)>,
    limit: i64,
) -> Result<Vec<(Admission, Option<Account>)>> {
    let (at, id) = after.unwrap_or((Instant::from_microsecond(0), Id::from_uuid(uuid::Uuid::nil())));
    let later = admissions::created_at.gt(at).or(admissions::created_at.eq(at).and(admissions::id.gt(id)));
    Ok(on!(conn, |c| admissions::table
        .left_join(accounts::table)
        .filter(admissions::forum_id.eq(forum).and(admissions::state.eq(state)).and(later))
        .order((admissions::created_at, admissions::id))
        .limit(limit)
        .select((Admission::as_select(), Option::<Account>::as_select()))
        .load(c)
        .await)?)
}
