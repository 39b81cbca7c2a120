//! An empty database for one node.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Set to the URL of a PostgreSQL server on which the tests may create databases; `./check` starts one.
pub const POSTGRES: &str = "PALABRE_TEST_POSTGRES";

/// Which database a node runs on.
pub enum Database {
    /// A file in the node's own folder.
    Sqlite,
    /// A database made for this test alone, dropped with it.
    Postgres {
        /// The URL of the server's maintenance database.
        server: String,
        /// The name of the test's own.
        name: String,
    },
}

impl Database {
    /// A new, empty database on the server that [`POSTGRES`] names.
    ///
    /// # Panics
    /// Without such a server: tests that need it are marked ignored.
    pub fn postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = server().unwrap_or_else(|| panic!("{POSTGRES} is not set; ./check starts a server"));
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("palabre_nodes_{}_{count}", std::process::id());
        psql(&server, &format!("CREATE DATABASE {name}"));
        Self::Postgres { server, name }
    }

    /// The URL for the node's configuration; `data` is the node's folder.
    pub fn url(&self, data: &Path) -> String {
        self.url_by(data, None)
    }

    /// The same for who finds the PostgreSQL server elsewhere.
    pub(crate) fn url_by(&self, data: &Path, at: Option<SocketAddr>) -> String {
        match self {
            Self::Sqlite => format!("sqlite:{}", data.join("palabre.db").display()),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).expect("a PostgreSQL URL");
                url.set_path(name);
                if let Some(at) = at {
                    url.set_ip_host(at.ip()).expect("a host");
                    url.set_port(Some(at.port())).expect("a port");
                }
                url.into()
            }
        }
    }
}

impl Database {
    /// Everything in it is gone; `data` is the node's folder.
    pub fn is_emptied(&self, data: &Path) {
        match self {
            Self::Sqlite => {
                for name in ["palabre.db", "palabre.db-wal", "palabre.db-shm"] {
                    let path = data.join(name);
                    if path.exists() {
                        std::fs::remove_file(path).expect("a file of the database is removed");
                    }
                }
            }
            Self::Postgres { server, name } => {
                psql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
                psql(server, &format!("CREATE DATABASE {name}"));
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { server, name } = self {
            psql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the server under test is named by the environment")]
fn server() -> Option<String> {
    std::env::var(POSTGRES).ok()
}

/// Where that server listens, if there is one.
pub(crate) fn server_address() -> Option<SocketAddr> {
    let url = url::Url::parse(&server()?).ok()?;
    (url.host_str()?, url.port().unwrap_or(5432)).to_socket_addrs().ok()?.next()
}

/// Has the server do something.
pub(crate) fn psql(server: &str, statement: &str) {
    let output = Command::new("psql")
        .args(["--quiet", "--no-psqlrc", "--command", statement, server])
        .output()
        .expect("psql runs");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
}
