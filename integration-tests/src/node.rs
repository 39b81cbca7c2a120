//! A real `palabre` process.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::api::{Answer, Api};
use crate::database::{Database, psql};
use crate::ground::{Ground, Place};
use crate::net::Net;
use crate::wait;

/// The password of every account made here.
pub const PASSWORD: &str = "un mot de passe assez long";
/// The administrator's name.
pub const ADMIN: &str = "maire";

/// A node with a folder, a database and a host name of its own. Dropped, it is killed and its folder removed.
pub struct Node {
    /// The host name, as `a.test`.
    pub host: String,
    net: Net,
    folder: TempDir,
    // Declared before the database, so that the process is gone when the database is dropped.
    process: Option<Child>,
    database: Database,
    admin_token: String,
    place: Option<Place>,
}

/// What a command printed.
pub struct Output {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Node {
    /// Sets a node up under `host` and starts it, ready to answer, with an administrator called [`ADMIN`].
    pub async fn start(net: &Net, host: &str, database: Database) -> Self {
        Self::start_with(net, host, database, "").await
    }

    /// The same, with more lines at the end of its configuration.
    pub async fn start_with(net: &Net, host: &str, database: Database, more: &str) -> Self {
        Self::set_up(net, host, database, more, None).await
    }

    /// The same on ground where faults happen.
    pub async fn start_on(ground: &Ground, host: &str, database: Database) -> Self {
        let place = ground.place(host);
        Self::set_up(&place.net.clone(), host, database, "", Some(place)).await
    }

    async fn set_up(net: &Net, host: &str, database: Database, more: &str, place: Option<Place>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut node = Self {
            host: host.to_owned(),
            net: net.clone(),
            folder,
            process: None,
            database,
            admin_token: String::new(),
            place,
        };
        std::fs::write(node.config(), node.configuration(more)).expect("a configuration file");
        let email = format!("{ADMIN}@example.org");
        let setup = ["setup", "--name", host, "--admin", ADMIN, "--email", &email, "--password-stdin"];
        let place = ["--domain", host, "--time-zone", "Europe/Paris", "--language", "en"];
        let arguments: Vec<_> = setup.into_iter().chain(place).collect();
        node.run_with(&arguments, PASSWORD).await.expect(0);
        node.admin_token = node.token(ADMIN).await;
        node.resume().await;
        node
    }

    /// Starts the process again after [`Node::kill`], and waits until it is ready.
    pub async fn resume(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).expect("a log file");
        let mut command = match self.place.as_ref().and_then(|place| place.namespace.as_deref()) {
            Some(namespace) => {
                let mut ip = Command::new("ip");
                ip.args(["netns", "exec", namespace]).arg(program());
                self.completed(ip, &["serve"])
            }
            None => self.command(&["serve"]),
        };
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log file")).stderr(log);
        self.process = Some(command.spawn().expect("palabre starts"));
        let ready = format!("{}/readyz", self.url());
        let client = self.net.client();
        wait::until(&format!("{} is ready", self.host), async || {
            if let Some(status) = self.process.as_mut().and_then(|process| process.try_wait().ok()).flatten() {
                panic!("{} ended with {status}", self.host);
            }
            client.get(&ready).send().await.ok().filter(|response| response.status().is_success())
        })
        .await;
    }

    /// Starts a second process on the same database, which answers at `host`, and waits until it is ready. Dropped, it is
    /// killed.
    pub async fn beside(&self, host: &str) -> Child {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).expect("a log file");
        let mut command = self.command(&["serve", "--listen", &self.net.address(host).to_string()]);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log file")).stderr(log);
        let process = command.spawn().expect("palabre starts");
        let client = self.net.client();
        wait::until(&format!("{host} is ready"), async || {
            let asked = client.get(format!("http://{host}/readyz")).send().await;
            asked.ok().filter(|response| response.status().is_success())
        })
        .await;
        process
    }

    /// Stops, learns that hosts have moved, and starts again.
    pub async fn moves_to(&mut self, net: &Net) {
        assert_eq!(self.stop().await, Some(0));
        self.net = net.clone();
        std::fs::write(self.config(), self.configuration("")).expect("a configuration file");
        self.resume().await;
    }

    /// Commands from now on know other hosts than the running process does.
    pub fn knows(&self, net: &Net) {
        let text = std::fs::read_to_string(self.config()).expect("a configuration file");
        let text = text.replace(&self.net.hosts_table(), &net.hosts_table());
        std::fs::write(self.config(), text).expect("a configuration file");
    }

    /// The most memory that the running process has held, in MiB (`VmHWM` of proc(5)).
    pub fn memory(&self) -> u64 {
        let id = self.process.as_ref().and_then(Child::id).expect("a running node");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
    }

    /// `kill -9`, at once.
    pub async fn kill(&mut self) {
        let mut process = self.process.take().expect("a running node");
        process.kill().await.expect("killed");
    }

    /// Kills the process, if it runs, and destroys all that it kept but its configuration.
    pub async fn is_destroyed(&mut self) {
        if self.process.is_some() {
            self.kill().await;
        }
        self.database.is_emptied(self.folder.path());
        let data = self.folder.path().join("data");
        if data.exists() {
            std::fs::remove_dir_all(data).expect("the data folder is removed");
        }
    }

    /// Changes what a node on SQLite keeps, behind its back.
    pub fn alters(&self, statement: &str) {
        let file = self.folder.path().join("palabre.db");
        let program = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); db.executescript(sys.argv[2]); db.commit()";
        let output = std::process::Command::new("python3")
            .args(["-c", program])
            .arg(file)
            .arg(statement)
            .output()
            .expect("python3 runs");
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Changes what a node keeps, behind its back: in the words of SQLite, or in those of PostgreSQL.
    pub fn executes(&self, [on_sqlite, on_postgres]: [&str; 2]) {
        match &self.database {
            Database::Sqlite => self.alters(on_sqlite),
            Database::Postgres { .. } => psql(&self.database.url(self.folder.path()), on_postgres),
        }
    }

    /// SIGTERM; returns the exit code.
    pub async fn stop(&mut self) -> Option<i32> {
        let mut process = self.process.take().expect("a running node");
        let id = process.id().expect("a running node").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill runs");
        assert!(sent.success());
        let ended = tokio::time::timeout(wait::DEADLINE, process.wait()).await.expect("the node stops");
        ended.expect("an exit status").code()
    }

    /// `http://HOST`
    pub fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    /// The API as the administrator.
    pub fn admin(&self) -> Api {
        self.api(&self.admin_token)
    }

    /// The token of the administrator.
    pub fn admin_token(&self) -> &str {
        &self.admin_token
    }

    /// The API with a token.
    pub fn api(&self, token: &str) -> Api {
        Api::new(self.net.client(), self.url(), Some(token.to_owned()))
    }

    /// Makes an account and returns the API as that account.
    pub async fn person(&self, name: &str) -> Api {
        let email = format!("{name}@example.org");
        let arguments = ["account", "create", name, "--email", &email, "--password-stdin"];
        self.run_with(&arguments, PASSWORD).await.expect(0);
        let token = self.token(name).await;
        self.api(&token)
    }

    /// The API as an account that there is.
    pub async fn account(&self, name: &str) -> Api {
        let token = self.token(name).await;
        self.api(&token)
    }

    /// `GET` of a page or document, with an `Accept` header.
    pub async fn get(&self, path: &str, accept: &str) -> Answer {
        let request = self.net.client().get(format!("{}{path}", self.url())).header("accept", accept);
        Answer::of(format!("GET {path}"), request).await
    }

    /// The ActivityStreams document at `path`.
    pub async fn document(&self, path: &str) -> Value {
        self.get(path, "application/activity+json").await.expect(200)
    }

    /// Runs a command of `palabre` on this node's configuration.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "").await
    }

    /// The same, with something to read.
    pub async fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("palabre starts");
        let mut stdin = child.stdin.take().expect("piped");
        // A command that reads nothing may have closed it already.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = child.wait_with_output().await.expect("palabre ends");
        Output {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What the process wrote so far.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// A folder for this node's files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn token(&self, account: &str) -> String {
        let output = self.run(&["token", "create", "--account", account]).await;
        output.expect(0).trim().to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.completed(Command::new(program()), arguments)
    }

    fn completed(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.args(arguments).arg("--config").arg(self.config()).current_dir(self.folder.path());
        command.env_clear().env("RUST_BACKTRACE", "1").kill_on_drop(true);
        if let Some(place) = &self.place {
            command.envs(place.later.environment());
        }
        command
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("palabre.toml")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn configuration(&self, more: &str) -> String {
        format!(
            "[node]\ndomain = {host:?}\nlisten = \"{listen}\"\ndata_dir = {data:?}\n\n\
             [database]\nurl = {database:?}\n\n\
             [federation]\nallow_http = true\nallow_private_addresses = true\nhosts = {hosts}\n\
             tally_interval = \"1s\"\nretry_first = \"1s\"\n\n{more}",
            host = self.host,
            listen = self.net.address(&self.host),
            data = self.folder.path().join("data"),
            database = self.database.url_by(self.folder.path(), self.place.as_ref().and_then(|place| place.postgres)),
            hosts = self.net.hosts_table(),
        )
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // Gone already is as good.
            let _ = process.start_kill();
        }
        if std::thread::panicking() {
            let log = self.log_text();
            let tail: Vec<_> = log.lines().rev().take(60).collect();
            let lines: Vec<_> = tail.into_iter().rev().collect();
            #[expect(clippy::print_stderr, reason = "shown by the test runner when a test fails")]
            {
                eprintln!("--- the end of {}'s log ---\n{}", self.host, lines.join("\n"));
            }
        }
    }
}

impl Output {
    /// Standard output of a command that ended with `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> String {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stdout
    }
}

/// The program, built beside the tests by `cargo build --workspace`.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let found = test.ancestors().map(|folder| folder.join("palabre")).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no palabre program beside {}: cargo build -p palabre", test.display()))
}

/// A consultation's draft: its required parts, open to votes of every tier, results live, closing in two days.
pub fn draft(title: &str, method: Value) -> Value {
    json!({
        "title": title,
        "summary": "A short summary.",
        "text": "# Why\n\nThe **square** belongs to everybody.",
        "brief": {"what": "The square.", "why": "Noise.", "outcome": "The council decides in May."},
        "method": method,
        "closes_at": crate::clock::in_hours(48),
        "results": "live",
        "language": "en",
    })
}
