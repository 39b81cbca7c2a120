//! What the nodes of a test stand on when faults are to happen between them: network namespaces with an address for each
//! node, where they may be made (by root, with `ip`); else loopback with a gate before each node for each other one. On
//! either any two nodes can be parted, and all live by a clock that is moved.

mod gates;
mod namespaces;

use std::net::SocketAddr;

use crate::clock::Later;
use crate::net::Net;

use gates::Gates;
use namespaces::Namespaces;

/// The ground of one test. Dropped, it is taken away.
pub struct Ground {
    ways: Ways,
    later: Later,
}

enum Ways {
    Namespaces(Namespaces),
    Gates(Gates),
}

/// Where one node stands.
pub struct Place {
    /// The hosts as this node finds them.
    pub(crate) net: Net,
    /// Its namespace.
    pub(crate) namespace: Option<String>,
    /// Where it finds the PostgreSQL server, if not where everybody does.
    pub(crate) postgres: Option<SocketAddr>,
    /// Its clock.
    pub(crate) later: Later,
}

impl Ground {
    /// Ground for these hosts; says on standard error of which kind.
    pub async fn of(hosts: &[&str]) -> Self {
        let ways = match Namespaces::made(hosts).await {
            Ok(made) => Ways::Namespaces(made),
            Err(why) => {
                told(&format!("no network namespaces ({why}): loopback, with gates between the nodes"));
                Ways::Gates(Gates::built(hosts).await)
            }
        };
        if matches!(ways, Ways::Namespaces(_)) {
            told("each node in a network namespace of its own");
        }
        Self { ways, later: Later::now() }
    }

    /// The place of a host.
    pub fn place(&self, host: &str) -> Place {
        let later = self.later.clone();
        match &self.ways {
            Ways::Namespaces(all) => {
                Place { net: all.net(), namespace: Some(all.of(host)), postgres: all.postgres(), later }
            }
            Ways::Gates(all) => Place { net: all.net(host), namespace: None, postgres: None, later },
        }
    }

    /// Nothing passes between these two any more.
    pub fn part(&self, one: &str, other: &str) {
        self.set(one, other, false);
    }

    /// It does again.
    pub fn join(&self, one: &str, other: &str) {
        self.set(one, other, true);
    }

    fn set(&self, one: &str, other: &str, open: bool) {
        for (from, to) in [(one, other), (other, one)] {
            match &self.ways {
                Ways::Namespaces(all) => all.set(from, to, open),
                Ways::Gates(all) => all.set(from, to, open),
            }
        }
    }

    /// So much time passes at once, for every node.
    pub fn passes(&self, seconds: i64) {
        self.later.by(seconds);
    }
}

#[expect(clippy::print_stderr, reason = "the output of a test says on which ground it ran")]
fn told(what: &str) {
    eprintln!("{what}");
}
