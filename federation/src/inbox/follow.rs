//! `Follow`: of a forum or the node, accepted at once; of a person, refused, since people are found in forums.

use model::address::Local;
use model::debate::forum;
use model::error::{Error, Result};
use model::network::relay_server::Style;
use model::network::{activity, follow, relay};
use model::people::actor::{self, Actor, Kind};
use model::store::Tx;
use serde_json::value::RawValue;

use super::{Delivery, Rejection, Taken, first, keep_code, settle};
use crate::app::App;
use crate::objects::actor::mark;
use crate::outbox::Told;
use crate::relay_server;
use crate::wire::PUBLIC;
use crate::wire::activity::preserved;

pub(super) async fn follow(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    if delivery.activity.object_id().is_some_and(|id| id.as_str() == PUBLIC) {
        return subscribe(app, delivery).await;
    }
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

/// A server subscribes to this node as to a relay server, in Mastodon's way.
async fn subscribe(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let whole = serde_json::from_str(&delivery.body).map_err(Error::store)?;
        let uri = delivery.activity.id.as_str();
        let accepted = relay_server::subscribed(app, &mut tx, &sender, uri, Style::Mastodon).await?;
        relay_server::answer(app, &mut tx, &sender, &whole, accepted).await
    }
    .await;
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
    let uri = delivery.activity.id.as_str();
    if sender.kind == Kind::Group && target.kind == Kind::Group {
        let forum = forum::by_actor(tx, target.id).await?;
        if relay::asks_consent(tx, forum.id).await? {
            return follow::hold(tx, app.now(), sender, target, uri).await.map(|_| ());
        }
    }
    let accepted = target.kind != Kind::Person;
    if accepted {
        follow::accept(tx, app.now(), sender, target, uri).await?;
    }
    if target.kind == Kind::Application {
        relay_server::subscribed(app, tx, sender, uri, Style::LitePub).await?;
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
