//! `Accept` and `Reject` of our own Follow: only from the forum that was asked.

use model::network::backfill::{Backfill, Step};
use model::network::follow::{self, State};

use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::backfill;

pub(super) async fn accept(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
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
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
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
