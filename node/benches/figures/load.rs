//! Asks one address again and again, on connections that stay open, and counts the answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::cpu::Meter;

/// Connections at once.
pub const CONNECTIONS: usize = 32;

/// One page of one server.
#[derive(Clone)]
pub struct Page {
    pub at: SocketAddr,
    pub host: String,
    pub path: String,
    /// The cookies that are sent; none if empty.
    pub cookie: &'static str,
    /// More headers, each with its end of line.
    pub headers: String,
}

impl Page {
    fn request(&self) -> Vec<u8> {
        let cookie = if self.cookie.is_empty() { String::new() } else { format!("Cookie: {}\r\n", self.cookie) };
        let Self { path, host, headers, .. } = self;
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n{cookie}{headers}\r\n").into_bytes()
    }

    /// The same with one more header.
    pub fn with(&self, name: &str, value: &str) -> Self {
        Self { headers: format!("{}{name}: {value}\r\n", self.headers), ..self.clone() }
    }

    /// What a header of the answer says.
    pub async fn header(&self, name: &str) -> anyhow::Result<String> {
        let mut stream = BufReader::new(TcpStream::connect(self.at).await?);
        stream.get_mut().write_all(&self.request()).await?;
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 2 {
            let held = line.trim_end().split_once(": ").filter(|(held, _)| held.eq_ignore_ascii_case(name));
            if let Some((_, value)) = held {
                return Ok(value.to_owned());
            }
            line.clear();
        }
        bail!("{}: no {name}", self.path)
    }

    /// The body, which must come with 200.
    pub async fn fetch(&self) -> anyhow::Result<Vec<u8>> {
        let mut stream = BufReader::new(TcpStream::connect(self.at).await?);
        answer(&mut stream, &self.request()).await
    }

    /// Answers a second of processor time, as the meter counts it, over `length`.
    pub async fn rate_by(&self, meter: &Meter<'_>, length: Duration) -> anyhow::Result<f64> {
        let (before, began) = (meter.read()?, Instant::now());
        let answered = self.rate(length).await? * began.elapsed().as_secs_f64();
        Ok(answered / (meter.read()? - before))
    }

    /// Answers a second, over `length`.
    pub async fn rate(&self, length: Duration) -> anyhow::Result<f64> {
        let (count, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let began = Instant::now();
        let clients: Vec<_> =
            (0..CONNECTIONS).map(|_| tokio::spawn(ask(self.clone(), count.clone(), over.clone()))).collect();
        tokio::time::sleep(length).await;
        over.store(true, Ordering::Relaxed);
        let answered = count.load(Ordering::Relaxed);
        let rate = answered as f64 / began.elapsed().as_secs_f64();
        for client in clients {
            client.await.context("a client")??;
        }
        Ok(rate)
    }
}

async fn ask(page: Page, count: Arc<AtomicU64>, over: Arc<AtomicBool>) -> anyhow::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(page.at).await?);
    let request = page.request();
    while !over.load(Ordering::Relaxed) {
        answer(&mut stream, &request).await?;
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

async fn answer(stream: &mut BufReader<TcpStream>, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    stream.get_mut().write_all(request).await?;
    let (mut line, mut length, mut status) = (String::new(), None, String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the server hung up");
        }
        if status.is_empty() {
            status.clone_from(&line);
        }
        match line.trim_end().split_once(':') {
            None if line.trim().is_empty() => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
            _ => {}
        }
    }
    if status.contains(" 304 ") {
        return Ok(Vec::new());
    }
    if !status.contains(" 200 ") {
        bail!("{}: {}", String::from_utf8_lossy(request).lines().next().unwrap_or_default(), status.trim());
    }
    let mut body = vec![0; length.context("an answer without a length")?];
    stream.read_exact(&mut body).await?;
    Ok(body)
}
