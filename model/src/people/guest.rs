//! People of other servers who sign in here with their account there: they see, change and withdraw their own ballots. Linked
//! with an account here, the two are one.

use super::account::Account;
use super::actor::{self, Actor, Remote};
use super::identity::{self, Arrival, Vouched};
use crate::clock::Instant;
use crate::count::ballot;
use crate::count::electorate::Tier;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::network::peer::{self, Policy};
use crate::store::{Conn, Tx};

/// What somebody has become who was shown to own an account elsewhere.
#[derive(Debug)]
pub enum Welcome {
    /// The account here that it is linked with, which it now is or was before.
    Account(Box<Account>),
    /// A guest: nothing here but what it does elsewhere.
    Guest(Box<Actor>),
}

/// Welcomes the owner of an account elsewhere; linked with `signed_in` where somebody is signed in, whose ballots and those cast
/// from elsewhere become one each.
///
/// # Errors
/// [`Refusal::PeerBlocked`] for somebody suspended, or whose server is blocked; as [`identity::arrive`].
pub async fn welcome(tx: &mut Tx, now: Instant, signed_in: Option<&Account>, remote: &Remote) -> Result<Welcome> {
    if peer::policy(tx, &remote.host).await? == Policy::Block {
        return Err(Refusal::PeerBlocked.into());
    }
    let actor = actor::remember(tx, now, remote).await?;
    if actor.suspended_at.is_some() || actor.deleted_at.is_some() {
        return Err(Refusal::PeerBlocked.into());
    }
    match identity::arrive(tx, now, signed_in, &vouched(remote)).await? {
        Arrival::Known(account) => {
            if signed_in.is_some() {
                ballot::merge(tx, now, actor.id, account.actor_id).await?;
            }
            Ok(Welcome::Account(account))
        }
        Arrival::Newcomer => Ok(Welcome::Guest(Box::new(actor))),
    }
}

/// Its server vouches for it, and for nothing else: it makes nobody a member.
fn vouched(remote: &Remote) -> Vouched {
    Vouched {
        provider: format!("@{}@{}", remote.name, remote.host),
        issuer: remote.host.clone(),
        subject: remote.uri.clone(),
        tier: Tier::Open,
        lists: Vec::new(),
        identifier: None,
        email: None,
        name: remote.name.clone(),
    }
}

/// The guest of that key, as long as one may be: neither suspended nor gone, not linked with an account, its server not blocked.
///
/// # Errors
/// When the database fails.
pub async fn by_id(conn: &mut Conn, id: Id<Actor>) -> Result<Option<Actor>> {
    let actor = actor::by_id(conn, id).await?;
    let Some(host) = actor.host.clone() else { return Ok(None) };
    let fine = actor.suspended_at.is_none() && actor.deleted_at.is_none() && actor.votes_as.is_none();
    if !fine || peer::policy(conn, &host).await? == Policy::Block {
        return Ok(None);
    }
    Ok(Some(actor))
}
