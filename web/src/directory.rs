//! `/directory.json`: what is open on this node, where its data lies, and which nodes it knows, for whoever crawls from node
//! to node. There only if an administrator lists the node.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use model::address::Address;
use model::care::settings;
use model::debate::consultation::{self, Consultation, Filter, Sort, State as Stage};
use model::debate::forum::{self, Forum};
use model::error::Result;
use model::network::exchange;
use model::store::Conn;
use serde_json::{Value, json};

use crate::app::App;
use crate::error::Failure;
use crate::visitor::Visitor;

/// The most consultations that a directory names.
const LISTED: i64 = 500;

/// `GET /directory.json`
pub(crate) async fn page(State(app): State<App>, visitor: Visitor) -> std::result::Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    if visitor.node.domain.is_none() || !settings::is_listed(&mut conn).await? {
        return Err(Failure::NotFound);
    }
    let document = document(&mut conn, &visitor).await?;
    let headers = [(CONTENT_TYPE, "application/json"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    Ok((headers, document.to_string()).into_response())
}

async fn document(conn: &mut Conn, visitor: &Visitor) -> Result<Value> {
    let here = &visitor.here;
    let forums: Vec<Forum> =
        forum::list(conn, None).await?.into_iter().filter(|forum| forum.visibility.is_federated()).collect();
    let filter = Filter {
        forums: forums.iter().map(|forum| forum.id).collect(),
        states: vec![Stage::Open],
        sort: Sort::Closing,
        skip: 0,
        limit: LISTED,
    };
    let open = consultation::list(conn, &filter).await?;
    let peers: Vec<String> = exchange::table(conn).await?.into_iter().map(|one| one.host).collect();
    Ok(json!({
        "node": here.node(),
        "name": visitor.node.name,
        "language": visitor.node.language,
        "updated": visitor.now,
        "forums": forums.iter().map(|forum| told_forum(here, forum)).collect::<Vec<_>>(),
        "consultations": open.iter().map(|on| told(here, &forums, on)).collect::<Vec<_>>(),
        "catalogue": here.path("data"),
        "peers": peers.iter().map(|host| json!({"host": host, "directory": format!("{}directory.json", here.beside(host))})).collect::<Vec<_>>(),
    }))
}

fn told_forum(here: &Address, forum: &Forum) -> Value {
    json!({
        "id": here.forum(&forum.slug),
        "handle": here.handle(&forum.slug),
        "title": forum.title,
        "summary": forum.summary,
        "language": forum.language,
        "dataset": here.path(&format!("f/{}/consultations.csv", forum.slug)),
    })
}

fn told(here: &Address, forums: &[Forum], on: &Consultation) -> Value {
    let forum = forums.iter().find(|forum| forum.id == on.forum_id).map(|forum| here.forum(&forum.slug));
    let id = here.consultation(&on.slug);
    let table = |name: &str| format!("{id}/{name}.csv");
    json!({
        "id": id,
        "forum": forum,
        "title": on.title,
        "summary": on.summary,
        "language": on.language,
        "method": on.method.0.kind(),
        "tags": on.tags.0,
        "closesAt": on.closes_at,
        "results": here.results(&on.slug),
        "log": format!("{id}/log"),
        "datasets": [table("comments"), table("ballots"), table("results")],
    })
}
