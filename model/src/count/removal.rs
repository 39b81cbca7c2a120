//! Taking a stuffed ballot out: by a moderator, with a reason that everybody reads in the log.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::ballot::{self, Ballot, Event, EventKind};
use super::pseudonym::{Person, Voters};
use crate::address::Address;
use crate::care::audit;
use crate::clock::Instant;
use crate::debate::consultation::{Consultation, View};
use crate::error::{Check, Error, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::{Actor, Kind};
use crate::people::role::Act;
use crate::store::schema::{actors, ballot_events, ballot_removals, ballots};
use crate::store::{Conn, Tx, on};

/// The longest reason, in characters.
pub const REASON_LONGEST: usize = 500;
/// Voters that are looked through at once for a pseudonym.
const PAGE: i64 = 5000;

/// A ballot, with who cast it: id, name, host, kind.
type Named = (Id<Ballot>, Id<Actor>, String, Option<String>, Kind);

#[derive(Insertable)]
#[diesel(table_name = ballot_removals)]
struct Row<'a> {
    event_id: Id<Event>,
    account_id: Option<Id<Account>>,
    reason: &'a str,
}

/// Takes the ballot of `voter` out, who is named as in the log. The voter cannot vote again here.
///
/// # Errors
/// When who asks does not moderate; [`Refusal::Closed`] and those of a consultation that is not open; a reason that is
/// missing or too long; [`Error::NotFound`] where no such ballot stands.
pub async fn remove(tx: &mut Tx, now: Instant, view: &View, here: &Address, voter: &str, reason: &str) -> Result<()> {
    let View { consultation: on, forum, standing: by } = view;
    by.may(Act::Moderate, Some(forum))?;
    let reason = reason.trim();
    let mut check = Check::default();
    check.text("reason", reason, REASON_LONGEST);
    check.done()?;
    ballot::open(now, on)?;
    let ballot = named(tx, on, here, voter).await?;
    let event = ballot::take_out(tx, now, ballot).await?;
    let row = Row { event_id: event, account_id: by.account.as_ref().map(|account| account.id), reason };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(ballot_removals::table).values(&row).execute(c).await)?;
    audit::note(tx, now, by.account.as_ref(), "ballot.remove", &format!("{} {voter}", on.slug), None).await
}

/// The ballot that stands for the voter of this name. A pseudonym cannot be turned back: the voters are looked through.
async fn named(conn: &mut Conn, on: &Consultation, here: &Address, voter: &str) -> Result<Ballot> {
    let voters = Voters::of(conn, on, here).await?;
    let mut after = Id::<Ballot>::from_uuid(uuid::Uuid::nil());
    loop {
        let rows: Vec<Named> = on!(conn, |c| ballots::table
            .inner_join(actors::table)
            .filter(ballots::consultation_id.eq(on.id).and(ballots::id.gt(after)))
            .order(ballots::id)
            .limit(PAGE)
            .select((ballots::id, actors::id, actors::name, actors::host, actors::kind))
            .load(c)
            .await)?;
        let Some((last, ..)) = rows.last() else { return Err(Error::NotFound) };
        after = *last;
        let found = rows.iter().find(|(_, id, name, host, kind)| {
            voters.name(Person { id: *id, name, host: host.as_deref(), kind: *kind }) == voter
        });
        if let Some((_, actor, ..)) = found {
            return ballot::standing(conn, on.id, *actor).await?.ok_or(Error::NotFound);
        }
    }
}

/// Whether a ballot that does not stand was taken out, so that its voter cannot cast it again.
pub(super) async fn is_removed(conn: &mut Conn, ballot: &Ballot) -> Result<bool> {
    let event = ballot_events::ballot_id.eq(ballot.id).and(ballot_events::revision.eq(ballot.revision));
    let kind: Option<EventKind> =
        on!(conn, |c| ballot_events::table.filter(event).select(ballot_events::kind).first(c).await.optional())?;
    Ok(kind == Some(EventKind::Remove))
}
