//! Five nodes: one that asks, two whose people take part from home, and two whose forums carry the debate on, in a circle
//! and by two ways.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use federation::guard::Rules;
use federation::{App, Settings};
use model::count::tally::Results;
use model::count::{check, sequence};
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::{self, Forum, Visibility};
use model::id::Id;
use model::job::{self, Job, Outcome};
use model::network::delivery::{self, Report};
use model::network::envoy::note;
use model::network::follow;
use model::network::relay::{self, Rule, rules};
use model::people::account::Account;
use model::people::role::Standing;
use model::store::Store;
use model::testing::World;
use serde_json::json;
use tokio::net::TcpListener;

use super::chance::Chance;
use super::network::{Faults, behind};

pub const HOSTS: [&str; 5] = ["origin.test", "home.test", "other.test", "relay.test", "far.test"];
/// The nodes whose people take part from home.
pub const HOMES: [usize; 2] = [1, 2];
/// The nodes that show what they have of it.
pub const MIRRORS: [usize; 4] = [1, 2, 3, 4];
/// Whose forum carries that of whom: the relay that of the origin and, in a circle, that of the far one, which has it by two
/// ways.
const CARRIES: [(usize, &str); 4] =
    [(3, "@mobilite@origin.test"), (4, "@carried@relay.test"), (3, "@carried@far.test"), (4, "@mobilite@origin.test")];
const PEOPLE: [&str; 3] = ["ana", "marc", "zoe"];
pub const CHOICES: [&str; 3] = ["for", "neutral", "against"];
/// How often everything is run after the healing, an hour apart, before it must be quiet.
const ROUNDS: usize = 60;

pub struct Node {
    pub world: World,
    pub app: App,
    pub people: Vec<Account>,
}

/// The nodes, which go through one schedule after the other.
pub struct Region {
    pub nodes: Vec<Node>,
    pub forum: Forum,
    faults: Faults,
}

/// What should be, in the end.
#[derive(Default)]
pub struct Expected {
    /// By node and person: what they last chose; nothing once withdrawn.
    pub ballots: BTreeMap<(usize, usize), Option<&'static str>>,
    /// The words of comments that stand, with where they were written.
    pub comments: BTreeMap<String, Said>,
}

/// Where a comment was written.
#[derive(Debug, Clone, Copy)]
pub enum Said {
    /// At the origin.
    Here,
    /// At home: by whom, under which key.
    At(usize, usize, Id<note::Note>),
}

impl Node {
    pub fn standing(&self, person: usize) -> Standing {
        Standing { account: Some(self.people[person].clone()), member: None }
    }

    /// Runs one job that is due; answers whether there was one.
    async fn works(&self) -> bool {
        let now = self.world.now();
        let mut tx = self.world.store.begin().await.expect("a transaction");
        let Some(claim) = job::claim(&mut tx, now).await.expect("the queue") else { return false };
        tx.commit().await.expect("committed");
        let outcome = match &claim.job {
            Job::Check { consultation } => {
                let found = check::run(&self.world.store, now, *consultation).await.expect("checked");
                assert!(found.holds, "a tally differs from its log: {:?}", found.detail);
                Outcome::Done
            }
            Job::Mail { .. } => Outcome::Done,
            _ => federation::run(&self.app, &claim).await,
        };
        let mut tx = self.world.store.begin().await.expect("a transaction");
        job::finish(&mut tx, now, &claim, &outcome).await.expect("finished");
        tx.commit().await.expect("committed");
        true
    }

    /// Goes through every lane that is due, once.
    async fn delivers(&self) -> bool {
        let mut tx = self.world.store.begin().await.expect("a transaction");
        let lanes = delivery::claim(&mut tx, self.world.now(), 8, true).await.expect("the lanes");
        tx.commit().await.expect("committed");
        let any = !lanes.is_empty();
        for lane in lanes {
            let (ledger, entries) = federation::Ledger::open(8);
            let recorded = tokio::spawn(record(self.world.store.clone(), self.world.now(), entries));
            federation::carry(&self.app, lane, &ledger).await;
            drop(ledger);
            recorded.await.expect("recorded");
        }
        any
    }

    async fn counts(&self) {
        sequence::sweep(&self.world.store, self.world.now(), Duration::ZERO).await.expect("counted");
    }
}

async fn record(store: Store, now: model::clock::Instant, mut entries: tokio::sync::mpsc::Receiver<federation::Entry>) {
    while let Some(entry) = entries.recv().await {
        let mut tx = store.begin().await.expect("a transaction");
        delivery::settle(&mut tx, now, &entry.reports).await.expect("settled");
        tx.commit().await.expect("committed");
        for report in &entry.reports {
            if let Report::Ended(ended) = report {
                let taken_back = ended.refused.as_deref().is_none_or(|why| why == "was withdrawn");
                assert!(taken_back, "a delivery was refused: {:?}", ended.refused);
            }
        }
        let _gone = entry.recorded.send(());
    }
}

impl Region {
    pub async fn founded() -> Self {
        let faults = Faults::none();
        let mut listeners = Vec::new();
        for _ in HOSTS {
            listeners.push(TcpListener::bind("127.0.0.1:0").await.expect("a port"));
        }
        let at: Vec<SocketAddr> = listeners.iter().map(|it| it.local_addr().expect("an address")).collect();
        let mut nodes = Vec::new();
        for (which, listener) in listeners.into_iter().enumerate() {
            let world = World::named(HOSTS[which]).await;
            let rules = Rules {
                hosts: HOSTS.iter().zip(&at).map(|(host, at)| ((*host).to_owned(), *at)).collect(),
                allow_http: true,
                allow_private_addresses: true,
                ..Rules::default()
            };
            let (store, address, clock) = (world.store.clone(), world.address.clone(), world.clock.clone());
            let app = App::new(store.clone(), address, clock.clone(), Settings::default(), rules).expect("an app");
            let settings = web::Settings { scheme: model::address::Scheme::Http, ..web::Settings::default() };
            let people = web::router(web::App::new(store, clock, settings));
            let served = behind(&faults, which, people, federation::router(app.clone()));
            tokio::spawn(async move { axum::serve(listener, served).await });
            let mut people = Vec::new();
            for name in PEOPLE {
                people.push(world.account(name).await);
            }
            nodes.push(Node { world, app, people });
        }
        let forum = nodes[0].world.forum("mobilite", Visibility::Public).await;
        let region = Self { nodes, forum, faults };
        for home in HOMES {
            region.follows(home).await;
        }
        for node in [3, 4] {
            region.nodes[node].world.forum("carried", Visibility::Public).await;
        }
        for (node, source) in CARRIES {
            region.carries(node, source).await;
            region.settles().await;
        }
        region
    }

    async fn follows(&self, home: usize) {
        let node = &self.nodes[home];
        let target = federation::resolve(&node.app, "@mobilite@origin.test").await.expect("found");
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let here = node.world.address.clone();
        follow::request(&mut tx, node.world.now(), &node.world.as_admin(), &target, |id| here.follow(id))
            .await
            .expect("asked");
        tx.commit().await.expect("committed");
    }

    async fn carries(&self, node: usize, source: &str) {
        let node = &self.nodes[node];
        let source = federation::resolve(&node.app, source).await.expect("found");
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let forum = forum::by_slug(&mut tx, "carried").await.expect("a forum");
        let rule = Rule { kind: rules::Kind::All, tags: Vec::new(), comments: true };
        let (now, by, here) = (node.world.now(), node.world.as_admin(), node.world.address.clone());
        relay::begin(&mut tx, now, &by, &forum, &source, rule, |id| here.follow(id)).await.expect("asked");
        tx.commit().await.expect("committed");
    }

    fn passes(&self, time: Duration) {
        self.nodes.iter().for_each(|node| node.world.clock.advance(time));
    }

    /// Lets everything come to its end on a network without faults.
    async fn settles(&self) {
        for _ in 0..ROUNDS {
            let mut quiet = true;
            for node in &self.nodes {
                node.counts().await;
                while node.works().await || node.delivers().await {
                    quiet = false;
                }
            }
            let mut waits = 0;
            for node in &self.nodes {
                let mut conn = node.world.store.conn().await.expect("a connection");
                let (jobs, _) = job::depth(&mut conn).await.expect("the queue");
                waits += jobs + delivery::waiting(&mut conn).await.expect("the lanes");
            }
            if quiet && waits == 0 {
                return;
            }
            self.passes(Duration::from_secs(3_600));
        }
        panic!("it never becomes quiet");
    }

    /// Goes through one schedule: a consultation of its own, on which people act while the network fails.
    pub async fn goes_through(&self, seed: u64, steps: usize) {
        let origin = &self.nodes[0];
        let draft = Draft {
            title: format!("Question {seed}"),
            results: Results::Live,
            closes_at: Some(origin.world.now().plus(Duration::from_secs(60 * 86_400))),
            ..origin.world.draft(&json!({"kind": "vote"}))
        };
        let on = origin.world.publish(&self.forum, draft).await;
        self.settles().await;
        let mut chance = Chance::of(seed);
        let mut expected = Expected::default();
        self.faults.begin(seed);
        for step in 0..steps {
            self.step(&on, &mut chance, &mut expected, step).await;
        }
        self.faults.heal();
        self.settles().await;
        self.agrees(&on, &expected, seed).await;
    }

    async fn step(&self, on: &Consultation, chance: &mut Chance, expected: &mut Expected, step: usize) {
        let home = *chance.of_these(&HOMES);
        let person = chance.below(PEOPLE.len());
        match chance.below(100) {
            0..25 => self.votes(on, home, person, chance.of_these(&CHOICES), expected).await,
            25..30 => self.withdraws(on, home, person, expected).await,
            30..38 => self.says(on, home, person, format!("Words of step {step}."), expected).await,
            38..41 => self.says_here(on, person, format!("Words of step {step}."), expected).await,
            41..44 => self.unsays(home, chance, expected).await,
            44..46 => self.moderates(on, chance, expected).await,
            46..50 => self.votes_here(on, person, chance.of_these(&CHOICES), expected).await,
            50..75 => {
                let node = &self.nodes[chance.below(self.nodes.len())];
                for _ in 0..=chance.below(4) {
                    node.works().await;
                }
                node.delivers().await;
            }
            75..85 => self.nodes[0].counts().await,
            85..92 => self.faults.toggle(chance.below(self.nodes.len())),
            _ => self.passes(Duration::from_secs(1 + chance.below(1_800) as u64)),
        }
        self.passes(Duration::from_secs(1));
    }
}
