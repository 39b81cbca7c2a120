//! A server of many names that takes every delivery and only counts it.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The server.
pub struct Sink {
    /// Where it listens.
    pub at: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// How often each activity was taken at each inbox (host and path).
    came: HashMap<(String, String), usize>,
    taken: usize,
    last: Option<Instant>,
    /// One of so many is refused at first; none if 0.
    failing: usize,
    asked: usize,
    refused: HashSet<(String, String)>,
}

impl Sink {
    /// Starts it on a free port of the loopback address.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let at = listener.local_addr()?;
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = kept.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = shared.clone();
                // A connection that breaks off counts nothing.
                tokio::spawn(async move { drop(serve(stream, &kept).await) });
            }
        });
        Ok(Self { at, kept })
    }

    /// Forgets what came; from now on one of `failing` is refused once.
    pub fn forget(&self, failing: usize) {
        *lock(&self.kept) = Kept { failing, ..Kept::default() };
    }

    /// How many were taken.
    pub fn taken(&self) -> usize {
        lock(&self.kept).taken
    }

    /// When the last one was.
    pub fn last(&self) -> Option<Instant> {
        lock(&self.kept).last
    }

    /// How often each came.
    pub fn came(&self) -> HashMap<(String, String), usize> {
        lock(&self.kept).came.clone()
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    /// Whether it is taken.
    fn takes(&mut self, inbox: String, activity: String) -> bool {
        let key = (inbox, activity);
        self.asked += 1;
        if self.failing > 0 && self.asked.is_multiple_of(self.failing) && self.refused.insert(key.clone()) {
            return false;
        }
        *self.came.entry(key).or_default() += 1;
        self.taken += 1;
        self.last = Some(Instant::now());
        true
    }
}

async fn serve(stream: TcpStream, kept: &Mutex<Kept>) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).context("a request line")?.to_owned();
        let (mut host, mut length) = (String::new(), 0);
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            match line.trim_end().split_once(':') {
                None => break,
                Some((name, value)) if name.eq_ignore_ascii_case("host") => host = value.trim().to_owned(),
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let activity: serde_json::Value = serde_json::from_slice(&body)?;
        let id = activity["id"].as_str().unwrap_or_default().to_owned();
        let taken = lock(kept).takes(format!("{host}{path}"), id);
        let status = if taken { "202 Accepted" } else { "503 Service Unavailable" };
        stream.get_mut().write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await?;
    }
}
