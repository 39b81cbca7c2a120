//! `Undo` of a Follow, a Like, a ballot or a share: only by whoever did it.

use model::address::Local;
use model::count::ballot;
use model::debate::{comment, consultation, forum, interest, reaction};
use model::error::{Error, Refusal, Result};
use model::network::{follow, relocation};
use model::people::actor::{self, Actor};
use model::store::Tx;

use super::moderate::{self, Act};
use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::signature::Fault;
use crate::wire::{Activity, lenient};

pub(super) async fn undo(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let Some(id) = delivery.activity.object_id() else {
        return Ok(Taken::Ignored("no-object"));
    };
    let inner: Option<Activity> = serde_json::from_value(delivery.activity.object.clone()).ok();
    let named = delivery.activity.object.get("actor").and_then(lenient::id_of);
    if named.is_some_and(|actor| actor != delivery.activity.actor) {
        return Err(Fault::OtherActor.into());
    }
    if let Some(act) = moderate::inside(&delivery.activity) {
        return moderate::moderate(app, delivery, Act { activity: &act, undone: true }).await;
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = undone(app, &mut tx, &sender, id.as_str(), inner.as_ref()).await;
    settle(app, delivery, tx, done).await
}

/// What an earlier activity brought is found by that activity's id; a Follow also by whom it was to.
async fn undone(app: &App, tx: &mut Tx, sender: &Actor, uri: &str, inner: Option<&Activity>) -> Result<()> {
    if let Some(Local::Forum(_) | Local::Node) = followed(app, inner) {
        return unfollow(app, tx, sender, inner).await;
    }
    if let Some(to) = reaction::by_uri(tx, sender.id, uri).await? {
        let on = consultation::by_id(tx, to.consultation_id).await?;
        reaction::clear(tx, app.now(), &on, &to, sender.id).await?;
        return Ok(());
    }
    if let Some(found) = ballot::by_source(tx, uri).await? {
        let on = consultation::by_id(tx, found.consultation_id).await?;
        let voter = relocation::voter(tx, on.id, sender).await?;
        ballot::take_back(tx, app.now(), &on, voter, uri).await?;
        return Ok(());
    }
    if interest::lose(tx, sender.id, uri).await? {
        return Ok(());
    }
    liked(app, tx, sender, inner).await
}

fn followed(app: &App, inner: Option<&Activity>) -> Option<Local> {
    let inner = inner.filter(|inner| inner.kind == "Follow")?;
    app.address.parse(inner.object_id()?.as_str())
}

async fn unfollow(app: &App, tx: &mut Tx, sender: &Actor, inner: Option<&Activity>) -> Result<()> {
    let target = match followed(app, inner) {
        Some(Local::Node) => actor::node(tx).await?.id,
        Some(Local::Forum(slug)) => forum::by_slug(tx, &slug).await?.actor_id,
        _ => return Err(Error::NotFound),
    };
    follow::end(tx, sender.id, target).await
}

/// Some servers make a new id for the Like that they take back: then what it was about tells which one it is.
async fn liked(app: &App, tx: &mut Tx, sender: &Actor, inner: Option<&Activity>) -> Result<()> {
    let about = inner.filter(|inner| inner.kind == "Like" || inner.kind == "Dislike").and_then(Activity::object_id);
    let about = about.ok_or(Error::NotFound)?;
    let to = match app.address.parse(about.as_str()) {
        Some(Local::Comment(_, id)) => comment::by_id(tx, id.parse().map_err(|_| Error::NotFound)?).await?,
        Some(Local::Consultation(slug)) => {
            let on = consultation::by_slug(tx, &slug).await?;
            if !crate::objects::page::is_petition(&on) {
                return Err(Error::NotFound);
            }
            let voter = relocation::voter(tx, on.id, sender).await?;
            return ballot::withdraw(tx, app.now(), &on, voter).await;
        }
        _ => comment::by_uri(tx, about.as_str()).await?.ok_or(Error::NotFound)?,
    };
    let on = consultation::by_id(tx, to.consultation_id).await?;
    let cleared = reaction::clear(tx, app.now(), &on, &to, sender.id).await?;
    if cleared { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
}
