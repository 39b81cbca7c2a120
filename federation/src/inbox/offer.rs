//! `Offer`: another node proposes that a forum here carries something of it, or that one of the two witnesses the other.

use model::address::Local;
use model::debate::forum;
use model::error::{Error, Result};
use model::network::proposal::{self, Kind, Offer};
use model::people::actor::{self, Actor, Kind as Who};
use model::store::Tx;

use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::guard;

pub(super) async fn offer(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let target = activity.target.as_ref().and_then(|target| app.address.parse(target.as_str()));
    let (Some(target), Some(object)) = (target, activity.object_id()) else {
        return Ok(Taken::Ignored("elsewhere"));
    };
    // who proposes answers for what is proposed: it lies on the same host, or is this node
    let theirs = guard::authority(&object) == guard::authority(&activity.actor);
    if !theirs && object.as_str() != app.address.node() {
        return Ok(Taken::Ignored("unknown-object"));
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let (kind, actor) = wanted(app, &mut tx, &target, &sender, (theirs, object.as_str())).await?;
        let title = activity.summary.as_deref().unwrap_or(object.as_str());
        let title = model::debate::text::line(title, proposal::TITLE_LONGEST);
        let it = Offer { kind, actor: &actor, peer: &sender, object: object.as_str(), title: &title };
        proposal::receive(&mut tx, app.now(), it, activity.id.as_str()).await
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// What is proposed, and to whom here.
async fn wanted(
    app: &App,
    tx: &mut Tx,
    target: &Local,
    sender: &Actor,
    (theirs, object): (bool, &str),
) -> Result<(Kind, Actor)> {
    match target {
        Local::Forum(slug) if theirs && sender.kind == Who::Group => {
            let forum = forum::by_slug(tx, slug).await?;
            if !forum.visibility.is_federated() {
                return Err(Error::NotFound);
            }
            Ok((Kind::Carry, actor::by_id(tx, forum.actor_id).await?))
        }
        Local::Node if sender.kind == Who::Application => {
            let node = actor::node(tx).await?;
            match object {
                object if sender.uri.as_deref() == Some(object) => Ok((Kind::Witness, node)),
                object if app.address.node() == object => Ok((Kind::BeWitnessed, node)),
                _ => Err(Error::NotFound),
            }
        }
        _ => Err(Error::NotFound),
    }
}
