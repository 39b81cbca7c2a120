//! Leaving: an account ends, and what was said with it goes or stays without a name. Ballots keep counting, as they do for
//! anybody who leaves a polling station.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::account::{self, Account};
use super::actor::{self, Actor, Kind};
use super::role::Role;
use super::{session, token};
use crate::address::Address;
use crate::care::{audit, mail, settings};
use crate::clock::Instant;
use crate::debate::comment::{self, Comment};
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::network::{copy, follow};
use crate::store::schema::{
    accounts, admissions, comments, consultations, forums, identities, links, mail_preferences, memberships, notices,
    subscriptions,
};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

/// What whoever wrote words that stay without a name is called, to programs.
pub const NAMELESS: &str = "anonymous";
/// How much of its key the name of an ended account keeps, in characters.
const TAIL: usize = 12;

words! {
    /// What becomes of somebody's comments.
    pub enum Fate {
        /// They go: where each stood, a tombstone says so.
        Delete = "delete",
        /// They stay, and nobody can tell who wrote them.
        Nameless = "nameless",
    }
}

/// Ends an account for good. The name is never given again; the servers that know the person are told that they are gone,
/// and with the person goes there all that they wrote.
///
/// # Errors
/// [`Refusal::LastAdministrator`]; [`Refusal::NotAllowed`] for an official account.
pub async fn leave(tx: &mut Tx, now: Instant, account: &Account, fate: Fate) -> Result<()> {
    if account.official {
        return Err(Refusal::NotAllowed.into());
    }
    account::keep_an_administrator(tx, account.id, Role::Participant).await?;
    let person = actor::by_id(tx, account.actor_id).await?;
    let inboxes = known_to(tx, &person).await?;
    match fate {
        Fate::Delete => comment::retract_all(tx, now, person.id).await?,
        Fate::Nameless => unname(tx, now, person.id).await?,
    }
    erase(tx, now, account).await?;
    actor::describe(tx, person.id, "", "").await?;
    actor::bury(tx, now, person.id).await?;
    if person.published_at.is_some() {
        job::enqueue(tx, now, Job::Depart { actor: person.id, inboxes }, When::Now).await?;
    }
    Ok(())
}

/// The inboxes of the servers that know somebody: those that were given a comment, or will be, and those of followers.
async fn known_to(conn: &mut Conn, person: &Actor) -> Result<Vec<String>> {
    let said: Vec<(Id<Comment>, String, Id<Actor>)> = on!(conn, |c| comments::table
        .inner_join(consultations::table.inner_join(forums::table))
        .filter(comments::actor_id.eq(person.id))
        .select((comments::id, consultations::slug, forums::actor_id))
        .load(c)
        .await)?;
    let here: Address = settings::address(conn).await?;
    let mut inboxes = follow::inboxes(conn, person.id).await?;
    let mut groups: Vec<Id<Actor>> = Vec::new();
    for (comment, slug, group) in said {
        let copies = copy::of(conn, &here.comment(&slug, comment)).await?;
        inboxes.extend(copies.into_iter().map(|copy| copy.inbox));
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for group in groups {
        inboxes.extend(follow::inboxes(conn, group).await?);
    }
    inboxes.sort();
    inboxes.dedup();
    Ok(inboxes)
}

/// Gives what somebody wrote to nobody in particular: an author that is no actor on the wire.
async fn unname(tx: &mut Tx, now: Instant, person: Id<Actor>) -> Result<()> {
    let nobody = actor::local(now, Kind::Imported, NAMELESS, "");
    actor::insert(tx, &nobody).await?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(comments::table.filter(comments::actor_id.eq(person)))
        .set(comments::actor_id.eq(nobody.id))
        .execute(c)
        .await)?;
    Ok(())
}

/// Forgets what the node knows of the person, and leaves a row that others refer to, which says nothing.
async fn erase(tx: &mut Tx, now: Instant, account: &Account) -> Result<()> {
    let id = account.id;
    session::end_all(tx, id).await?;
    token::end_all(tx, id).await?;
    if let Some(email) = &account.email {
        mail::forget(tx, email).await?;
    }
    let tail: String = id.uuid().simple().to_string().chars().rev().take(TAIL).collect();
    let name = format!("gone-{tail}");
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(links::table.filter(links::account_id.eq(id))).execute(c).await)?;
    on!(conn, |c| diesel::delete(identities::table.filter(identities::account_id.eq(id))).execute(c).await)?;
    on!(conn, |c| diesel::delete(memberships::table.filter(memberships::account_id.eq(id))).execute(c).await)?;
    on!(conn, |c| diesel::delete(admissions::table.filter(admissions::account_id.eq(id))).execute(c).await)?;
    on!(conn, |c| diesel::delete(subscriptions::table.filter(subscriptions::account_id.eq(id))).execute(c).await)?;
    on!(conn, |c| diesel::delete(mail_preferences::table.find(id)).execute(c).await)?;
    on!(conn, |c| diesel::delete(notices::table.filter(notices::account_id.eq(id))).execute(c).await)?;
    on!(conn, |c| diesel::update(accounts::table.find(id))
        .set((
            accounts::name.eq(&name),
            accounts::email.eq(None::<String>),
            accounts::password_hash.eq(None::<String>),
            accounts::role.eq(Role::Participant),
            accounts::disabled_at.eq(Some(now)),
        ))
        .execute(c)
        .await)?;
    audit::note(tx, now, None, "account.leave", &name, None).await
}
