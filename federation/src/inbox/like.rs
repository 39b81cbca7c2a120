//! `Like` and `Dislike`: agreement on a comment; on the Page of a petition a ballot; on any other Page interest.

use model::address::Local;
use model::count::ballot::Source;
use model::debate::comment;
use model::debate::interest;
use model::debate::reaction::{self, Value};
use model::error::Error;

use super::create::{Place, place};
use super::{Delivery, Rejection, Taken, first, keep_code, settle};
use crate::app::App;
use crate::objects::page::is_petition;

pub(super) async fn like(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let Some(object) = activity.object_id() else {
        return Ok(Taken::Ignored("no-object"));
    };
    // a reaction with a picture or a word is no plain agreement
    if activity.content.as_deref().is_some_and(|content| !content.trim().is_empty()) {
        return Ok(Taken::Ignored("emoji"));
    }
    let place = match place(&mut app.store.conn().await?, app, object.as_str()).await {
        Ok(place) => place,
        Err(Error::NotFound) => return keep_code(app, delivery, "not-found").await,
        Err(error) => return Err(error.into()),
    };
    let likes = activity.kind == "Like";
    match place.parent {
        Some(_) => reacts(app, delivery, place, if likes { Value::Agree } else { Value::Disagree }).await,
        None if !likes => Ok(Taken::Ignored("dislike")),
        None if is_page(app, object.as_str()) && is_petition(&place.on) => supports(app, delivery, place).await,
        None => interests(app, delivery, place).await,
    }
}

fn is_page(app: &App, object: &str) -> bool {
    matches!(app.address.parse(object), Some(Local::Consultation(_)))
}

async fn reacts(app: &App, delivery: &Delivery, place: Place, value: Value) -> Result<Taken, Rejection> {
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let (Place { on, forum, .. }, id) = (&place, place.parent.ok_or(Error::NotFound)?);
    let done = match comment::by_id(&mut tx, id).await {
        Ok(to) => {
            let uri = delivery.activity.id.as_str();
            reaction::receive(&mut tx, app.now(), forum, on, sender.id, &to, value, uri).await
        }
        Err(error) => Err(error),
    };
    settle(app, delivery, tx, done).await
}

async fn interests(app: &App, delivery: &Delivery, place: Place) -> Result<Taken, Rejection> {
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let uri = delivery.activity.id.as_str();
    let done = interest::show(&mut tx, app.now(), place.on.id, sender.id, interest::Kind::Like, uri).await;
    settle(app, delivery, tx, done).await
}

/// A favourite of a petition is a ballot, by the same rules as any other.
async fn supports(app: &App, delivery: &Delivery, place: Place) -> Result<Taken, Rejection> {
    let it = super::vote::Ballot {
        sender: delivery.sender.clone(),
        activity: delivery.activity.id.to_string(),
        names: place.on.method.0.choices(&place.on.language).into_iter().map(|choice| choice.id).collect(),
        on: place.on,
        forum: place.forum,
        source: Source { uri: delivery.activity.id.to_string(), ..Source::default() },
        own: None,
    };
    super::vote::together(app, delivery, it).await
}
