//! What somebody elsewhere did in a forum of ours, passed on to its followers.

use model::debate::forum::{self, Forum};
use model::error::{Error, Result};
use model::id::Id;
use model::network::{activity, delivery, erasure, follow};
use model::people::actor::{self, Actor};
use model::store::Tx;

use super::{Announcer, announce_id};
use crate::app::App;
use crate::wire::{self, Activity, Object};

/// Announces an activity byte for byte. A ballot or an opinion is never passed on, whoever enqueued it.
pub(super) async fn carry(app: &App, tx: &mut Tx, id: Id<Forum>, body: &str) -> Result<()> {
    let told: Activity = wire::parse(body.as_bytes()).and_then(wire::typed).map_err(Error::store)?;
    let forum = forum::by_id(tx, id).await?;
    if !forum.visibility.is_federated() || !may_be_carried(&told) {
        return Ok(());
    }
    let group = actor::by_id(tx, forum.actor_id).await?;
    let forum_uri = app.address.forum(&forum.slug);
    let inboxes = hearers(app, tx, &told, group.id).await?;
    let announcer = Announcer { here: &app.address, now: app.now(), group: &group, inboxes: &inboxes };
    announcer.carry(tx, told.id.as_str(), body).await?;
    if told.kind == "Create"
        && let Some(object) = told.object_id()
    {
        let uri = announce_id(&forum_uri, told.id.as_str());
        activity::note_announce(tx, object.as_str(), &uri).await?;
    }
    Ok(())
}

/// The followers; of a deletion exactly those that were given what is gone.
async fn hearers(app: &App, tx: &mut Tx, activity: &Activity, group: Id<Actor>) -> Result<Vec<String>> {
    if activity.kind == "Delete"
        && let Some(object) = activity.object_id()
    {
        app.parcels.forget(object.as_str());
        if let Some(given) = delivery::withdraw(tx, app.now(), object.as_str()).await? {
            erasure::changed(tx, app.now(), object.as_str()).await?;
            return Ok(given);
        }
    }
    follow::inboxes(tx, group).await
}

/// Whether an activity tells nothing of what its actor thinks (protocol: nothing that leaves a node names an actor together
/// with a choice or an opinion).
pub(crate) fn may_be_carried(activity: &Activity) -> bool {
    let has_vote = || {
        let objects = activity.objects();
        objects.into_iter().any(|object| {
            let named = object.get("name").is_some_and(|name| !name.is_null());
            let ballot = object.get("type").is_some_and(|kind| kind == "Ballot" || kind == "Answer");
            ballot || (named && wire::typed::<Object>(object).is_ok_and(|object| object.kind == "Note"))
        })
    };
    match activity.kind.as_str() {
        "Create" | "Update" => !has_vote(),
        "Delete" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn carried(kind: &str, object: Value) -> bool {
        let activity = json!({"id": "https://m.test/1", "type": kind, "actor": "https://m.test/u", "object": object});
        may_be_carried(&wire::typed(activity).expect("an activity"))
    }

    #[test]
    fn who_voted_what_leaks_to_no_other_server() {
        let vote =
            json!({"id": "https://m.test/v", "type": "Note", "name": "Yes", "inReplyTo": "https://a.test/c/x/ballot"});
        let words = json!({"id": "https://m.test/v", "type": "Note", "name": "Yes", "content": "<p>words</p>"});
        let ballot = json!({"id": "https://m.test/v", "type": "Ballot", "choice": ["for"]});
        for object in [vote.clone(), words, ballot, json!([vote])] {
            assert!(!carried("Create", object.clone()), "{object}");
        }
        for kind in ["Like", "Dislike", "Undo", "PollVote", "EmojiReact", "Follow"] {
            assert!(!carried(kind, json!("https://a.test/c/x")), "{kind}");
        }
    }

    #[test]
    fn comments_their_edits_and_deletions_are_carried() {
        let note = json!({"id": "https://m.test/n", "type": "Note", "content": "<p>words</p>"});
        assert!(carried("Create", note.clone()) && carried("Update", note));
        assert!(carried("Delete", json!("https://m.test/n")));
    }
}
