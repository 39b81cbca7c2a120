//! Where the node listens, and how it stops: requests that have begun are answered.

use std::future::{Future, IntoFuture};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::config::Listen;
use crate::door::{Door, Entrance};

/// How long requests that have begun may take to end once the node is asked to stop.
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// An open port or socket.
pub enum Listener {
    /// A port.
    Tcp(TcpListener),
    /// A socket file, removed at the end.
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// Opens what the configuration names.
    ///
    /// # Errors
    /// When it is taken, or may not be opened.
    pub async fn open(listen: &Listen) -> anyhow::Result<Self> {
        match listen {
            Listen::Tcp(address) => {
                let listener = TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))?;
                Ok(Self::Tcp(listener))
            }
            Listen::Unix(path) => {
                forget(path).await?;
                let listener = UnixListener::bind(path).with_context(|| format!("listening on {}", path.display()))?;
                Ok(Self::Unix(listener, path.clone()))
            }
        }
    }

    /// The port, of a port.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok().map(|address| address.port()),
            Self::Unix(..) => None,
        }
    }

    /// `http://127.0.0.1:8080/`, or the path of the socket.
    pub fn name(&self) -> String {
        match self {
            Self::Tcp(listener) => match listener.local_addr() {
                Ok(address) => format!("http://{address}/"),
                Err(error) => error.to_string(),
            },
            Self::Unix(_, path) => format!("unix:{}", path.display()),
        }
    }

    /// Answers requests until `stop`, then those that have begun, for at most [`STOP_WITHIN`].
    ///
    /// # Errors
    /// When accepting connections fails for good.
    pub async fn serve(self, door: Door, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        let (ended, entrance) = (stopped(stop.clone()), Entrance(door));
        match self {
            Self::Tcp(listener) => {
                within(axum::serve(listener, entrance).with_graceful_shutdown(ended).into_future(), stop).await
            }
            Self::Unix(listener, path) => {
                let served =
                    within(axum::serve(listener, entrance).with_graceful_shutdown(ended).into_future(), stop).await;
                std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
                served
            }
        }
    }
}

/// Removes the socket that an earlier process left; one that still answers is in use.
async fn forget(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    if UnixStream::connect(path).await.is_ok() {
        bail!("{} is in use by another process", path.display());
    }
    std::fs::remove_file(path).with_context(|| format!("removing {}", path.display()))
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error says that whoever could stop us is gone, which stops us too.
    drop(stop.wait_for(|stop| *stop).await);
}

#[expect(clippy::disallowed_methods, reason = "the deadline of stopping")]
async fn within(serving: impl Future<Output = std::io::Result<()>>, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let deadline = async {
        stopped(stop).await;
        tokio::time::sleep(STOP_WITHIN).await;
    };
    tokio::select! {
        served = serving => served.context("answering requests"),
        () = deadline => {
            tracing::warn!("requests that took longer than {} s were cut off", STOP_WITHIN.as_secs());
            Ok(())
        }
    }
}

/// Becomes true when the process is asked to stop, by SIGTERM or Ctrl-C.
///
/// # Errors
/// When the system gives no signals.
pub fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let mut term = signal(SignalKind::terminate()).context("SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT")?;
    let (send, stop) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests and jobs that have begun come to their end");
        // Nobody waits any more if this fails: the process is ending.
        let _gone = send.send(true);
    });
    Ok(stop)
}
