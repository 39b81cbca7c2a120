//! What one node proposes to another, and the other accepts or refuses: to carry something of it, to witness its logs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::care::audit;
use crate::clock::Instant;
use crate::count::witness::{self, Role};
use crate::debate::forum::{self, Forum};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::network::follow::State;
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
use crate::store::schema::{actors, proposals};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// What is proposed.
    pub enum Kind {
        /// That a forum of the other side passes on a consultation of the one that proposes.
        Carry = "carry",
        /// That the other side witnesses the logs of the one that proposes.
        Witness = "witness",
        /// That the one that proposes witnesses the logs of the other side.
        BeWitnessed = "be-witnessed",
    }
}

/// The most proposals that wait for an answer of one actor here.
pub const WAITING_MOST: i64 = 200;
/// The most that one host may have waiting here.
pub const WAITING_MOST_OF_HOST: i64 = 20;
/// The longest title that is kept, in characters.
pub const TITLE_LONGEST: usize = 300;

/// A proposal, ours or theirs.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = proposals)]
pub struct Proposal {
    /// Key.
    pub id: Id<Proposal>,
    /// The id of the `Offer` on the wire.
    pub uri: String,
    /// What is proposed.
    pub kind: Kind,
    /// Whether this side proposes it.
    pub ours: bool,
    /// Who of this side: a forum, or the node.
    pub actor_id: Id<Actor>,
    /// Who of the other side.
    pub peer_id: Id<Actor>,
    /// What it is about: a consultation, or the node that is witnessed.
    pub object: String,
    /// What that is called.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// When it was proposed.
    pub created_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
}

/// A proposal about to be made.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// What is proposed.
    pub kind: Kind,
    /// Who of this side.
    pub actor: &'a Actor,
    /// Who of the other side.
    pub peer: &'a Actor,
    /// What it is about.
    pub object: &'a str,
    /// What that is called.
    pub title: &'a str,
}

/// Somebody of this node proposes something to another.
///
/// # Errors
/// When `by` may not: who publishes in the forum of a consultation for it (`forum`), an administrator for the node;
/// [`Refusal::AlreadyProposed`] while the same waits.
pub async fn make(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: Option<&Forum>,
    it: Offer<'_>,
    uri: impl Fn(Id<Proposal>) -> String,
) -> Result<Proposal> {
    by.may(if it.kind == Kind::Carry { Act::Author } else { Act::Administer }, forum)?;
    let fits = match it.kind {
        Kind::Carry => it.peer.kind == actor::Kind::Group && !it.peer.is_local(),
        Kind::Witness | Kind::BeWitnessed => it.peer.kind == actor::Kind::Application && !it.peer.is_local(),
    };
    if !fits {
        return Err(if it.kind == Kind::Carry { Refusal::NotAForum } else { Refusal::NotANode }.into());
    }
    if waits(tx, &it).await? {
        return Err(Refusal::AlreadyProposed.into());
    }
    let id = Id::new(now);
    let made = insert(tx, row(now, id, &it, uri(id), true)).await?;
    audit::note(tx, now, by.account.as_ref(), "proposal.make", it.object, None).await?;
    job::enqueue(tx, now, Job::Propose { proposal: id }, When::Now).await?;
    Ok(made)
}

fn row(now: Instant, id: Id<Proposal>, it: &Offer<'_>, uri: String, ours: bool) -> Proposal {
    Proposal {
        id,
        uri,
        kind: it.kind,
        ours,
        actor_id: it.actor.id,
        peer_id: it.peer.id,
        object: it.object.to_owned(),
        title: it.title.chars().take(TITLE_LONGEST).collect(),
        state: State::Requested,
        created_at: now,
        answered_at: None,
    }
}

async fn insert(tx: &mut Tx, row: Proposal) -> Result<Proposal> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(proposals::table).values(&row).execute(c).await)?;
    Ok(row)
}

async fn waits(conn: &mut Conn, it: &Offer<'_>) -> Result<bool> {
    let same = proposals::table
        .filter(proposals::kind.eq(it.kind).and(proposals::object.eq(it.object)))
        .filter(proposals::actor_id.eq(it.actor.id).and(proposals::peer_id.eq(it.peer.id)))
        .filter(proposals::state.eq(State::Requested).and(proposals::ours.eq(true)));
    let found: i64 = on!(conn, |c| same.count().get_result(c).await)?;
    Ok(found > 0)
}

/// Another node proposes something: it waits for somebody here. The same once more changes nothing.
///
/// # Errors
/// [`Refusal::TooManyProposals`].
pub async fn receive(tx: &mut Tx, now: Instant, it: Offer<'_>, uri: &str) -> Result<()> {
    if by_uri(tx, uri).await?.is_some() {
        return Ok(());
    }
    let there = waiting(tx, it.actor.id).await?;
    let of_host = there.iter().filter(|(_, peer)| peer.host == it.peer.host).count();
    let full = |count: usize, most: i64| i64::try_from(count).is_ok_and(|count| count >= most);
    if full(there.len(), WAITING_MOST) || full(of_host, WAITING_MOST_OF_HOST) {
        return Err(Refusal::TooManyProposals.into());
    }
    insert(tx, row(now, Id::new(now), &it, uri.to_owned(), false)).await.map(|_| ())
}

/// Somebody here answers a proposal of another node.
///
/// # Errors
/// When `by` may not, or it was answered before.
pub async fn answer(tx: &mut Tx, now: Instant, by: &Standing, it: &Proposal, yes: bool) -> Result<()> {
    let forum = match it.kind {
        Kind::Carry => Some(forum::by_actor(tx, it.actor_id).await?),
        Kind::Witness | Kind::BeWitnessed => None,
    };
    by.may(if forum.is_some() { Act::ManageForum } else { Act::Administer }, forum.as_ref())?;
    if it.ours {
        return Err(Error::NotFound);
    }
    settle(tx, now, it, if yes { State::Accepted } else { State::Refused }).await?;
    audit::note(
        tx,
        now,
        by.account.as_ref(),
        if yes { "proposal.accept" } else { "proposal.refuse" },
        &it.object,
        None,
    )
    .await?;
    if let Some(forum) = forum.filter(|_| yes) {
        let adopt = Job::Adopt { forum: forum.id, relay: None, object: it.object.clone() };
        job::enqueue(tx, now, adopt, When::Now).await?;
    }
    job::enqueue(tx, now, Job::Propose { proposal: it.id }, When::Now).await
}

/// The other side, and only it, answers a proposal of ours.
///
/// # Errors
/// [`Error::NotFound`] when there is none to that actor.
pub async fn answered(tx: &mut Tx, now: Instant, uri: &str, by: Id<Actor>, state: State) -> Result<()> {
    let it = by_uri(tx, uri).await?.filter(|it| it.ours && it.peer_id == by).ok_or(Error::NotFound)?;
    settle(tx, now, &it, state).await
}

/// Who is witnessed from now on follows from an agreement.
async fn settle(tx: &mut Tx, now: Instant, it: &Proposal, state: State) -> Result<()> {
    let waiting = proposals::table.find(it.id).filter(proposals::state.eq(State::Requested));
    let conn: &mut Conn = tx;
    let settled = on!(conn, |c| diesel::update(waiting)
        .set((proposals::state.eq(state), proposals::answered_at.eq(Some(now))))
        .execute(c)
        .await)?;
    if settled == 0 {
        return Err(Refusal::AlreadyAnswered.into());
    }
    if state != State::Accepted || it.kind == Kind::Carry {
        return Ok(());
    }
    let peer = actor::by_id(tx, it.peer_id).await?;
    let asked_to_witness = (it.kind == Kind::Witness) != it.ours;
    let role = if asked_to_witness { Role::Witnessed } else { Role::Witness };
    witness::agree(tx, now, role, &peer).await
}

/// The proposal with that id on the wire.
///
/// # Errors
/// When the database fails.
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Proposal>> {
    Ok(on!(conn, |c| proposals::table
        .filter(proposals::uri.eq(uri))
        .select(Proposal::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The proposal of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Proposal>) -> Result<Proposal> {
    Ok(on!(conn, |c| proposals::table.find(id).select(Proposal::as_select()).first(c).await)?)
}

/// The most proposals that a page lists.
const LISTED: i64 = 100;

/// The proposals of an actor here, ours and theirs, newest first, each with the other side.
///
/// # Errors
/// When the database fails.
pub async fn of_actor(conn: &mut Conn, actor: Id<Actor>) -> Result<Vec<(Proposal, Actor)>> {
    Ok(on!(conn, |c| proposals::table
        .inner_join(actors::table.on(actors::id.eq(proposals::peer_id)))
        .filter(proposals::actor_id.eq(actor))
        .order(proposals::id.desc())
        .limit(LISTED)
        .select((Proposal::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// Those of the other side that wait for an answer of an actor here, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn waiting(conn: &mut Conn, actor: Id<Actor>) -> Result<Vec<(Proposal, Actor)>> {
    Ok(on!(conn, |c| proposals::table
        .inner_join(actors::table.on(actors::id.eq(proposals::peer_id)))
        .filter(proposals::actor_id.eq(actor).and(proposals::ours.eq(false)))
        .filter(proposals::state.eq(State::Requested))
        .order(proposals::id)
        .limit(WAITING_MOST)
        .select((Proposal::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// What was proposed about something of ours, newest first, each with the other side.
///
/// # Errors
/// When the database fails.
pub async fn about(conn: &mut Conn, object: &str) -> Result<Vec<(Proposal, Actor)>> {
    Ok(on!(conn, |c| proposals::table
        .inner_join(actors::table.on(actors::id.eq(proposals::peer_id)))
        .filter(proposals::object.eq(object).and(proposals::ours.eq(true)))
        .order(proposals::id.desc())
        .limit(LISTED)
        .select((Proposal::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// All proposals, ours and theirs, newest first, each with the other side.
///
/// # Errors
/// When the database fails.
pub async fn all(conn: &mut Conn) -> Result<Vec<(Proposal, Actor)>> {
    Ok(on!(conn, |c| proposals::table
        .inner_join(actors::table.on(actors::id.eq(proposals::peer_id)))
        .order(proposals::id.desc())
        .limit(LISTED)
        .select((Proposal::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}
