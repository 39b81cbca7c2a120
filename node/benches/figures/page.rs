//! The consultation page over HTTP, anonymous, beside a bare handler that gives the same bytes: whole, compressed, and not at
//! all because whoever asks has it. Each is in its own process, and counted by the processor time that it takes.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

use crate::cpu::Meter;
use crate::load::Page;
use crate::report::{Figure, best};

/// How long each is asked, and how often in turn.
const LENGTH: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
/// The example whose page is asked for.
const TITLE: &str = "Should Market Square be closed to cars?";

/// A process that is ended with its owner.
struct Server(Child);

impl Server {
    fn meter(&self) -> Meter<'static> {
        Meter { server: Some(self.0.id()), database: None }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Measures each beside its reference, in turn, and keeps the best of each.
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let (node, page) = demo(folder.path())?;
    let packed = page.with("accept-encoding", "br");
    let tag = page.header("etag").await?;
    let held = page.with("if-none-match", &tag);
    let mut figures = Vec::new();
    for (name, asked, target) in [
        ("consultation page, anonymous", &page, 0.6),
        ("the same, precompressed", &packed, 0.8),
        ("the same, to who has it (304)", &held, 0.85),
    ] {
        let body = asked.fetch().await.context("the page of the example")?;
        // Beside an answer without a body stands the smallest that a program gives.
        let body = if body.is_empty() { b"Hello, world!".to_vec() } else { body };
        let file = folder.path().join("page.html");
        std::fs::write(&file, &body)?;
        let (bare_node, bare) = bare(&file)?;
        let (mut ours, mut reference) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(asked.rate_by(&node.meter(), LENGTH).await?);
            reference.push(bare.rate_by(&bare_node.meter(), LENGTH).await?);
        }
        figures.push(Figure {
            name: format!("{name}, per second of processor time"),
            ours: best(&ours),
            reference: best(&reference),
            beside: format!("a bare axum handler with {} octets", body.len()),
            target,
        });
    }
    Ok(figures)
}

/// `palabre demo` on a free port, and its example's page.
fn demo(folder: &Path) -> anyhow::Result<(Server, Page)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palabre"));
    command.args(["demo", "--port", "0", "--data-dir"]).arg(folder.join("demo")).current_dir(folder);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("palabre demo")?;
    let lines = BufReader::new(child.stdout.take().context("its output")?).lines();
    let server = Server(child);
    let mut expected = false;
    for line in lines {
        let line = line?;
        if let Some(url) = line.split_whitespace().find(|word| expected && word.contains("/c/")) {
            return Ok((server, page(url)?));
        }
        expected = line.contains(TITLE);
    }
    anyhow::bail!("palabre demo ended without naming the page of `{TITLE}`")
}

fn page(url: &str) -> anyhow::Result<Page> {
    let url = url::Url::parse(url).with_context(|| url.to_owned())?;
    let port = url.port().context("a port")?;
    let host = url.host_str().context("a host")?;
    Ok(Page {
        at: SocketAddr::from(([127, 0, 0, 1], port)),
        host: format!("{host}:{port}"),
        path: url.path().to_owned(),
        cookie: "",
        headers: String::new(),
    })
}

/// This same program as the bare server.
fn bare(file: &Path) -> anyhow::Result<(Server, Page)> {
    let mut child = Command::new(std::env::current_exe()?).arg("--bare").arg(file).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
    let at: SocketAddr = line.trim().parse().context("the bare server's address")?;
    Ok((Server(child), Page { at, host: at.to_string(), path: "/".to_owned(), cookie: "", headers: String::new() }))
}

/// Serves one file's bytes from memory, and nothing else.
pub async fn serve_bare(file: &Path) -> anyhow::Result<()> {
    let body = axum::body::Bytes::from(std::fs::read(file)?);
    let handler = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "text/html; charset=utf-8")], body) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    axum::serve(listener, Router::new().route("/", get(handler))).await?;
    Ok(())
}
