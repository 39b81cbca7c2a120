//! Three nodes: one that asks, two whose people take part from home.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use federation::guard::Rules;
use federation::{App, Settings};
use model::count::electorate::Tier;
use model::count::tally::{Results, Viewer};
use model::count::{check, publication, sequence};
use model::debate::comment;
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::{Forum, Visibility};
use model::error::{Error, Refusal};
use model::job::{self, Job, Outcome};
use model::network::delivery::{self, Report};
use model::network::envoy::{self, note};
use model::network::{elsewhere, follow, mirror};
use model::people::account::Account;
use model::people::role::Standing;
use model::store::Store;
use model::testing::World;
use serde_json::json;
use tokio::net::TcpListener;

use super::chance::Chance;
use super::network::{Faults, behind};

const HOSTS: [&str; 3] = ["origin.test", "home.test", "other.test"];
/// The nodes whose people take part from home.
const HOMES: [usize; 2] = [1, 2];
const PEOPLE: [&str; 3] = ["ana", "marc", "zoe"];
const CHOICES: [&str; 3] = ["for", "neutral", "against"];
/// How often everything is run after the healing, an hour apart, before it must be quiet.
const ROUNDS: usize = 60;

struct Node {
    world: World,
    app: App,
    people: Vec<Account>,
}

/// The nodes, which go through one schedule after the other.
pub struct Region {
    nodes: Vec<Node>,
    forum: Forum,
    faults: Faults,
}

/// What should be, in the end.
#[derive(Default)]
struct Expected {
    /// By node and person: what they last chose; nothing once withdrawn.
    ballots: BTreeMap<(usize, usize), Option<&'static str>>,
    /// The words of comments that stand, with whose they are and their keys at home.
    comments: BTreeMap<String, (usize, usize, model::id::Id<note::Note>)>,
}

impl Node {
    fn standing(&self, person: usize) -> Standing {
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
        region.settles().await;
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
            30..40 => self.says(on, home, person, format!("Words of step {step}."), expected).await,
            40..44 => self.unsays(home, chance, expected).await,
            44..50 => self.votes_here(on, person, chance.of_these(&CHOICES), expected).await,
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

    async fn votes(
        &self,
        on: &Consultation,
        home: usize,
        person: usize,
        choice: &&'static str,
        expected: &mut Expected,
    ) {
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let there = elsewhere::at(&mut tx, HOSTS[0], &on.slug).await.expect("mirrored");
        let chosen = [(*choice).to_owned()];
        envoy::vote(&mut tx, node.world.now(), &node.standing(person), &there, &chosen, None).await.expect("sent");
        tx.commit().await.expect("committed");
        expected.ballots.insert((home, person), Some(*choice));
    }

    async fn withdraws(&self, on: &Consultation, home: usize, person: usize, expected: &mut Expected) {
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let there = elsewhere::at(&mut tx, HOSTS[0], &on.slug).await.expect("mirrored");
        match envoy::withdraw(&mut tx, node.world.now(), &node.standing(person), &there).await {
            Ok(_) => tx.commit().await.expect("committed"),
            Err(Error::NotFound) => return,
            Err(error) => panic!("{error}"),
        }
        expected.ballots.insert((home, person), None);
    }

    async fn votes_here(&self, on: &Consultation, person: usize, choice: &&'static str, expected: &mut Expected) {
        let node = &self.nodes[0];
        node.world.casts(&self.forum, on, &node.people[person], &[*choice]).await.expect("cast");
        expected.ballots.insert((0, person), Some(*choice));
    }

    async fn says(&self, on: &Consultation, home: usize, person: usize, text: String, expected: &mut Expected) {
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let there = elsewhere::at(&mut tx, HOSTS[0], &on.slug).await.expect("mirrored");
        let draft = note::Draft { text: text.clone(), ..note::Draft::default() };
        let said = note::post(&mut tx, node.world.now(), &node.world.address, &node.standing(person), &there, &draft)
            .await
            .expect("said");
        tx.commit().await.expect("committed");
        expected.comments.insert(text, (home, person, said.id));
    }

    async fn unsays(&self, home: usize, chance: &mut Chance, expected: &mut Expected) {
        let own: Vec<String> =
            expected.comments.iter().filter(|(_, it)| it.0 == home).map(|(text, _)| text.clone()).collect();
        if own.is_empty() {
            return;
        }
        let text = chance.of_these(&own).clone();
        let (_, person, id) = expected.comments[&text];
        let node = &self.nodes[home];
        let mut tx = node.world.store.begin().await.expect("a transaction");
        let said = note::by_id(&mut tx, id).await.expect("a comment");
        let there = elsewhere::by_uri(&mut tx, &said.page).await.expect("mirrored");
        let (here, by) = (&node.world.address, node.standing(person));
        match note::delete(&mut tx, node.world.now(), here, &by, &there, &said).await {
            Ok(()) => tx.commit().await.expect("committed"),
            Err(Error::Refused(Refusal::NotAllowed)) => return,
            Err(error) => panic!("{error}"),
        }
        expected.comments.remove(&text);
    }

    /// Everything is as it should be, on every node.
    async fn agrees(&self, on: &Consultation, expected: &Expected, seed: u64) {
        let origin = &self.nodes[0];
        let counts = origin.world.tally(on).await;
        for (tier, homes) in [(Tier::Member, vec![0]), (Tier::Open, HOMES.to_vec())] {
            for choice in CHOICES {
                let wanted = expected
                    .ballots
                    .iter()
                    .filter(|((home, _), chosen)| homes.contains(home) && **chosen == Some(choice));
                let wanted = i64::try_from(wanted.count()).expect("a number");
                let counted = counts.0.get(&tier).map_or(0, |count| count.of(choice));
                assert_eq!(counted, wanted, "schedule {seed}: {choice} in the tier {tier}");
            }
        }
        let mut conn = origin.world.store.conn().await.expect("a connection");
        let on = &origin.world.again(on).await;
        let now = origin.world.now();
        let here = &origin.world.address;
        let results = publication::results(&mut conn, on, here, now, Viewer::Anybody).await.expect("results");
        let said = comment::list(&mut conn, on.id, None, 500).await.expect("comments");
        let shown = said.iter().filter(|(it, _)| it.state == comment::State::Visible);
        let wanted: BTreeSet<String> = expected.comments.keys().cloned().collect();
        let at_origin: Vec<String> = shown.map(|(it, _)| it.markdown.trim().to_owned()).collect();
        once_each(&at_origin, &wanted, &format!("schedule {seed}: at the origin"));
        drop(conn);
        for home in HOMES {
            let mut conn = self.nodes[home].world.store.conn().await.expect("a connection");
            let there = elsewhere::at(&mut conn, HOSTS[0], &on.slug).await.expect("mirrored");
            if tally_size(&results) > 0 {
                let held = there.verified.unwrap_or_else(|| panic!("schedule {seed}: nothing verified at {home}"));
                assert_eq!(held.document["tiers"], results["tiers"], "schedule {seed}: what {home} shows");
                assert_eq!(held.document["log"], results["log"], "schedule {seed}: what {home} shows");
            }
            let thread = mirror::thread(&mut conn, HOSTS[0], &on.slug).await.expect("a thread");
            let words: Vec<String> =
                thread.comments.iter().map(|(it, _)| model::debate::text::plain(&it.html).trim().to_owned()).collect();
            once_each(&words, &wanted, &format!("schedule {seed}: at {home}"));
        }
    }
}

fn tally_size(results: &serde_json::Value) -> u64 {
    results["log"]["size"].as_u64().unwrap_or(0)
}

#[track_caller]
fn once_each(found: &[String], wanted: &BTreeSet<String>, at: &str) {
    let mut sorted = found.to_vec();
    sorted.sort();
    let wanted: Vec<String> = wanted.iter().cloned().collect();
    assert_eq!(sorted, wanted, "{at}");
}
