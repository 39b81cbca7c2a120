//! Letters posted over connections that stay open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::crowd::Letter;

/// Posts all of them, by so many at once, each answered 200, 201 or 202.
pub async fn post_all(at: SocketAddr, letters: &[Letter], connections: usize) -> anyhow::Result<()> {
    let (letters, next) = (Arc::new(letters.to_vec()), Arc::new(AtomicUsize::new(0)));
    let posting: Vec<_> =
        (0..connections).map(|_| tokio::spawn(post(at, Arc::clone(&letters), Arc::clone(&next)))).collect();
    for one in posting {
        one.await??;
    }
    Ok(())
}

async fn post(at: SocketAddr, letters: Arc<Vec<Letter>>, next: Arc<AtomicUsize>) -> anyhow::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(at).await?);
    while let Some(letter) = letters.get(next.fetch_add(1, Ordering::Relaxed)) {
        let (status, body) = exchange(&mut stream, letter).await?;
        if !(200..=202).contains(&status) {
            bail!("{status}: {}", String::from_utf8_lossy(&body));
        }
    }
    Ok(())
}

/// One request, and its answer.
pub async fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8]) -> anyhow::Result<(u16, Vec<u8>)> {
    stream.get_mut().write_all(request).await?;
    let (mut line, mut length, mut status) = (String::new(), 0, None);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the server hung up");
        }
        if status.is_none() {
            status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        }
        match line.trim_end().split_once(':') {
            None if line.trim().is_empty() => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok((status.context("an answer without a status")?, body))
}

/// A request on a connection of its own.
pub async fn once(at: SocketAddr, request: &[u8]) -> anyhow::Result<(u16, Vec<u8>)> {
    exchange(&mut BufReader::new(TcpStream::connect(at).await?), request).await
}
