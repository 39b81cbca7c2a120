//! What other servers fetch of a consultation, one document after the other, as one `OrderedCollection`: the debate, the
//! ballot where there is one, the comments in order. For the command and over HTTP.

use std::sync::Arc;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Request, StatusCode};
use model::address::Address;
use model::clock::Instant;
use model::debate::comment::{self, Comment, State as Shown};
use model::debate::consultation::{self, Consultation};
use model::id::Id;
use model::store::Store;
use serde_json::json;
use tower::ServiceExt as _;

use crate::node::Node;

/// Comments read at once.
const PAGE: i64 = 200;
/// No document of ours is larger. Octets.
const LARGEST: usize = 8 * 1024 * 1024;
const ACTIVITY_JSON: &str = "application/activity+json";

/// A collection being written: ask for its next part until there is none.
pub struct Collection {
    documents: Router,
    store: Store,
    on: Consultation,
    step: Step,
    count: usize,
}

enum Step {
    Head(String),
    Ballot,
    Comments(Option<(Instant, Id<Comment>)>),
    End,
}

impl Collection {
    /// Begins; `None` if nothing of it is published to other servers.
    ///
    /// # Errors
    /// When a document cannot be made.
    pub async fn begin(
        documents: Router,
        store: Store,
        here: &Address,
        on: Consultation,
    ) -> anyhow::Result<Option<Self>> {
        let Some(page) = fetch(&documents, &format!("/c/{}", on.slug)).await? else { return Ok(None) };
        let head = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": here.context(&on.slug),
            "type": "OrderedCollection",
        });
        let head = head.to_string();
        let head = format!("{},\"orderedItems\":[{page}", head.trim_end_matches('}'));
        Ok(Some(Self { documents, store, on, step: Step::Head(head), count: 1 }))
    }

    /// The next part; `None` after the last.
    ///
    /// # Errors
    /// When the database fails or a document cannot be made.
    pub async fn next(&mut self) -> anyhow::Result<Option<String>> {
        match std::mem::replace(&mut self.step, Step::End) {
            Step::Head(head) => {
                self.step = Step::Ballot;
                Ok(Some(head))
            }
            Step::Ballot => {
                self.step = Step::Comments(None);
                let ballot = fetch(&self.documents, &format!("/c/{}/ballot", self.on.slug)).await?;
                Ok(Some(ballot.map(|ballot| self.item(&ballot)).unwrap_or_default()))
            }
            Step::Comments(after) => self.comments(after).await.map(Some),
            Step::End => Ok(None),
        }
    }

    fn item(&mut self, document: &str) -> String {
        self.count += 1;
        format!(",{document}")
    }

    async fn comments(&mut self, after: Option<(Instant, Id<Comment>)>) -> anyhow::Result<String> {
        let rows = comment::list(&mut self.store.conn().await?, self.on.id, after, PAGE).await?;
        let mut text = String::new();
        for (comment, _) in rows.iter().filter(|(comment, _)| comment.state == Shown::Visible) {
            let path = format!("/c/{}/comments/{}", self.on.slug, comment.id);
            if let Some(note) = fetch(&self.documents, &path).await? {
                text.push_str(&self.item(&note));
            }
        }
        match rows.last() {
            Some((last, _)) => self.step = Step::Comments(Some((last.published_at, last.id))),
            None => text.push_str(&format!("],\"totalItems\":{}}}\n", self.count)),
        }
        Ok(text)
    }
}

/// The document at `path`, as another server gets it; `None` where there is none.
async fn fetch(documents: &Router, path: &str) -> anyhow::Result<Option<String>> {
    let request = Request::get(path).header(ACCEPT, ACTIVITY_JSON).body(Body::empty())?;
    let Ok(response) = documents.clone().oneshot(request).await;
    match response.status() {
        StatusCode::OK => {}
        // A comment from elsewhere has its document there; a node that wants signatures gives nothing without.
        StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::UNAUTHORIZED => return Ok(None),
        status if status.is_redirection() => return Ok(None),
        status => bail!("{path}: {status}"),
    }
    let body = to_bytes(response.into_body(), LARGEST).await.with_context(|| path.to_owned())?;
    Ok(Some(String::from_utf8(body.into()).context("a document that is not UTF-8")?))
}

/// `/c/{slug}/activitystreams.json`
pub fn routes(node: &Arc<Node>) -> Router {
    Router::new().route("/c/{slug}/activitystreams.json", get(given)).with_state(node.clone())
}

async fn given(State(node): State<Arc<Node>>, Path(slug): Path<String>) -> Response {
    match begun(&node, &slug).await {
        Ok(Some(collection)) => {
            let body = stream::try_unfold(collection, async |mut collection: Collection| {
                let part = collection.next().await.map_err(std::io::Error::other)?;
                Ok::<_, std::io::Error>(part.map(|part| (part, collection)))
            });
            ([(CONTENT_TYPE, ACTIVITY_JSON)], Body::from_stream(body)).into_response()
        }
        Ok(None) => (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "a collection could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn begun(node: &Node, slug: &str) -> anyhow::Result<Option<Collection>> {
    let on = match consultation::by_slug(&mut node.store.conn().await?, slug).await {
        Err(model::error::Error::NotFound) => return Ok(None),
        found => found?,
    };
    let machines = node.machines();
    Collection::begin(machines.documents.clone(), node.store.clone(), &machines.address, on).await
}
