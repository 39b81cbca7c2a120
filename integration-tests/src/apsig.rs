//! `apsig`, an implementation of signatures and proofs from PyPI that knows nothing of ours; `./check` installs it.

use std::path::Path;
use std::process::Stdio;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::wait;

/// It, running, with keys of its own. Dropped, it is killed.
pub struct Apsig {
    _process: Child,
    asked: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

/// The Python that `./check` made.
///
/// # Panics
/// Where there is none.
#[expect(clippy::disallowed_methods, reason = "./check names the python")]
pub fn python() -> String {
    std::env::var("PALABRE_TEST_PYTHON").expect("a python with apsig; ./check makes one")
}

impl Apsig {
    /// Starts it.
    ///
    /// # Panics
    /// Where it is not installed.
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("apsig/apsig_peer.py");
        let mut command = Command::new(python());
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("python starts");
        let asked = process.stdin.take().expect("piped");
        let answers = BufReader::new(process.stdout.take().expect("piped")).lines();
        Self { _process: process, asked, answers }
    }

    /// Has something done; see the script.
    pub async fn asked(&mut self, does: &str, mut with: Value) -> Value {
        with["do"] = json!(does);
        self.asked.write_all(format!("{with}\n").as_bytes()).await.expect("apsig reads");
        let answer =
            tokio::time::timeout(wait::DEADLINE, self.answers.next_line()).await.expect("apsig answers in time");
        let answer = answer.expect("apsig writes").unwrap_or_else(|| panic!("apsig ended, asked for {with}"));
        serde_json::from_str(&answer).expect("JSON")
    }
}

/// Headers as an object, by their names in lower case.
pub fn object(headers: &HeaderMap) -> Value {
    let pairs = headers.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().expect("text"))));
    Value::Object(pairs.collect())
}
