//! `Follow`: of a forum or the node, accepted at once; of a person, refused, since people are found in forums.

use model::address::Local;
use model::debate::forum;
use model::error::{Error, Result};
use model::network::{activity, follow};
use model::people::actor::{self, Actor, Kind};
use model::store::Tx;
use serde_json::value::RawValue;

use super::{Delivery, Rejection, Taken, first, keep_code, settle};
use crate::app::App;
use crate::objects::actor::mark;
use crate::outbox::Told;
use crate::wire::activity::preserved;

pub(super) async fn follow(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let local = delivery.activity.object_id().and_then(|id| app.address.parse(id.as_str()));
    let Some(local) = local else {
        return Ok(Taken::Ignored("elsewhere"));
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = match target(&mut tx, local).await {
        Ok(target) => answer(app, &mut tx, delivery, &sender, &target).await,
        Err(Error::NotFound) => {
            drop(tx);
            return keep_code(app, delivery, "not-found").await;
        }
        Err(error) => Err(error),
    };
    settle(app, delivery, tx, done).await
}

/// Who is followed, if it may be spoken of: a private forum is answered as one that never was.
async fn target(tx: &mut Tx, local: Local) -> Result<Actor> {
    match local {
        Local::Node => actor::node(tx).await,
        Local::Forum(slug) => {
            let forum = forum::by_slug(tx, &slug).await?;
            if !forum.visibility.is_federated() {
                return Err(Error::NotFound);
            }
            actor::by_id(tx, forum.actor_id).await
        }
        Local::Person(name) => {
            let person = actor::local_by_name(tx, Kind::Person, &name).await?;
            if person.published_at.is_some() { Ok(person) } else { Err(Error::NotFound) }
        }
        _ => Err(Error::NotFound),
    }
}

async fn answer(app: &App, tx: &mut Tx, delivery: &Delivery, sender: &Actor, target: &Actor) -> Result<()> {
    let accepted = target.kind != Kind::Person;
    if accepted {
        follow::accept(tx, app.now(), sender, target, delivery.activity.id.as_str()).await?;
    }
    let us = target.uri(&app.address).ok_or(Error::NotFound)?;
    let verb = if accepted { "accepts" } else { "rejects" };
    let whole: &RawValue = preserved(&delivery.body).map_err(Error::store)?;
    let told = Told {
        id: format!("{us}#{verb}/{}", mark(delivery.activity.id.as_str())),
        kind: if accepted { "Accept" } else { "Reject" },
        actor: &us,
        object: whole,
        to: sender.uri.clone().into_iter().collect(),
        cc: Vec::new(),
        published: None,
        summary: None,
    };
    let inbox: Vec<String> = sender.inbox.clone().into_iter().collect();
    activity::send(tx, app.now(), target.id, &told.id, &told.text()?, &inbox).await?;
    Ok(())
}
