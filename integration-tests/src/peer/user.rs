//! A person on the peer, who does what Mastodon lets people do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::State;
use super::keys::Key;
use super::signed::{self, Flaw};
use crate::clock;

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A person with a key.
#[derive(Clone)]
pub struct User {
    state: State,
    key: Arc<Key>,
    /// The actor's id.
    pub id: String,
}

/// Ids of what a peer makes are never used twice.
static MADE: AtomicU32 = AtomicU32::new(1);

impl User {
    pub(super) fn new(state: State, name: &str, key: Arc<Key>) -> Self {
        let id = state.url(&format!("/users/{name}"));
        Self { state, key, id }
    }

    /// Finds an actor by its handle (`@name@host`) through WebFinger, both ways round, and returns its document.
    pub async fn finds(&self, handle: &str) -> Value {
        let (name, host) = handle.trim_start_matches('@').split_once('@').expect("a handle");
        let subject = format!("acct:{name}@{host}");
        let answer = self.webfinger(host, &subject).await;
        assert_eq!(answer["subject"], subject);
        let links = answer["links"].as_array().cloned().unwrap_or_default();
        let link = links.iter().find(|link| link["rel"] == "self" && link["type"] == "application/activity+json");
        let actor = self.fetches(link.and_then(|link| link["href"].as_str()).expect("a link to the actor")).await;
        assert_eq!(actor["preferredUsername"], name);
        actor
    }

    async fn webfinger(&self, host: &str, subject: &str) -> Value {
        let url = format!("http://{host}/.well-known/webfinger?resource={subject}");
        let request = self.state.client.get(url).header("accept", "application/jrd+json");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{subject}");
        response.json().await.expect("a JSON document")
    }

    /// The document at `url`; panics unless it is there, of the right type and under its own id.
    pub async fn fetches(&self, url: &str) -> Value {
        self.state.fetch(url).await.unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Follows the actor with this handle; returns the Follow's id, which the Accept will hold.
    pub async fn follows(&self, handle: &str) -> String {
        let actor = self.finds(handle).await;
        let activity = self.activity("Follow", actor["id"].clone());
        self.delivers(&actor, &activity).await;
        text(&activity["id"])
    }

    /// Votes on a Question for the option of this name, as Mastodon does: a Note without content, to the author alone.
    pub async fn votes(&self, question: &Value, name: &str) -> StatusCode {
        let (activity, author) = (self.vote(question, name), self.author(question).await);
        self.sends(&inbox(&author), &activity, Flaw::None).await
    }

    /// The activity of such a vote.
    pub fn vote(&self, question: &Value, name: &str) -> Value {
        let id = self.new_id("votes");
        json!({
            "@context": CONTEXT,
            "id": format!("{id}/activity"),
            "type": "Create",
            "actor": self.id,
            "to": question["attributedTo"],
            "object": {
                "id": id, "type": "Note", "name": name, "attributedTo": self.id,
                "inReplyTo": question["id"], "to": question["attributedTo"],
            },
        })
    }

    /// Replies to an object with words; returns the Note.
    pub async fn comments(&self, on: &Value, words: &str) -> Value {
        let author = self.author(on).await;
        let id = self.new_id("statuses");
        let note = json!({
            "id": id, "type": "Note", "attributedTo": self.id, "inReplyTo": on["id"],
            "content": format!("<p>{words}</p>"), "contentMap": {"en": format!("<p>{words}</p>")},
            "published": clock::now().to_string(), "url": id,
            "to": [PUBLIC], "cc": [format!("{}/followers", self.id), author["id"]],
            "tag": [{"type": "Mention", "href": author["id"], "name": "@author"}],
        });
        self.keep(&note);
        self.creates(&note, &author).await;
        note
    }

    /// Edits a Note.
    pub async fn edits(&self, note: &Value, on: &Value, words: &str) {
        let mut edited = note.clone();
        edited["content"] = json!(format!("<p>{words}</p>"));
        edited["contentMap"] = json!({"en": format!("<p>{words}</p>")});
        edited["updated"] = json!(clock::now().to_string());
        self.keep(&edited);
        let mut activity = self.activity("Update", edited);
        activity["to"] = json!([PUBLIC]);
        self.delivers(&self.author(on).await, &activity).await;
    }

    /// Deletes a Note.
    pub async fn deletes(&self, note: &Value, on: &Value) {
        self.state.kept().objects.remove(note["id"].as_str().unwrap_or_default());
        let mut activity = self.activity("Delete", json!({"id": note["id"], "type": "Tombstone"}));
        activity["to"] = json!([PUBLIC]);
        self.delivers(&self.author(on).await, &activity).await;
    }

    /// Favourites an object; returns the Like.
    pub async fn likes(&self, object: &Value) -> Value {
        let activity = self.activity("Like", object["id"].clone());
        self.delivers(&self.author(object).await, &activity).await;
        activity
    }

    /// Takes back an earlier activity.
    pub async fn undoes(&self, activity: &Value, on: &Value) {
        let undo = self.activity("Undo", activity.clone());
        self.delivers(&self.author(on).await, &undo).await;
    }

    /// Signs and sends an activity to an inbox; returns the status.
    pub async fn sends(&self, inbox: &str, activity: &Value, flaw: Flaw) -> StatusCode {
        self.sends_bytes(inbox, activity.to_string().into_bytes(), flaw).await
    }

    /// Signs and sends any bytes.
    pub async fn sends_bytes(&self, inbox: &str, body: Vec<u8>, flaw: Flaw) -> StatusCode {
        let url = url::Url::parse(inbox).expect("an inbox's address");
        let target = (url.host_str().expect("a host"), url.path());
        let key_id = format!("{}#main-key", self.id);
        let foreign = (flaw == Flaw::ForeignKey).then(Key::generate);
        let headers = signed::headers(foreign.as_ref().unwrap_or(&self.key), &key_id, target, &body, flaw);
        let mut request = self.state.client.post(url).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send().await.unwrap_or_else(|error| panic!("{inbox}: {error:?}")).status()
    }

    /// An activity of this person.
    pub fn activity(&self, kind: &str, object: Value) -> Value {
        json!({"@context": CONTEXT, "id": self.new_id("activities"), "type": kind, "actor": self.id, "object": object})
    }

    async fn creates(&self, note: &Value, author: &Value) {
        let mut activity = self.activity("Create", note.clone());
        activity["id"] = json!(format!("{}/activity", text(&note["id"])));
        activity["to"] = note["to"].clone();
        activity["cc"] = note["cc"].clone();
        self.delivers(author, &activity).await;
    }

    async fn delivers(&self, actor: &Value, activity: &Value) {
        let status = self.sends(&inbox(actor), activity, Flaw::None).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{activity}");
    }

    async fn author(&self, object: &Value) -> Value {
        self.fetches(object["attributedTo"].as_str().expect("an author")).await
    }

    fn keep(&self, object: &Value) {
        let mut kept = object.clone();
        kept["@context"] = json!(CONTEXT);
        self.state.kept().objects.insert(text(&object["id"]), kept);
    }

    fn new_id(&self, of: &str) -> String {
        format!("{}/{of}/{}", self.id, MADE.fetch_add(1, Ordering::Relaxed))
    }
}

fn inbox(actor: &Value) -> String {
    text(&actor["inbox"])
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}
