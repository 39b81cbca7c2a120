//! What somebody brings to the page of a consultation, in one statement: what they are in its forum, their ballot, what they
//! follow and what they think. With it comes what tells whether the rest, which is the same for everybody, has changed.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::comment::Comment;
use super::consultation::{Consultation, View};
use super::forum::Forum;
use super::lock::Lock;
use crate::count::ballot::Ballot;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::people::role::{Role, Standing};
use crate::store::schema::{ballots, consultations, forums, locks, memberships, reactions, subscriptions, tallies};
use crate::store::{Conn, on};

/// What somebody, or nobody, brings.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The consultation as they may see it.
    pub view: View,
    /// How many events the tally is a function of.
    pub counted: i64,
    /// Their ballot that stands.
    pub ballot: Option<Ballot>,
    /// Whether they follow the consultation itself.
    pub follows: bool,
    /// Why nobody writes any more.
    pub lock: Option<Lock>,
    /// What they think of each comment asked for: 1, 0 or -1.
    pub opinions: HashMap<Id<Comment>, i32>,
}

/// Who visits: an account of this node, or somebody of another server.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// The account.
    pub account: Option<&'a Account>,
    /// As whom they vote and react.
    pub actor: Option<Id<Actor>>,
}

/// The consultation of that slug with what the visitor brings; what they think of `these` comments.
///
/// # Errors
/// [`Error::NotFound`] for what is not there for this visitor, as [`super::consultation::view`].
pub async fn of(conn: &mut Conn, slug: &str, by: Visitor<'_>, these: &[Id<Comment>]) -> Result<Visit> {
    type Found = (
        Consultation,
        Forum,
        Option<i64>,
        Option<Role>,
        Option<Ballot>,
        Option<String>,
        Option<Lock>,
        Option<(Id<Comment>, i32)>,
    );
    let nobody = Uuid::nil();
    let account: Id<Account> = by.account.map_or(Id::from_uuid(nobody), |account| account.id);
    let actor: Id<Actor> = by.actor.unwrap_or(Id::from_uuid(nobody));
    let member = memberships::forum_id.eq(consultations::forum_id).and(memberships::account_id.eq(account));
    let stands = ballots::actor_id.eq(actor).and(ballots::withdrawn.eq(false));
    let follows = subscriptions::subject_id.eq(consultations::id).and(subscriptions::account_id.eq(account));
    let thinks = reactions::actor_id.eq(actor).and(reactions::comment_id.eq_any(these.to_vec()));
    let all = consultations::table
        .inner_join(forums::table)
        .left_join(tallies::table.on(tallies::consultation_id.eq(consultations::id)))
        .left_join(memberships::table.on(member))
        .left_join(ballots::table.on(ballots::consultation_id.eq(consultations::id).and(stands)))
        .left_join(subscriptions::table.on(follows))
        .left_join(locks::table.on(locks::consultation_id.eq(consultations::id)))
        .left_join(reactions::table.on(thinks))
        .filter(consultations::slug.eq(slug));
    let found: Vec<Found> = on!(conn, |c| all
        .select((
            Consultation::as_select(),
            Forum::as_select(),
            tallies::size.nullable(),
            memberships::role.nullable(),
            Option::<Ballot>::as_select(),
            subscriptions::kind.nullable(),
            Option::<Lock>::as_select(),
            (reactions::comment_id, reactions::value).nullable(),
        ))
        .load(c)
        .await)?;
    let opinions = found.iter().filter_map(|row| row.7).collect();
    let (consultation, forum, counted, member, ballot, follows, lock, _) =
        found.into_iter().next().ok_or(Error::NotFound)?;
    let standing = Standing { account: by.account.cloned(), member };
    let view = View::of(consultation, forum, standing)?;
    Ok(Visit { view, counted: counted.unwrap_or(0), ballot, follows: follows.is_some(), lock, opinions })
}
