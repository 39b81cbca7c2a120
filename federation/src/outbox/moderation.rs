//! What the moderators of a forum do, told to whoever follows it. They act in the name of the official account, which stands
//! among the forum's moderators; the administration's own log alone knows who it was.

use model::care::moderation::Moderation;
use model::clock::Instant;
use model::debate::consultation;
use model::debate::forum::{self, Forum};
use model::error::{Error, Result};
use model::id::Id;
use model::network::follow;
use model::people::actor::{self, Actor};
use model::store::Tx;
use serde_json::{Value, json};

use super::{Announcer, send_once};
use crate::app::App;
use crate::keyring;
use crate::objects::actor::mark;
use crate::objects::{Published, cc_forum, to_public};
use crate::wire::context;

/// When an act began, and when what is told now was done.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) since: Instant,
    pub(super) at: Instant,
}

/// Sends an act, or its end, through the forum; and directly to somebody who is banned.
pub(super) async fn tell(app: &App, tx: &mut Tx, id: Id<Forum>, times: Times, act: &Moderation) -> Result<()> {
    let forum = forum::by_id(tx, id).await?;
    if !forum.visibility.is_federated() {
        return Ok(());
    }
    let group = actor::by_id(tx, forum.actor_id).await?;
    let by = forum::official(tx, &forum).await?;
    let said = Said { by: by.uri(&app.address).ok_or(Error::NotFound)?, forum: app.address.forum(&forum.slug), times };
    let (mut activity, direct) = said.activity(app, tx, act).await?;
    let prover = keyring::prover_in(tx, &app.address, app.now(), &by).await?;
    prover.prove(&mut activity, times.at)?;
    let (uri, body) = (activity["id"].as_str().unwrap_or_default().to_owned(), activity.to_string());
    let followers = follow::inboxes(tx, group.id).await?;
    let announcer = Announcer { here: &app.address, now: app.now(), group: &group, inboxes: &followers };
    announcer.carry(tx, &uri, &body).await?;
    send_once(tx, app.now(), by.id, &uri, &body, &direct).await
}

struct Said {
    by: String,
    forum: String,
    times: Times,
}

impl Said {
    /// The activity, and the inboxes that get it directly.
    async fn activity(&self, app: &App, tx: &mut Tx, act: &Moderation) -> Result<(Value, Vec<String>)> {
        Ok(match act {
            Moderation::Lock { consultation, reason, lifted } => {
                let page = page(app, tx, *consultation).await?;
                (self.begun_or_ended("Lock", &page, json!({"summary": reason}), *lifted), Vec::new())
            }
            Moderation::Pin { consultation, lifted } => {
                let page = page(app, tx, *consultation).await?;
                (self.listed(&page, "featured", *lifted), Vec::new())
            }
            Moderation::Moderator { actor, lifted } => {
                let person = person(app, tx, *actor).await?.1;
                (self.listed(&person, "moderators", *lifted), Vec::new())
            }
            Moderation::Ban { actor, reason, until, removes, lifted } => {
                let (banned, uri) = person(app, tx, *actor).await?;
                let mut more = json!({"target": self.forum, "summary": reason, "removeData": removes});
                if let Some(until) = until {
                    more["endTime"] = json!(until.to_string());
                }
                let direct = banned.inbox.into_iter().collect();
                (self.begun_or_ended("Block", &uri, more, *lifted), direct)
            }
        })
    }

    fn head(&self, id: &str, kind: &str, object: Value) -> Value {
        json!({
            "@context": context::object(), "id": id, "type": kind, "actor": self.by, "object": object,
            "to": to_public(), "cc": cc_forum(&self.forum), "audience": self.forum,
            "published": self.times.at.to_string(),
        })
    }

    /// An act that lasts, or the `Undo` of it, which holds it whole. One that is altered is another act: those who have heard of
    /// the first take in the second.
    fn begun_or_ended(&self, kind: &str, about: &str, more: Value, lifted: bool) -> Value {
        let of = mark(&format!("{kind} {} {about} {} {more}", self.forum, self.times.since));
        let id = format!("{}#{}/{of}", self.by, kind.to_lowercase());
        let mut act = self.head(&id, kind, json!(about));
        act["published"] = json!(self.times.since.to_string());
        for (name, value) in more.as_object().into_iter().flatten() {
            act[name] = value.clone();
        }
        if !lifted {
            return act;
        }
        if let Some(fields) = act.as_object_mut() {
            fields.remove("@context");
        }
        self.head(&format!("{id}/undo"), "Undo", act)
    }

    /// Something comes into a collection of the forum, or leaves it.
    fn listed(&self, about: &str, collection: &str, lifted: bool) -> Value {
        let kind = if lifted { "Remove" } else { "Add" };
        let target = format!("{}/{collection}", self.forum);
        let of = mark(&format!("{kind} {about} {target} {}", self.times.at));
        let mut act = self.head(&format!("{}#{}/{of}", self.by, kind.to_lowercase()), kind, json!(about));
        act["target"] = json!(target);
        act
    }
}

async fn page(app: &App, tx: &mut Tx, id: Id<consultation::Consultation>) -> Result<String> {
    let on = consultation::by_id(tx, id).await?;
    let it = Published::of(tx, on).await?;
    Ok(app.address.consultation(&it.consultation.slug))
}

async fn person(app: &App, tx: &mut Tx, id: Id<Actor>) -> Result<(Actor, String)> {
    let person = actor::by_id(tx, id).await?;
    let uri = person.uri(&app.address).ok_or(Error::NotFound)?;
    Ok((person, uri))
}
