//! The map and the table of the network on `/federation`: with whom this node really exchanges something.

use model::error::Result;
use model::network::exchange::{self, Exchange};
use model::store::Conn;

use crate::chart::nodes::{self, Node};
use crate::chart::{Figure, Key, Kind, Point, Table};
use crate::visitor::Visitor;

/// A row.
pub(crate) struct Row {
    pub(crate) host: String,
    pub(crate) href: String,
    pub(crate) received: i64,
    pub(crate) sent: i64,
    /// What the two agreed on.
    pub(crate) ties: Vec<String>,
    /// When something last passed between them: for machines and for people.
    pub(crate) last: Option<(String, String)>,
}

/// What is shown of the network.
pub(crate) struct Network {
    /// The map; none while nothing was exchanged.
    pub(crate) map: Option<Figure>,
    /// The rows, those with most first.
    pub(crate) rows: Vec<Row>,
}

/// The network as it is.
pub(crate) async fn shown(conn: &mut Conn, visitor: &Visitor) -> Result<Network> {
    let all = exchange::table(conn).await?;
    let map = (!all.is_empty()).then(|| map(visitor, &all));
    Ok(Network { map, rows: all.into_iter().map(|one| row(visitor, one)).collect() })
}

/// This node in the middle, the others around it; a dotted line where nothing has passed yet.
fn map(visitor: &Visitor, all: &[Exchange]) -> Figure {
    let t = &visitor.words;
    let weight = |one: &Exchange| u64::try_from(one.received + one.sent).unwrap_or(0);
    let kind = |one: &Exchange| if one.carried > 0 { Kind::Neutral } else { Kind::Plain };
    let node = |one: &Exchange| Node {
        label: one.host.clone(),
        kind: kind(one),
        weight: weight(one),
        silent: weight(one) == 0,
    };
    let around: Vec<Node> = all.iter().map(node).collect();
    let finding = t.with("network-finding", "count", all.len());
    let point = |one: &Exchange| Point {
        label: one.host.clone(),
        language: None,
        href: Some(visitor.here.beside(&one.host)),
        note: t.with2("network-note", "received", one.received, "sent", one.sent),
    };
    let number = |one: &Exchange| (one.host.clone(), vec![one.received.to_string(), one.sent.to_string()]);
    let title = t.say("network-map");
    Figure {
        id: "map",
        caption: title.clone(),
        about: t.say("network-about"),
        drawing: nodes::draw(title, finding, visitor.here.host(), &around),
        key: vec![
            Key::kind(Kind::Plain, t.say("network-key-node")),
            Key::kind(Kind::Neutral, t.say("network-key-carried")),
        ],
        points: all.iter().take(nodes::MOST).map(point).collect(),
        table: Table {
            caption: t.say("network-caption"),
            head: ["network-host", "network-received", "network-sent"].map(|key| t.say(key)).into(),
            rows: all.iter().map(number).collect(),
        },
        csv: None,
    }
}

fn row(visitor: &Visitor, one: Exchange) -> Row {
    let t = &visitor.words;
    let ties = [
        (one.followed, "network-followed"),
        (one.follows_us, "network-follows-us"),
        (one.witnesses_us, "witness-role-witness"),
        (one.witnessed, "witness-role-witnessed"),
    ];
    let mut ties: Vec<String> = ties.into_iter().filter(|(is, _)| *is).map(|(_, key)| t.say(key)).collect();
    if one.carried > 0 {
        ties.push(t.with("network-carried", "count", one.carried));
    }
    let last = one.last_at.map(|at| (t.machine(at.timestamp()), t.date(at.timestamp())));
    Row { href: visitor.here.beside(&one.host), host: one.host, received: one.received, sent: one.sent, ties, last }
}
