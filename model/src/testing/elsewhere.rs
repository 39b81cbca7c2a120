//! Consultations of another node, as if they had been received.

use serde_json::{Value, json};

use super::World;
use crate::count::method::Method;
use crate::id::Id;
use crate::network::elsewhere::{self, Elsewhere};
use crate::network::mirror::{self, Kind, Mirror};
use crate::people::actor::{self, Actor};
use crate::store::Json;

/// The other node.
pub const PEER: &str = "peer.test";

impl World {
    /// A consultation of [`PEER`] with this method and when its results show, under the slug `place-7kq2`.
    ///
    /// # Panics
    /// When it cannot be kept.
    pub async fn mirrors(&self, method: &Value, results: &str) -> Elsewhere {
        let group = self.neighbour("neighbours", PEER).await;
        let author = self.stranger("mairie", PEER).await;
        let method = Method::asked(method.clone()).expect("a method").check().expect("valid").fixed("en", &[]);
        let mut told = method.told().expect("told");
        let choices = method.choices("en");
        if !choices.is_empty() {
            told["options"] = json!(choices);
        }
        let uri = format!("https://{PEER}/c/place-7kq2");
        let document = json!({
            "id": uri, "type": "Page", "audience": group.uri, "context": format!("{uri}/context"),
            "consultation": {
                "method": told, "results": results, "changeable": true, "tiers": ["member", "open"], "official": "member",
                "textHash": "a1b2", "tally": format!("{uri}/tally"), "log": format!("{uri}/log"),
                "closesAt": self.now().plus(std::time::Duration::from_secs(86_400)).to_string(),
            },
        });
        let page = self.copy(&uri, Kind::Page, (&group, &author), document);
        let page = Mirror { slug: Some("place-7kq2".into()), title: "Close the square?".into(), ..page };
        self.keeps(&page).await;
        elsewhere::by_uri(&mut self.store.conn().await.expect("a connection"), &uri).await.expect("a consultation")
    }

    /// A comment on it by `author`, somebody of another node.
    ///
    /// # Panics
    /// When it cannot be kept.
    pub async fn mirrors_comment(&self, on: &Elsewhere, author: &Actor, words: &str) -> Mirror {
        let uri = format!("{}/comments/{}", on.page.uri, Id::<Mirror>::new(self.now()));
        let mut conn = self.store.conn().await.expect("a connection");
        let group = actor::by_id(&mut conn, on.page.group_id.expect("a forum")).await.expect("a forum");
        drop(conn);
        let it = self.copy(&uri, Kind::Note, (&group, author), json!({"id": uri, "type": "Note"}));
        let it = Mirror {
            root_uri: Some(on.page.uri.clone()),
            parent_uri: Some(on.page.uri.clone()),
            html: format!("<p>{words}</p>"),
            ..it
        };
        self.keeps(&it).await;
        it
    }

    async fn keeps(&self, it: &Mirror) {
        let mut tx = self.store.begin().await.expect("a transaction");
        mirror::keep(&mut tx, it).await.expect("kept");
        tx.commit().await.expect("committed");
    }

    fn copy(&self, uri: &str, kind: Kind, (group, author): (&Actor, &Actor), document: Value) -> Mirror {
        Mirror {
            id: Id::new(self.now()),
            uri: uri.to_owned(),
            kind,
            host: PEER.to_owned(),
            slug: None,
            group_id: Some(group.id),
            author_id: Some(author.id),
            root_uri: None,
            parent_uri: None,
            title: String::new(),
            summary: String::new(),
            html: "<p>The whole text.</p>".to_owned(),
            language: Some("en".to_owned()),
            document: Json(document),
            published_at: self.now(),
            updated_at: None,
            received_at: self.now(),
        }
    }
}
