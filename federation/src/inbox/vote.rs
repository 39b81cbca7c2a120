//! Votes from elsewhere, in every form that is known. Each becomes one ballot by the same rules as a citizen's; one that the
//! rules refuse is kept with its code, and its voter is told.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use model::address::Local;
use model::clock::Instant;
use model::count::ballot::{self, Source, Verdict, Voter};
use model::count::cap::Caps;
use model::count::electorate::Assurance;
use model::debate::consultation::{self, Consultation};
use model::debate::forum::Forum;
use model::debate::text;
use model::error::{Error, Refusal, Result};
use model::job::{self, Job, When};
use model::network::{activity, sighting};
use model::people::actor::Actor;
use model::store::Tx;

use super::create::place;
use super::{Delivery, Rejection, Taken};
use crate::app::App;
use crate::outbox::answer_id;
use crate::remote::{self, Sender};
use crate::signature::Fault;
use crate::wire::ballot::Ballot as Sent;
use crate::wire::{Malformed, Object};

/// The slug of the consultation that all these objects vote on, if they are votes on one of ours.
pub(super) fn asked(app: &App, objects: &[Object]) -> Option<String> {
    let mut slugs = objects.iter().map(|object| {
        object.vote()?;
        slug(app, object.in_reply_to.as_ref()?.as_str())
    });
    let first = slugs.next()??;
    slugs.all(|slug| slug.as_deref() == Some(first.as_str())).then_some(first)
}

fn slug(app: &App, answered: &str) -> Option<String> {
    match app.address.parse(answered) {
        Some(Local::Ballot(slug) | Local::Consultation(slug)) => Some(slug),
        _ => None,
    }
}

/// What a vote needs inside the transaction that it may share with others.
#[derive(Clone)]
pub(super) struct Ballot {
    pub(super) sender: Sender,
    /// The id of the activity.
    pub(super) activity: String,
    pub(super) on: Consultation,
    pub(super) forum: Forum,
    /// What was chosen, as labels or ids.
    pub(super) names: Vec<String>,
    pub(super) source: Source,
    /// Of our own form: what is answered in its own form too.
    pub(super) own: Option<Own>,
}

/// What only our own form says.
#[derive(Clone)]
pub(super) struct Own {
    /// The whole Create, byte for byte.
    create: String,
    /// The id of the answer.
    answer: String,
    /// The text that the voter read.
    text: Option<String>,
}

/// The votes of Mastodon, GoToSocial, Pleroma, snac: Notes with a name, one for each choice.
pub(super) async fn notes(app: &App, delivery: &Delivery, slug: &str, objects: &[Object]) -> Result<Taken, Rejection> {
    let mut ids = objects.iter().map(|object| object.id.to_string());
    let source = Source {
        uri: ids.next().unwrap_or_default(),
        also: ids.collect(),
        published: objects.first().and_then(|object| remote::time(object.published.as_deref())),
        adds: true,
        ..Source::default()
    };
    let names = objects.iter().filter_map(Object::vote).map(str::to_owned).collect();
    vote(app, delivery, slug, names, source, None).await
}

/// PieFed's `PollVote`: the Question, and the label of the choice.
pub(super) async fn poll_vote(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let Some(slug) = activity.object_id().and_then(|id| slug(app, id.as_str())) else {
        return Ok(Taken::Ignored("elsewhere"));
    };
    let Some(choice) = activity.choice_text.clone().filter(|choice| !choice.trim().is_empty()) else {
        return Err(Malformed::Shape("a PollVote without choice_text".into()).into());
    };
    let source = Source { uri: activity.id.to_string(), adds: true, ..Source::default() };
    vote(app, delivery, &slug, vec![choice], source, None).await
}

/// Our own form, for every method.
pub(super) async fn own(app: &App, delivery: &Delivery, sent: Sent) -> Result<Taken, Rejection> {
    if sent.attributed_to != delivery.activity.actor {
        return Err(Fault::OtherActor.into());
    }
    let Some(published) = remote::time(Some(&sent.published)) else {
        return Err(Malformed::Shape("a Ballot whose published is no time".into()).into());
    };
    let Some(slug) = slug(app, sent.in_reply_to.as_str()) else {
        return Ok(Taken::Ignored("elsewhere"));
    };
    let create = delivery.activity.id.to_string();
    let source = Source {
        uri: sent.id.to_string(),
        also: vec![create.clone()],
        published: Some(published),
        adds: false,
        // A word that we do not know asserts nothing.
        assurance: sent.assurance.map(|word| word.parse().unwrap_or(Assurance::None)),
        bounds: None,
    };
    vote(app, delivery, &slug, sent.choice, source, Some((create, sent.text_hash))).await
}

async fn vote(
    app: &App,
    delivery: &Delivery,
    slug: &str,
    names: Vec<String>,
    source: Source,
    own: Option<(String, Option<String>)>,
) -> Result<Taken, Rejection> {
    let place = match place(&mut app.store.conn().await?, app, &app.address.ballot(slug)).await {
        Ok(place) => place,
        Err(Error::NotFound) => return super::keep_code(app, delivery, "not-found").await,
        Err(error) => return Err(error.into()),
    };
    let own = own.map(|(create, text)| Own {
        create: delivery.body.clone(),
        answer: answer_id(&app.address.forum(&place.forum.slug), &create),
        text,
    });
    let ballot = Ballot {
        sender: delivery.sender.clone(),
        activity: delivery.activity.id.to_string(),
        on: place.on,
        forum: place.forum,
        names,
        source,
        own,
    };
    together(app, delivery, ballot).await
}

/// Casts a ballot in a transaction that it shares with others that arrive at the same time.
pub(super) async fn together(app: &App, delivery: &Delivery, ballot: Ballot) -> Result<Taken, Rejection> {
    let now = app.now();
    let caps = Caps { host: app.settings.open_votes_per_host, domain: app.settings.open_votes_per_domain };
    let ballot = Arc::new(ballot);
    let work = for_all(move |tx| {
        let ballot = Arc::clone(&ballot);
        async move { cast(tx, now, caps, &ballot).await }.boxed()
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

async fn cast(tx: &mut Tx, now: Instant, caps: Caps, it: &Ballot) -> Result<Taken> {
    if !sighting::first(tx, now, &it.activity).await? {
        answer_again(tx, now, it).await?;
        return Ok(Taken::Again);
    }
    let sender = remote::remember(tx, now, &it.sender).await?;
    let (taken, verdict) = match counted(tx, now, caps, it, &sender).await {
        Ok(receipt) => (Taken::Handled, Verdict::Counted(receipt)),
        Err(Error::Refused(refusal)) => {
            let (on, uri) = (&it.on, &it.source.uri);
            match &it.own {
                None => ballot::refuse(tx, now, on, sender.id, uri, &refusal).await?,
                Some(_) => drop(ballot::keep_refused(tx, now, on, sender.id, uri, &refusal).await?),
            }
            sighting::refused(tx, &it.activity, refusal.code()).await?;
            (Taken::Refused(refusal.code()), Verdict::Refused(refusal.code().to_owned()))
        }
        Err(error) => return Err(error),
    };
    if let Some(own) = &it.own {
        let (consultation, actor, create) = (it.on.id, sender.id, own.create.clone());
        job::enqueue(tx, now, Job::Answer { consultation, actor, create, verdict }, When::Now).await?;
    }
    Ok(taken)
}

/// A ballot sent again is answered the same, byte for byte, once its answer has been made.
async fn answer_again(tx: &mut Tx, now: Instant, it: &Ballot) -> Result<()> {
    let Some(own) = &it.own else { return Ok(()) };
    let inbox = it.sender.owner.inbox.to_string();
    match activity::by_uri(tx, &own.answer).await {
        Ok(given) => activity::send(tx, now, given.actor_id, &given.uri, &given.body, &[inbox]).await.map(drop),
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn counted(tx: &mut Tx, now: Instant, caps: Caps, it: &Ballot, sender: &Actor) -> Result<ballot::Receipt> {
    let on = consultation::by_id(tx, it.on.id).await?;
    // what fits no Question is chosen in our own form, and support by a Like
    if it.source.adds && !on.method.0.is_question() {
        return Err(Refusal::WrongMethod.into());
    }
    let voter = Voter::asserted(tx, &on, &it.forum, sender, it.source.assurance).await?;
    if let Some(read) = it.own.as_ref().and_then(|own| own.text.as_deref()) {
        text::seen(tx, &on, read).await?;
    }
    let source = Source { bounds: sender.host.clone().map(|host| (host, caps)), ..it.source.clone() };
    ballot::receive(tx, now, &on, voter, &it.names, &source).await
}
