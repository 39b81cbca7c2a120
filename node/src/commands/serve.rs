//! `palabre serve`

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::PrometheusHandle;
use model::care::{settings, setup};
use model::clock::Clock;
use model::count::{check, sequence, tally};
use model::job;
use model::network::delivery;
use tokio::sync::watch;

use crate::collection;
use crate::config::{Config, Registration};
use crate::listener::{Listener, stop_signal};
use crate::node::Node;
use crate::output::say;
use crate::{opening, telemetry, worker};

/// An acknowledged ballot is counted within this time: what `/readyz` holds the node to.
const COUNTED_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

/// Runs the node until it is asked to stop.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let listener = Listener::open(&config.node.listen).await?;
    serve(config, listener, async |node| greet(node).await).await
}

/// Runs a node on an open listener. `greet` is called once it answers.
pub async fn serve(
    config: Config,
    listener: Listener,
    greet: impl AsyncFnOnce(&Node) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    open_many_files();
    let recorded = telemetry::start_metrics()?;
    let clock = Clock::System;
    let store = opening::connect(&config)?;
    opening::migrate(&store, &clock).await?;
    let node = Arc::new(Node::new(store, clock, config, listener.port()).await?);
    settle(&node).await?;
    say(format_args!("palabre {} listening on {}", env!("CARGO_PKG_VERSION"), listener.name()));
    let door = node.door(watched(&node, recorded).merge(collection::routes(&node)));
    let serving = tokio::spawn(listener.serve(door, stop.clone()));
    greet(&node).await?;
    work_until_served(node, serving, stop).await
}

/// Takes as many open files as the system lets this process have: each connection is one, and the usual limit is low for the sake
/// of programs that are no servers.
pub(super) fn open_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::warn!(%error, "the limit of open files cannot be raised");
    }
}

/// Jobs run as long as requests are answered, and requests as long as jobs run.
async fn work_until_served(
    node: Arc<Node>,
    serving: tokio::task::JoinHandle<anyhow::Result<()>>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let working = tokio::spawn(worker::run(node.clone(), stop.clone()));
    tokio::spawn(let_go(node, stop));
    serving.await??;
    working.await?;
    Ok(())
}

/// Pages that stay open would hold up the end: they are let go when it comes.
async fn let_go(node: Arc<Node>, mut stop: watch::Receiver<bool>) {
    // An error says that whoever could stop us is gone, which stops us too.
    drop(stop.wait_for(|stop| *stop).await);
    node.web.let_go();
}

/// What the configuration settles in the database at each start.
pub(super) async fn settle(node: &Node) -> anyhow::Result<()> {
    let mut tx = node.store.begin().await?;
    settings::note_address(&mut tx, &node.address()).await?;
    settings::set_registration(&mut tx, node.config.auth.registration.into()).await?;
    if node.store.sqlite_file().is_some() {
        // The one process on this file is this one: who held a lease is gone.
        job::free_all(&mut tx).await?;
        delivery::free_all(&mut tx).await?;
    }
    tx.commit().await?;
    sequence::catch_up(&node.store, node.clock.now()).await?;
    Ok(())
}

/// What whoever starts the node should know.
async fn greet(node: &Node) -> anyhow::Result<()> {
    let mut tx = node.store.begin().await?;
    let link = setup::invite(&mut tx, node.clock.now()).await?;
    tx.commit().await?;
    match link {
        Some(secret) => {
            say(format_args!("Set this node up, once, at {}", node.address().path(&format!("setup/{secret}"))))
        }
        None => say(format_args!("This node is {}", node.address().node())),
    }
    if node.mailer.is_none() {
        say("Without [mail] no mail leaves this machine: mails are kept, at /admin/mail and by `palabre mail list`.");
    }
    Ok(())
}

impl From<Registration> for settings::Registration {
    fn from(registration: Registration) -> Self {
        match registration {
            Registration::Open => Self::Open,
            Registration::Approval => Self::Approval,
            Registration::Invite => Self::Invite,
            Registration::Closed => Self::Closed,
        }
    }
}

/// `/livez`, `/readyz`, `/metrics`
pub(super) fn watched(node: &Arc<Node>, recorded: PrometheusHandle) -> Router {
    let ready = Router::new().route("/readyz", get(readyz)).with_state(node.clone());
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/metrics", get(rendered).with_state((recorded, node.clone())))
        .merge(ready)
}

/// 200 when the database answers and earlier ballots are counted.
async fn readyz(State(node): State<Arc<Node>>) -> Response {
    match settled(&node).await {
        Ok(true) => "ok\n".into_response(),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "ballots wait to be counted\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn settled(node: &Node) -> model::error::Result<bool> {
    tally::is_settled(&mut node.store.conn().await?, node.clock.now(), COUNTED_WITHIN).await
}

async fn rendered(State((recorded, node)): State<(PrometheusHandle, Arc<Node>)>) -> Response {
    match depth(&node).await {
        Ok(Depth { jobs, buried, deliveries, broken }) => {
            metrics::gauge!("palabre_jobs_waiting").set(jobs as f64);
            metrics::gauge!("palabre_jobs_buried").set(buried as f64);
            metrics::gauge!("palabre_deliveries_waiting").set(deliveries as f64);
            metrics::gauge!("palabre_tallies_broken").set(broken as f64);
        }
        Err(error) => tracing::error!(%error, "the queue cannot be measured"),
    }
    recorded.run_upkeep();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], recorded.render()).into_response()
}

/// What waits, and what does not add up.
struct Depth {
    jobs: i64,
    buried: i64,
    deliveries: i64,
    broken: i64,
}

async fn depth(node: &Node) -> model::error::Result<Depth> {
    let mut conn = node.store.conn().await?;
    let (jobs, buried) = job::depth(&mut conn).await?;
    Ok(Depth { jobs, buried, deliveries: delivery::waiting(&mut conn).await?, broken: check::broken(&mut conn).await? })
}
