//! `Accept` and `Reject` of our own Follow and of ballots sent from here: only from the forum that was asked.

use model::address::Local;
use model::error::{Error, Refusal};
use model::network::backfill::{Backfill, Step};
use model::network::envoy::note;
use model::network::follow::{self, State};
use model::network::{elsewhere, envoy, proposal};

use super::{Delivery, Rejection, Taken, first, receipt, settle};
use crate::app::App;
use crate::backfill;
use crate::relay_server;
use crate::remote::cut;
use crate::wire::lenient;

pub(super) async fn accept(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    if receipt::is_one(delivery) {
        return receipt::received(app, delivery).await;
    }
    answered(app, delivery, State::Accepted).await
}

pub(super) async fn reject(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    answered(app, delivery, State::Refused).await
}

async fn answered(app: &App, delivery: &Delivery, state: State) -> Result<Taken, Rejection> {
    let ours = delivery.activity.object_id().filter(|id| app.guard.owns(id));
    let Some(id) = ours else {
        return Ok(Taken::Ignored("not-asked"));
    };
    if let Some(ballot) = app.address.parse_sent(id.as_str()) {
        return counted(app, delivery, ballot, state == State::Accepted).await;
    }
    let about = delivery.activity.object.get("object").and_then(lenient::id_of);
    if let Some(Local::Note(note)) = about.and_then(|about| app.address.parse(about.as_str()))
        && state == State::Refused
    {
        return declined(app, delivery, &note).await;
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        match proposal::answered(&mut tx, app.now(), id.as_str(), sender.id, state).await {
            Err(Error::NotFound) => {}
            settled => return settled,
        }
        match relay_server::answered(app, &mut tx, id.as_str(), &sender, state).await {
            Err(Error::NotFound) => {}
            settled => return settled,
        }
        follow::answered(&mut tx, app.now(), id.as_str(), sender.id, state).await?;
        match delivery.sender.owner.outbox.as_ref().filter(|_| state == State::Accepted) {
            Some(outbox) => {
                let first = vec![Step::Collection(outbox.to_string())];
                backfill::begin(&mut tx, app.now(), Backfill::of(outbox.as_str(), Some(sender.id), first)).await
            }
            None => Ok(()),
        }
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// The origin does not take in a comment that somebody here wrote. Only its forum may say so.
async fn declined(app: &App, delivery: &Delivery, note: &str) -> Result<Taken, Rejection> {
    let Ok(note) = note.parse() else {
        return Ok(Taken::Ignored("not-asked"));
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let page = note::by_id(&mut tx, note).await?.page;
        if elsewhere::by_uri(&mut tx, &page).await?.forum != delivery.activity.actor.as_str() {
            return Err(Refusal::NotAllowed.into());
        }
        let host = sender.host.as_deref().unwrap_or_default();
        let code = delivery.activity.code.as_deref().unwrap_or(NOT_ALLOWED);
        // where a person decided, the words tell more than the code
        let words = delivery.activity.summary.as_deref().filter(|_| code == NOT_ALLOWED);
        let why = words.map_or_else(|| cut(code, CODE_LONGEST), |words| cut(words, REASON_LONGEST));
        note::refused(&mut tx, &app.address, note, host, &why).await
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// The longest code that is kept, in characters.
const CODE_LONGEST: usize = 60;
/// The longest reason that is kept, in characters.
const REASON_LONGEST: usize = 1_000;
/// The code of what was not allowed, for whatever reason.
const NOT_ALLOWED: &str = "not-allowed";

/// What the origin says of a ballot that somebody here sent. Only its forum may say it; whether a receipt holds is looked at
/// afterwards.
async fn counted(app: &App, delivery: &Delivery, ballot: &str, counts: bool) -> Result<Taken, Rejection> {
    let Ok(ballot) = ballot.parse() else {
        return Ok(Taken::Ignored("not-asked"));
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let sent = envoy::by_id(&mut tx, ballot).await?;
        let forum = elsewhere::by_uri(&mut tx, &sent.page).await?.forum;
        if forum != delivery.activity.actor.as_str() {
            return Err(Refusal::NotAllowed.into());
        }
        let host = sender.host.as_deref().unwrap_or_default();
        let receipt = Some(&delivery.activity.result).filter(|result| result.is_object());
        let code = cut(delivery.activity.code.as_deref().unwrap_or(NOT_ALLOWED), CODE_LONGEST);
        let given = if counts { Ok(receipt) } else { Err(code.as_str()) };
        envoy::answered(&mut tx, app.now(), ballot, host, given).await
    }
    .await;
    settle(app, delivery, tx, done).await
}
