//! Ways between nodes that are as long as one says: what is sent arrives half a round trip later, either way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How long all ways are.
#[derive(Clone, Default)]
pub struct Way {
    /// A round trip, in microseconds.
    round_trip: Arc<AtomicU64>,
}

impl Way {
    /// From now on a round trip takes so long.
    pub fn takes(&self, round_trip: Duration) {
        self.round_trip.store(u64::try_from(round_trip.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// An address that leads to another one.
    pub async fn to(&self, to: SocketAddr) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let at = listener.local_addr()?;
        let way = self.clone();
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                // Nobody there: the connection is closed, as it would be.
                let Ok(to) = TcpStream::connect(to).await else { continue };
                drop((from.set_nodelay(true), to.set_nodelay(true)));
                let ((from_there, to_there), (from_here, to_here)) = (to.into_split(), from.into_split());
                tokio::spawn(way.clone().goes(from_here, to_there));
                tokio::spawn(way.clone().goes(from_there, to_here));
            }
        });
        Ok(at)
    }

    async fn goes(self, mut from: OwnedReadHalf, to: OwnedWriteHalf) {
        let (send, arrive) = mpsc::unbounded_channel();
        tokio::spawn(arrives(arrive, to));
        let mut some = vec![0; 64 * 1024];
        while let Ok(read) = from.read(&mut some).await {
            let half = Duration::from_micros(self.round_trip.load(Ordering::Relaxed) / 2);
            if read == 0 || send.send((Instant::now() + half, some[..read].to_vec())).is_err() {
                break;
            }
        }
    }
}

async fn arrives(mut arrive: mpsc::UnboundedReceiver<(Instant, Vec<u8>)>, mut to: OwnedWriteHalf) {
    while let Some((due, some)) = arrive.recv().await {
        tokio::time::sleep_until(due).await;
        if to.write_all(&some).await.is_err() {
            break;
        }
    }
    // Whoever hung up hears nothing more.
    drop(to.shutdown().await);
}
