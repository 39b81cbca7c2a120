//! `Move`: somebody has another account now. It is believed when both say so: the old one by the signature, the new one by its
//! `alsoKnownAs`.

use model::error::{Error, Result};
use model::network::{follow, relocation};
use model::people::actor::{self, Actor, Kind};
use model::store::Tx;
use url::Url;

use super::{Delivery, Rejection, Taken, first, keep_code, settle};
use crate::app::App;
use crate::remote::{self, Sender};
use crate::wire::{self, lenient};

pub(super) async fn relocate(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let (Some(from), Some(to)) = (activity.object_id(), activity.target.clone()) else {
        return Ok(Taken::Ignored("no-object"));
    };
    if from != activity.actor || app.guard.owns(&to) {
        return keep_code(app, delivery, "not-allowed").await;
    }
    let Some(new) = fetched(app, delivery, &to).await else {
        return Ok(Taken::Ignored("not-reachable"));
    };
    let names = lenient::ids_of(&new.document["alsoKnownAs"]);
    if !names.contains(&from) || new.owner.kind != delivery.sender.owner.kind {
        return keep_code(app, delivery, "not-allowed").await;
    }
    let Some((mut tx, old)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = moved(app, &mut tx, &old, &new).await;
    app.directory.forget(from.as_str());
    app.directory.forget(to.as_str());
    settle(app, delivery, tx, done).await
}

async fn fetched(app: &App, delivery: &Delivery, id: &Url) -> Option<Sender> {
    let document = app.fetcher.value(id, delivery.outing.signer(), &delivery.outing.budget).await.ok()?;
    let owner = wire::typed::<wire::Actor>(document.clone()).ok().filter(remote::is_known)?;
    Some(Sender { owner: owner.into(), document: document.into() })
}

/// One person keeps one ballot; a forum that the node follows is followed where it went; who followed a forum here does so
/// with the new account.
async fn moved(app: &App, tx: &mut Tx, old: &Actor, new: &Sender) -> Result<()> {
    let now = app.now();
    let new = remote::remember(tx, now, new).await?;
    if new.suspended_at.is_some() {
        return Err(Error::NotFound);
    }
    relocation::note(tx, now, old.id, new.id).await?;
    if old.kind == Kind::Group {
        return follow::follow_on(tx, now, old.id, &new, |id| app.address.follow(id)).await;
    }
    for target in follow::followed_by(tx, old.id).await? {
        let target = actor::by_id(tx, target).await?;
        let uri = format!("{}#moved/{}", new.uri.clone().unwrap_or_default(), target.id);
        follow::accept(tx, now, &new, &target, &uri).await?;
        follow::end(tx, old.id, target.id).await?;
    }
    Ok(())
}
