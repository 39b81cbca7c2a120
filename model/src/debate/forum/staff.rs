//! Who is a member of a forum, as what; and what others are told of who moderates it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Forum, by_id, membership};
use crate::care::audit;
use crate::care::moderation::{self, Moderation};
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Role, Standing};
use crate::store::schema::{accounts, admissions, memberships};
use crate::store::{Conn, Tx, on};

/// Makes somebody a member with this role, or gives a member another role.
///
/// # Errors
/// When `by` may not manage the forum.
pub async fn give_role(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    whom: &Account,
    role: Role,
) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    let before = membership(tx, forum.id, whom.id).await?;
    admit(tx, now, forum.id, whom, role).await?;
    turn(tx, now, forum, whom, before, Some(role)).await?;
    let subject = format!("{} {} {role}", forum.slug, whom.name);
    audit::note(tx, now, by.account.as_ref(), "forum.role", &subject, None).await
}

/// Others are told who moderates a forum, as far as they know of that person.
async fn turn(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    whom: &Account,
    before: Option<Role>,
    after: Option<Role>,
) -> Result<()> {
    let moderates = |role: Option<Role>| role.is_some_and(|role| role >= Role::Moderator);
    let actor = actor::by_id(tx, whom.actor_id).await?;
    if moderates(before) == moderates(after) || actor.published_at.is_none() {
        return Ok(());
    }
    moderation::tell(tx, now, forum, now, Moderation::Moderator { actor: actor.id, lifted: moderates(before) }).await
}

/// Makes somebody a member; what they asked or were invited to is thereby answered.
pub(in crate::debate) async fn admit(
    tx: &mut Tx,
    now: Instant,
    forum: Id<Forum>,
    whom: &Account,
    role: Role,
) -> Result<()> {
    let row = (
        memberships::forum_id.eq(forum),
        memberships::account_id.eq(whom.id),
        memberships::role.eq(role),
        memberships::created_at.eq(now),
    );
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(memberships::table)
        .values(row)
        .on_conflict((memberships::forum_id, memberships::account_id))
        .do_update()
        .set(memberships::role.eq(role))
        .execute(c)
        .await)?;
    let pending = admissions::table.filter(admissions::forum_id.eq(forum).and(admissions::account_id.eq(whom.id)));
    on!(conn, |c| diesel::delete(pending).execute(c).await)?;
    Ok(())
}

/// Ends a membership.
///
/// # Errors
/// When `by` may not manage the forum.
pub async fn remove_member(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, whom: &Account) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    let before = membership(tx, forum.id, whom.id).await?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(memberships::table.find((forum.id, whom.id))).execute(c).await)?;
    turn(tx, now, forum, whom, before, None).await?;
    let subject = format!("{} {}", forum.slug, whom.name);
    audit::note(tx, now, by.account.as_ref(), "forum.remove", &subject, None).await
}

/// Somebody has a public actor from now on: others are told which forums they moderate.
///
/// # Errors
/// When the database fails.
pub(crate) async fn became_known(tx: &mut Tx, now: Instant, whom: Id<Actor>) -> Result<()> {
    let conn: &mut Conn = tx;
    let theirs: Vec<(Id<Forum>, Role)> = on!(conn, |c| memberships::table
        .inner_join(accounts::table)
        .filter(accounts::actor_id.eq(whom))
        .order(memberships::forum_id)
        .select((memberships::forum_id, memberships::role))
        .load(c)
        .await)?;
    for (forum, _) in theirs.into_iter().filter(|(_, role)| *role >= Role::Moderator) {
        let forum = by_id(tx, forum).await?;
        moderation::tell(tx, now, &forum, now, Moderation::Moderator { actor: whom, lifted: false }).await?;
    }
    Ok(())
}
