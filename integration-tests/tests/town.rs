//! A town: a node with a forum, and what its clerk does there.

use integration_tests::api::Api;
use integration_tests::database::Database;
use integration_tests::net::Net;
use integration_tests::node::{Node, draft};
use integration_tests::peer::{Peer, User};
use integration_tests::wait;
use serde_json::{Value, json};

/// The town's host.
pub const TOWN: &str = "a.test";
/// The other node's.
pub const NEIGHBOUR: &str = "b.test";
/// The stranger's.
pub const STRANGER: &str = "m.test";
/// The forum that every town has.
pub const FORUM: &str = "mobility";

/// An empty database, when called.
pub type Empty = fn() -> Database;

/// A node with a public forum.
pub struct Town {
    pub net: Net,
    pub node: Node,
    pub clerk: Api,
}

/// A consultation that was published.
pub struct Published {
    pub slug: String,
    pub url: String,
}

impl Town {
    /// Founds it: the node, the administrator, the forum.
    pub async fn founded(empty: Empty) -> Self {
        Self::founded_with(empty, "").await
    }

    /// The same, with more lines at the end of the node's configuration.
    pub async fn founded_with(empty: Empty, more: &str) -> Self {
        let net = Net::new(&[TOWN, NEIGHBOUR, STRANGER]);
        let node = Node::start_with(&net, TOWN, empty(), more).await;
        let clerk = node.admin();
        let town = Self { net, node, clerk };
        town.opens_forum(FORUM, "public").await;
        town
    }

    pub async fn opens_forum(&self, slug: &str, visibility: &str) -> Value {
        let forum = json!({
            "slug": slug, "title": "Getting about", "summary": "Streets and squares.",
            "visibility": visibility, "language": "en",
        });
        self.clerk.post("/forums", forum).await.expect(201)
    }

    /// Publishes a yes-or-no question.
    pub async fn asks(&self, title: &str) -> Published {
        self.publishes(draft(title, json!({"kind": "vote"}))).await
    }

    pub async fn publishes(&self, draft: Value) -> Published {
        self.publishes_in(FORUM, draft).await
    }

    pub async fn publishes_in(&self, forum: &str, draft: Value) -> Published {
        let made = self.drafts_in(forum, draft).await;
        self.clerk.post(&format!("/consultations/{}/publish", made.slug), json!({})).await.expect(200);
        made
    }

    pub async fn drafts_in(&self, forum: &str, draft: Value) -> Published {
        let made = self.clerk.post(&format!("/forums/{forum}/consultations"), draft).await.expect(201);
        assert_eq!(made["state"], "draft");
        let text = |name: &str| made[name].as_str().expect("a string").to_owned();
        Published { slug: text("slug"), url: text("url") }
    }

    /// The counts of a tier, in the consultation's order.
    pub async fn counts(&self, of: &Published, tier: &str) -> Vec<u64> {
        let results = self.clerk.get(&format!("/consultations/{}/results", of.slug)).await.expect(200);
        counts(&results, tier)
    }

    /// Waits until the counts of a tier are these.
    pub async fn counts_become(&self, of: &Published, tier: &str, wanted: &[u64]) {
        wait::until_or(
            || format!("{tier} counts {wanted:?}"),
            async || (self.counts(of, tier).await == wanted).then_some(()),
        )
        .await;
    }

    /// The comments, as the clerk sees them.
    pub async fn comments(&self, of: &Published) -> Vec<Value> {
        items(&self.clerk.get(&format!("/consultations/{}/comments", of.slug)).await.expect(200))
    }

    /// The one comment whose text holds these words, once there is one.
    pub async fn comment(&self, of: &Published, words: &str) -> Value {
        wait::until(&format!("a comment {words:?}"), async || {
            let comments = self.comments(of).await;
            comments.into_iter().find(|comment| comment["text"].as_str().is_some_and(|text| text.contains(words)))
        })
        .await
    }

    /// A stranger's server with a person on it who follows the forum.
    pub async fn stranger(&self) -> (Peer, User) {
        let peer = Peer::start(&self.net, STRANGER).await;
        let ana = peer.user("ana");
        let follow = ana.follows(&format!("@{FORUM}@{TOWN}")).await;
        let accept = peer.receives("an Accept", |received| received.kind() == "Accept").await;
        assert_eq!(accept.activity["object"]["id"], follow.as_str());
        assert_eq!(accept.signer, format!("http://{TOWN}/f/{FORUM}"));
        (peer, ana)
    }
}

/// The `items` of a list.
pub fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap_or_else(|| panic!("no list: {list}")).clone()
}

/// The counts of a tier in a results document.
pub fn counts(results: &Value, tier: &str) -> Vec<u64> {
    let choices = results["tiers"][tier]["choices"].as_array();
    choices.into_iter().flatten().map(|choice| choice["count"].as_u64().expect("a count")).collect()
}
