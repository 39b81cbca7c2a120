//! `activityrelay`, a relay server from PyPI that knows nothing of ours; `./check` installs it.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::net::Net;
use crate::wait;

/// It, running. Dropped, it is killed.
pub struct ActivityRelay {
    _process: Child,
    folder: TempDir,
}

/// The Python that `./check` made for it.
#[expect(clippy::disallowed_methods, reason = "./check names the python")]
fn python() -> String {
    std::env::var("PALABRE_TEST_RELAY").expect("a python with activityrelay; ./check makes one")
}

impl ActivityRelay {
    /// Starts it under `host`, and waits until it answers.
    ///
    /// # Panics
    /// Where it is not installed.
    pub async fn start(net: &Net, host: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let ports: Value = net.ports().map(|(name, port)| (name.to_owned(), port)).collect();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("activityrelay/relay_peer.py");
        let log = std::fs::File::create(folder.path().join("log")).expect("a log file");
        let mut command = Command::new(python());
        command.arg(script).arg(folder.path()).arg(host).arg(net.address(host).port().to_string());
        command.arg(ports.to_string()).stdin(Stdio::null()).kill_on_drop(true);
        command.stdout(log.try_clone().expect("a log file")).stderr(log);
        let relay = Self { _process: command.spawn().expect("python starts"), folder };
        let (client, actor) = (net.client(), format!("http://{host}/actor"));
        let ready = async || {
            let asked = client.get(&actor).header("accept", "application/activity+json").send().await;
            asked.ok().filter(|response| response.status().is_success())
        };
        wait::until_or(|| format!("the relay answers: {}", relay.log()), ready).await;
        relay
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}
