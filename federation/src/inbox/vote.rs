//! A ballot as Mastodon sends it: a `Note` with a name, in reply to a `Question`, without words. GoToSocial sends several at
//! once.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use model::address::Local;
use model::clock::Instant;
use model::count::ballot::{self, Source, Voter};
use model::debate::consultation::{self, Consultation};
use model::debate::forum::Forum;
use model::error::{Error, Result};
use model::network::sighting;
use model::people::actor::Actor;
use model::store::Tx;

use super::create::place;
use super::{Delivery, Rejection, Taken};
use crate::app::App;
use crate::directory::Known;
use crate::remote;
use crate::wire::Object;

/// The slug of the consultation that all these objects vote on, if they are votes on one of ours.
pub(super) fn asked(app: &App, objects: &[Object]) -> Option<String> {
    let mut slugs = objects.iter().map(|object| {
        object.vote()?;
        match app.address.parse(object.in_reply_to.as_ref()?.as_str()) {
            Some(Local::Ballot(slug) | Local::Consultation(slug)) => Some(slug),
            _ => None,
        }
    });
    let first = slugs.next()??;
    slugs.all(|slug| slug.as_deref() == Some(first.as_str())).then_some(first)
}

/// What a vote needs inside the transaction that it may share with others.
#[derive(Clone)]
pub(super) struct Ballot {
    pub(super) sender: Known,
    /// The id of the activity.
    pub(super) activity: String,
    pub(super) on: Consultation,
    pub(super) forum: Forum,
    /// What was chosen, as labels or ids.
    pub(super) names: Vec<String>,
    pub(super) source: Source,
}

/// Casts the ballot. One that the rules refuse is kept with its code, not counted, and its voter told once.
pub(super) async fn vote(app: &App, delivery: &Delivery, slug: &str, objects: &[Object]) -> Result<Taken, Rejection> {
    let place = match place(&mut app.store.conn().await?, app, &app.address.ballot(slug)).await {
        Ok(place) => place,
        Err(Error::NotFound) => return super::keep_code(app, delivery, "not-found").await,
        Err(error) => return Err(error.into()),
    };
    let names = objects.iter().filter_map(Object::vote).map(str::to_owned).collect();
    let source = Source {
        uri: objects.first().map(|object| object.id.to_string()).unwrap_or_default(),
        published: objects.first().and_then(|object| remote::time(object.published.as_deref())),
        adds: true,
    };
    let ballot = Ballot {
        sender: delivery.sender.clone(),
        activity: delivery.activity.id.to_string(),
        on: place.on,
        forum: place.forum,
        names,
        source,
    };
    together(app, delivery, ballot).await
}

/// Casts a ballot in a transaction that it shares with others that arrive at the same time.
pub(super) async fn together(app: &App, delivery: &Delivery, ballot: Ballot) -> Result<Taken, Rejection> {
    let now = app.now();
    let ballot = Arc::new(ballot);
    let work = for_all(move |tx| {
        let ballot = Arc::clone(&ballot);
        async move { cast(tx, now, &ballot).await }.boxed()
    });
    Ok(app.store.together(delivery.activity.actor.as_str(), work).await?)
}

/// Tells the compiler that a closure takes a transaction of any lifetime, which it does not find out by itself.
fn for_all<F>(work: F) -> F
where
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Taken>>,
{
    work
}

async fn cast(tx: &mut Tx, now: Instant, it: &Ballot) -> Result<Taken> {
    if !sighting::first(tx, now, &it.activity).await? {
        return Ok(Taken::Again);
    }
    let sender = remote::remember(tx, now, &it.sender).await?;
    match counted(tx, now, it, &sender).await {
        Ok(()) => Ok(Taken::Handled),
        Err(Error::Refused(refusal)) => {
            ballot::refuse(tx, now, &it.on, sender.id, &it.source.uri, &refusal).await?;
            sighting::refused(tx, &it.activity, refusal.code()).await?;
            Ok(Taken::Refused(refusal.code()))
        }
        Err(error) => Err(error),
    }
}

async fn counted(tx: &mut Tx, now: Instant, it: &Ballot, sender: &Actor) -> Result<()> {
    let on = consultation::by_id(tx, it.on.id).await?;
    let voter = Voter::elsewhere(tx, &on, &it.forum, sender).await?;
    ballot::receive(tx, now, &on, voter, &it.names, &it.source).await.map(|_| ())
}
