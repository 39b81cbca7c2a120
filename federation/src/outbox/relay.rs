//! What a forum passes on of another (FEP-d36d).

use model::debate::forum::{self, Forum};
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Claim, Outcome};
use model::network::relay::rules::hearers;
use model::network::relay::{self, Passed, Relay};
use model::network::{delivery, erasure, follow, mirror};
use model::people::actor::{self, Actor};
use model::store::Tx;
use serde_json::{Value, json};

use super::{Announcer, Told, announce_id, send_once};
use crate::app::App;
use crate::backfill;
use crate::fetch::Error as Unfetched;
use crate::guard;
use crate::mirrored;
use crate::objects::actor::mark;
use crate::objects::{cc_forum, to_public};
use crate::wire::{self, Activity, Object};

/// How often something that does not answer is asked for again.
const TRIES: u32 = 8;

/// Announces something to the followers of a forum, but for those on the hosts that it came from.
pub(super) async fn pass_on(
    app: &App,
    tx: &mut Tx,
    id: Id<Forum>,
    object: &str,
    passed: &Passed,
    came_from: &[String],
) -> Result<()> {
    let forum = forum::by_id(tx, id).await?;
    if !forum.visibility.is_federated() {
        return Ok(());
    }
    let group = actor::by_id(tx, forum.actor_id).await?;
    let followers = hearers(follow::inboxes(tx, group.id).await?, came_from);
    let it = Passing { app, group: &group, object, followers };
    match passed {
        // gone in the meantime: nothing more is said of it
        Passed::Root | Passed::Begun { .. } | Passed::Whole { .. }
            if !relay::carried_by(tx, object).await?.contains(&id) => {}
        Passed::Root => it.announcer(&it.followers).boost(tx, object).await?,
        Passed::Begun { activity } => {
            it.carry(tx, &it.followers, activity).await?;
            it.announcer(&it.followers).boost(tx, object).await?;
        }
        Passed::Whole { activity } => it.carry(tx, &it.followers, activity).await?,
        Passed::Gone { activity } => {
            let announced = relay::announced(tx, id, object).await?;
            it.gone(tx, &announced, activity.as_deref()).await?;
        }
    }
    Ok(())
}

struct Passing<'a> {
    app: &'a App,
    group: &'a Actor,
    object: &'a str,
    followers: Vec<String>,
}

impl Passing<'_> {
    fn announcer<'a>(&'a self, inboxes: &'a [String]) -> Announcer<'a> {
        Announcer { here: &self.app.address, now: self.app.now(), group: self.group, inboxes }
    }

    async fn carry(&self, tx: &mut Tx, inboxes: &[String], body: &str) -> Result<()> {
        let activity: Activity = wire::parse(body.as_bytes()).and_then(wire::typed).map_err(Error::store)?;
        if !super::may_be_carried(&activity) {
            return Ok(());
        }
        self.announcer(inboxes).carry(tx, activity.id.as_str(), body).await
    }

    /// Those that were given it hear that it is gone: by the author's own Delete, if it came, and by taking back what was
    /// announced, upon which whoever reads it asks the origin.
    async fn gone(&self, tx: &mut Tx, announced: &str, delete: Option<&str>) -> Result<()> {
        let (here, now) = (&self.app.address, self.app.now());
        self.app.parcels.forget(self.object);
        let given = delivery::withdraw(tx, now, self.object).await?;
        erasure::changed(tx, now, self.object).await?;
        let inboxes = given.unwrap_or_else(|| self.followers.clone());
        if let Some(delete) = delete {
            self.carry(tx, &inboxes, delete).await?;
        }
        let forum = self.group.uri(here).ok_or(Error::NotFound)?;
        let id = announce_id(&forum, announced);
        let undo = Told {
            id: format!("{id}/undo"),
            kind: "Undo",
            actor: &forum,
            object: json!({"id": id, "type": "Announce", "actor": forum, "object": self.object}),
            to: to_public(),
            cc: cc_forum(&forum).split_off(1),
            published: Some(now),
            summary: None,
        };
        let text = undo.proven(tx, here, now, self.group).await?;
        send_once(tx, now, self.group.id, &undo.id, &text, &inboxes).await
    }
}

/// Tells the origin of a consultation, a node of our kind, how many objects of it a forum here passed on: `Add` to its outbox.
/// What it passes on itself never goes back there.
pub(super) async fn report(app: &App, tx: &mut Tx, id: Id<Forum>, page: &str) -> Result<()> {
    let forum = forum::by_id(tx, id).await?;
    let Some(copy) = mirror::by_uri(tx, page).await? else { return Ok(()) };
    let author = actor::by_id(tx, copy.author_id.ok_or(Error::NotFound)?).await?;
    let objects = relay::extent(tx, id, page).await?;
    let inbox = author.delivery_inbox().filter(|_| follow::is_ours(&author) && objects > 0);
    let Some(inbox) = inbox.map(str::to_owned).filter(|_| forum.visibility.is_federated()) else { return Ok(()) };
    let us = app.address.forum(&forum.slug);
    let told = Told {
        id: format!("{us}#carried/{}/{objects}", mark(page)),
        kind: "Add",
        actor: &us,
        object: json!(page),
        to: copy.document.0["audience"].as_str().map(str::to_owned).into_iter().collect(),
        cc: Vec::new(),
        published: Some(app.now()),
        summary: None,
    };
    let mut add: Value = serde_json::from_str(&told.text()?).map_err(Error::store)?;
    add["target"] = json!(format!("{us}/outbox"));
    add["result"] = json!({"type": "Collection", "totalItems": objects});
    send_once(tx, app.now(), forum.actor_id, &told.id, &add.to_string(), &[inbox]).await
}

/// Fetches something where it lives, keeps a copy, and has a forum pass it on.
pub(super) async fn adopt(
    app: &App,
    claim: &Claim,
    forum: Id<Forum>,
    relay: Option<Id<Relay>>,
    object: &str,
) -> Result<Outcome> {
    let Ok(at) = object.parse::<url::Url>() else { return Ok(Outcome::Never("it is no address".into())) };
    if app.guard.owns(&at) || !app.speaks_to(&guard::authority(&at).unwrap_or_default()).await? {
        return Ok(Outcome::Never("its server is not spoken to".into()));
    }
    let outing = app.outing().await?;
    let later = |error: Unfetched| match error.may_pass() && claim.attempts + 1 < TRIES {
        true => {
            let next = job::back_off(app.now(), app.settings.retry_first, claim.attempts, job::chance());
            Outcome::Later(next, error.to_string())
        }
        false => Outcome::Never(error.to_string()),
    };
    let document = match app.fetcher.value(&at, outing.signer(), &outing.budget).await {
        Ok(document) => document,
        Err(error) => return Ok(later(error)),
    };
    let Ok(it) = wire::typed::<Object>(document.clone()) else { return Ok(Outcome::Never("it is no object".into())) };
    let author = match backfill::author(app, &outing, &it).await? {
        Ok(Some(author)) if it.is_public() => author,
        Ok(_) => return Ok(Outcome::Never("it is not for everybody".into())),
        Err(error) => return Ok(later(error)),
    };
    let mut tx = app.store.begin().await?;
    let relay = match relay {
        Some(id) => Some(relay::by_id(&mut tx, id).await?),
        None => None,
    };
    let group = group(&mut tx, relay.as_ref(), &it, &author).await?;
    let copy = mirrored::keep(app, &mut tx, group, author.id, &it, document).await?;
    relay::hand_over(&mut tx, app.now(), forum, relay.as_ref(), &copy).await?;
    tx.commit().await.map(|()| Outcome::Done)
}

/// The forum that something came through: the one carried, or the one that it says it is for; else its author.
async fn group(tx: &mut Tx, relay: Option<&Relay>, it: &Object, author: &Actor) -> Result<Id<Actor>> {
    if let Some(relay) = relay {
        return Ok(relay.source_id);
    }
    match &it.audience {
        Some(audience) => Ok(actor::by_uri(tx, audience.as_str()).await?.map_or(author.id, |group| group.id)),
        None => Ok(author.id),
    }
}
