//! Two voters shown to be one person: of their ballots one remains, the last.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Ballot, EventKind, find, rows, rules};
use crate::clock::Instant;
use crate::count::removal;
use crate::debate::consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, ballot_sources, ballots};
use crate::store::{Conn, Tx, on};

/// Makes the ballots of `from`, somebody of another server, those of `into`, the actor of an account here. In each
/// consultation that is open the later of the two remains, as a ballot of `into`, in the tier in which it was cast; what is
/// closed stays as it was counted. What `from` casts from now on counts for `into`.
///
/// # Errors
/// When the database fails.
pub async fn merge(tx: &mut Tx, now: Instant, from: Id<Actor>, into: Id<Actor>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(actors::table.find(from)).set(actors::votes_as.eq(Some(into))).execute(c).await)?;
    let standing: Vec<Ballot> = on!(conn, |c| ballots::table
        .filter(ballots::actor_id.eq(from).and(ballots::withdrawn.eq(false)))
        .order(ballots::consultation_id)
        .select(Ballot::as_select())
        .load(c)
        .await)?;
    for theirs in standing {
        let on = consultation::by_id(tx, theirs.consultation_id).await?;
        if rules::open(now, &on).is_ok() {
            one_of_two(tx, now, theirs, into).await?;
        }
    }
    Ok(())
}

async fn one_of_two(tx: &mut Tx, now: Instant, theirs: Ballot, into: Id<Actor>) -> Result<()> {
    let own = find(tx, theirs.consultation_id, into).await?;
    let gone = theirs.clone().emptied(now);
    changed(rows::update(tx, &gone).await?)?;
    rows::record(tx, now, &gone, EventKind::Withdraw).await?;
    let kept = match own {
        None => {
            let fresh = Ballot { id: Id::scattered(), actor_id: into, revision: 1, changed_at: now, ..theirs.clone() };
            changed(rows::insert(tx, &fresh).await?)?;
            rows::record(tx, now, &fresh, EventKind::Cast).await?;
            fresh
        }
        Some(own) if stays(tx, &own, &theirs).await? => own,
        Some(own) => {
            let revision = own.revision + 1;
            let Ballot { tier, choice, text_version, published_at, .. } = theirs.clone();
            let changes =
                Ballot { tier, choice, text_version, published_at, revision, withdrawn: false, changed_at: now, ..own };
            changed(rows::update(tx, &changes).await?)?;
            rows::record(tx, now, &changes, EventKind::Change).await?;
            changes
        }
    };
    let conn: &mut Conn = tx;
    let brought = ballot_sources::table.filter(ballot_sources::ballot_id.eq(theirs.id));
    on!(conn, |c| diesel::update(brought).set(ballot_sources::ballot_id.eq(kept.id)).execute(c).await)?;
    Ok(())
}

/// Whether the account's own ballot is the one that remains: it is the later, or was taken out and may not come back.
async fn stays(conn: &mut Conn, own: &Ballot, theirs: &Ballot) -> Result<bool> {
    if own.withdrawn {
        return removal::is_removed(conn, own).await;
    }
    Ok(own.changed_at >= theirs.changed_at)
}

fn changed(done: bool) -> Result<()> {
    if done { Ok(()) } else { Err(Error::store("a ballot changed while it was made one with another")) }
}
