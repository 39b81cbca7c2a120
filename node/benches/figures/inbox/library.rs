//! The least that a server can do with `activitypub_federation`: its own `receive_activity` behind axum, people kept in
//! memory, and one row written for each activity, in a process of its own.

use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use activitypub_federation::axum::inbox::{ActivityData, receive_activity};
use activitypub_federation::config::{Data, FederationConfig, FederationMiddleware};
use activitypub_federation::fetch::object_id::ObjectId;
use activitypub_federation::protocol::context::WithContext;
use activitypub_federation::protocol::public_key::PublicKey;
use activitypub_federation::traits::{Activity, Actor, Object};
use anyhow::Context;
use async_trait::async_trait;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use model::store::Store;
use model::testing::{World, reference};
use serde::{Deserialize, Serialize};
use url::Url;

use super::crowd::hosts;
use super::node::HOST;
use crate::cpu::{Database, Meter};

/// The server, running. Dropped, it is killed.
pub struct Bare {
    at: SocketAddr,
    process: Child,
}

impl Bare {
    /// This same program as the bare server.
    pub fn start(crowd: SocketAddr) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("--bare-inbox").arg(crowd.to_string()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("its output")?).read_line(&mut line)?;
        let at = line.trim().parse().context("the bare server's address")?;
        Ok(Self { at, process })
    }

    /// Where it listens.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// Counts its processor time and its database's.
    pub fn meter<'a>(&self, database: &'a Database) -> Meter<'a> {
        Meter { server: Some(self.process.id()), database: Some(database) }
    }

    /// Ends it.
    pub fn ends(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.ends());
    }
}

/// Whom it knows, and where it writes.
#[derive(Clone)]
struct State {
    people: Arc<Mutex<HashMap<Url, Person>>>,
    store: Store,
}

/// Why something was not taken.
#[derive(Debug)]
struct Failed(String);

impl<E: fmt::Display> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, self.0).into_response()
    }
}

/// Somebody elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: ObjectId<Person>,
    inbox: Url,
    public_key: PublicKey,
}

#[async_trait]
impl Object for Person {
    type DataType = State;
    type Kind = Person;
    type Error = Failed;

    fn id(&self) -> &Url {
        self.id.inner()
    }

    async fn read_from_id(id: Url, data: &Data<State>) -> Result<Option<Self>, Failed> {
        Ok(data.people.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned())
    }

    async fn into_json(self, _: &Data<State>) -> Result<Person, Failed> {
        Ok(self)
    }

    async fn verify(_: &Person, _: &Url, _: &Data<State>) -> Result<(), Failed> {
        Ok(())
    }

    async fn from_json(json: Person, data: &Data<State>) -> Result<Self, Failed> {
        let mut people = data.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.insert(json.id.inner().clone(), json.clone());
        Ok(json)
    }
}

impl Actor for Person {
    fn public_key_pem(&self) -> &str {
        &self.public_key.public_key_pem
    }

    fn private_key_pem(&self) -> Option<String> {
        None
    }

    fn inbox(&self) -> Url {
        self.inbox.clone()
    }
}

/// Any activity.
#[derive(Debug, Serialize, Deserialize)]
struct Any {
    id: Url,
    actor: ObjectId<Person>,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

#[async_trait]
impl Activity for Any {
    type DataType = State;
    type Error = Failed;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        self.actor.inner()
    }

    async fn verify(&self, _: &Data<State>) -> Result<(), Failed> {
        Ok(())
    }

    async fn receive(self, data: &Data<State>) -> Result<(), Failed> {
        Ok(reference::commit_one_row(&data.store, self.id.into()).await?)
    }
}

async fn inbox(data: Data<State>, activity: ActivityData) -> Result<StatusCode, Failed> {
    receive_activity::<WithContext<Any>, Person, State>(activity, &data).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Serves the inbox; `told` is the address of the crowd.
pub async fn serve(told: &Path) -> anyhow::Result<()> {
    let crowd: SocketAddr = told.to_str().context("an address")?.parse()?;
    let world = World::postgres().await;
    let state = State { people: Arc::default(), store: world.store.clone() };
    #[expect(clippy::disallowed_methods, reason = "it only reaches the crowd")]
    let resolved = hosts().fold(reqwest::Client::builder(), |client, host| client.resolve(&host, crowd));
    let client = resolved.no_proxy().build()?;
    let config =
        FederationConfig::builder().domain(HOST).app_data(state).client(client.into()).debug(true).build().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    let router = Router::new().route("/inbox", post(inbox)).layer(FederationMiddleware::new(config));
    Ok(axum::serve(listener, router).await?)
}
