//! Gates on loopback: a way from each node to each other one, which can be closed.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::net::Net;

pub(super) struct Gates {
    net: Net,
    all: Vec<Gate>,
}

struct Gate {
    from: String,
    to: String,
    at: SocketAddr,
    open: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Gates {
    pub(super) async fn built(hosts: &[&str]) -> Self {
        let net = Net::new(hosts);
        let mut all = Vec::new();
        for from in hosts {
            for to in hosts.iter().filter(|to| *to != from) {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                let at = listener.local_addr().expect("its address");
                let (open, opened) = watch::channel(true);
                let task = tokio::spawn(pass(listener, net.address(to), opened));
                all.push(Gate { from: (*from).to_owned(), to: (*to).to_owned(), at, open, task });
            }
        }
        Self { net, all }
    }

    /// The hosts as one of them finds them: all others behind gates.
    pub(super) fn net(&self, host: &str) -> Net {
        let mut net = self.net.clone();
        self.all.iter().filter(|gate| gate.from == host).for_each(|gate| net.leads(&gate.to, gate.at));
        net
    }

    pub(super) fn set(&self, from: &str, to: &str, open: bool) {
        let gate = self.all.iter().find(|gate| gate.from == from && gate.to == to).expect("a gate between the two");
        gate.open.send_replace(open);
    }
}

impl Drop for Gates {
    fn drop(&mut self) {
        self.all.iter().for_each(|gate| gate.task.abort());
    }
}

/// Passes on what comes, for as long as the gate is open: what is on its way when it closes is cut off.
pub(super) async fn pass(listener: TcpListener, to: SocketAddr, open: watch::Receiver<bool>) {
    while let Ok((mut from, _)) = listener.accept().await {
        let mut open = open.clone();
        if !*open.borrow_and_update() {
            continue;
        }
        tokio::spawn(async move {
            let Ok(mut to) = TcpStream::connect(to).await else { return };
            tokio::select! {
                // Either side may break it off: so it is with connections.
                _ = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
                _ = open.wait_for(|open| !open) => {}
            }
        });
    }
}
