//! A node beside a peer.

mod peer;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use federation::guard::Rules;
use federation::signature::{Payload, PublicKey, Received, cavage, read};
use federation::{App, Settings};
use http::{HeaderMap, StatusCode};
use model::address::{Address, Scheme};
use model::clock::Instant;
use model::debate::consultation::Consultation;
use model::debate::forum::Forum;
use model::job::{self, Outcome};
use model::network::delivery::{self, How, Report};
use model::network::follow;
use model::people::actor;
use model::store::Store;
use model::testing::World;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use peer::serve;
pub use peer::{Delivered, Peer, User};

pub const PEER: &str = "http://peer.test";
/// Another name of the same peer, as if it were another server.
pub const EVIL: &str = "http://evil.test";
pub const ACTIVITY: &str = "application/activity+json";

/// A node beside a peer.
pub struct Town {
    pub world: World,
    pub app: App,
    pub router: Router,
    pub peer: Peer,
}

static MADE: AtomicU32 = AtomicU32::new(1);

impl Town {
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let world = World::sqlite().await;
        let peer = Peer::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let served = Router::new().fallback(serve).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, served).await });
        let rules = Rules {
            hosts: [("peer.test".to_owned(), address), ("evil.test".to_owned(), address)].into(),
            allow_http: true,
            allow_private_addresses: true,
            ..Rules::default()
        };
        let app =
            App::new(world.store.clone(), world.address.clone(), world.clock.clone(), settings, rules).expect("an app");
        let router = federation::router(app.clone());
        Self { world, app, router, peer }
    }

    pub fn now(&self) -> Instant {
        self.world.now()
    }

    /// Signs and posts an activity to the shared inbox.
    pub async fn takes_in(&self, from: &User, activity: &Value) -> StatusCode {
        self.posts(from, "/inbox", activity.to_string().as_bytes()).await.0
    }

    /// Signs and posts bytes; answers the status and the code of the problem.
    pub async fn posts(&self, from: &User, path: &str, body: &[u8]) -> (StatusCode, String) {
        let url = format!("https://a.test{path}").parse().expect("a URL");
        let payload = Payload::of(body, ACTIVITY);
        let headers = cavage::sign("post", &url, Some(&payload), &from.key, self.now().as_second()).expect("signed");
        self.posts_with(path, body, headers).await
    }

    pub async fn posts_with(
        &self,
        path: &str,
        body: &[u8],
        headers: Vec<(&'static str, String)>,
    ) -> (StatusCode, String) {
        let mut request = http::Request::post(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        (parts.status, problem["code"].as_str().unwrap_or_default().to_owned())
    }

    /// `GET` of a document.
    pub async fn gets(&self, path: &str) -> (StatusCode, Value, HeaderMap) {
        let request = http::Request::get(path).header("accept", ACTIVITY).body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        (parts.status, serde_json::from_slice(&body).unwrap_or_default(), parts.headers)
    }

    pub async fn document(&self, path: &str) -> Value {
        let (status, document, headers) = self.gets(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {document}");
        assert_eq!(headers["content-type"], ACTIVITY, "{path}");
        document
    }

    /// Runs every job that is due, those that follow too, and delivers; answers how each ended that was not simply done.
    pub async fn works(&self) -> Vec<Outcome> {
        let mut ended = Vec::new();
        loop {
            let mut tx = self.world.store.begin().await.expect("a transaction");
            let Some(claim) = job::claim(&mut tx, self.now()).await.expect("the queue") else { break };
            tx.commit().await.expect("committed");
            let outcome = match claim.job {
                // The program does it without this crate.
                job::Job::Check { .. } | job::Job::Mail { .. } | job::Job::Notify { .. } | job::Job::Digest { .. } => {
                    Outcome::Done
                }
                _ => federation::run(&self.app, &claim).await,
            };
            let mut tx = self.world.store.begin().await.expect("a transaction");
            job::finish(&mut tx, self.now(), &claim, &outcome).await.expect("finished");
            tx.commit().await.expect("committed");
            if !matches!(outcome, Outcome::Done) {
                ended.push(outcome);
            }
        }
        self.delivers(&mut ended).await;
        ended
    }

    /// Goes through every lane that is due until none is.
    async fn delivers(&self, ended: &mut Vec<Outcome>) {
        loop {
            let mut tx = self.world.store.begin().await.expect("a transaction");
            let lanes = delivery::claim(&mut tx, self.now(), 8, true).await.expect("the lanes");
            tx.commit().await.expect("committed");
            if lanes.is_empty() {
                return;
            }
            for lane in lanes {
                let (ledger, entries) = federation::Ledger::open(8);
                let recorded = tokio::spawn(record(self.world.store.clone(), self.now(), entries));
                federation::carry(&self.app, lane, &ledger).await;
                drop(ledger);
                let some = recorded.await.expect("recorded");
                ended.extend(some.into_iter().filter_map(outcome));
            }
        }
    }

    /// Runs what is due, and expects all of it to work.
    pub async fn tells(&self) -> Vec<Delivered> {
        let ended = self.works().await;
        assert!(ended.is_empty(), "{ended:?}");
        self.peer.takes()
    }

    /// Somebody on the peer follows the forum, and has heard so.
    pub async fn followed_by(&self, user: &User, forum: &Forum) {
        let follow = activity(user, "Follow", json!(self.app.address.forum(&forum.slug)));
        assert_eq!(self.takes_in(user, &follow).await, StatusCode::ACCEPTED);
        self.tells().await;
    }

    /// Somebody on a third server follows the forum.
    pub async fn followed_from_afar(&self, forum: &Forum) {
        let mut tx = self.world.store.begin().await.expect("a transaction");
        let far = actor::Remote {
            uri: format!("{EVIL}/users/far"),
            kind: actor::Kind::Person,
            name: "far".into(),
            host: "evil.test".into(),
            display_name: "far".into(),
            summary: String::new(),
            url: None,
            inbox: format!("{EVIL}/users/far/inbox"),
            shared_inbox: Some(format!("{EVIL}/inbox")),
            document: json!({}),
        };
        let far = actor::remember(&mut tx, self.now(), &far).await.expect("remembered");
        let group = actor::by_id(&mut tx, forum.actor_id).await.expect("a group");
        let uri = format!("{EVIL}/follows/{}", forum.slug);
        follow::accept(&mut tx, self.now(), &far, &group, &uri).await.expect("follows");
        tx.commit().await.expect("committed");
    }

    /// An open vote with live results in a public forum that `user` follows; what was told of it is forgotten.
    pub async fn live_vote(&self, user: &User) -> (Forum, Consultation) {
        let forum = self.world.forum("mobilite", model::debate::forum::Visibility::Public).await;
        self.followed_by(user, &forum).await;
        let draft = model::debate::consultation::Draft {
            results: model::count::tally::Results::Live,
            ..self.world.draft(&json!({"kind": "vote"}))
        };
        let on = self.world.publish(&forum, draft).await;
        self.tells().await;
        (forum, on)
    }

    /// Counts what waits as the sequencer does, which also has the totals told.
    pub async fn counts(&self) {
        let pace = self.app.settings.tally_interval;
        model::count::sequence::sweep(&self.world.store, self.now(), pace).await.expect("counted");
    }

    /// How many chose each of these in the open tier.
    pub async fn open_tier<const N: usize>(&self, on: &Consultation, choices: [&str; N]) -> [i64; N] {
        let counts = self.world.tally(on).await;
        let open = counts.0.get(&model::count::electorate::Tier::Open).cloned().unwrap_or_default();
        choices.map(|choice| open.choices.get(choice).copied().unwrap_or(0))
    }

    pub fn waits(&self, time: Duration) {
        self.world.clock.advance(time);
    }

    /// Checks that a delivery is signed by its actor, whose key is found where the signature says.
    pub async fn is_signed(&self, delivered: &Delivered) -> bool {
        let received = Received {
            method: &http::Method::POST,
            target: &delivered.path,
            headers: &delivered.headers,
            body: Some(&delivered.body),
        };
        let claim = read(received, &Address::new(Scheme::Http, "peer.test"), self.now().as_second())
            .expect("a strict signature");
        let owner = claim.key_id.split('#').next().expect("an owner").to_owned();
        let path = owner.strip_prefix("https://a.test").expect("ours").to_owned();
        let actor = self.document(&path).await;
        let key = PublicKey::from_pem(actor["publicKey"]["publicKeyPem"].as_str().expect("a key")).expect("a key");
        delivered.activity["actor"] == owner.as_str() && actor["id"] == owner.as_str() && claim.verify(&key).is_ok()
    }
}

/// Records what is told, and answers all of it.
async fn record(
    store: Store,
    now: Instant,
    mut entries: tokio::sync::mpsc::Receiver<federation::Entry>,
) -> Vec<Report> {
    let mut all = Vec::new();
    while let Some(entry) = entries.recv().await {
        let mut tx = store.begin().await.expect("a transaction");
        delivery::settle(&mut tx, now, &entry.reports).await.expect("settled");
        tx.commit().await.expect("committed");
        all.extend(entry.reports);
        let _gone = entry.recorded.send(());
    }
    all
}

/// What a report says that is not simply done.
fn outcome(report: Report) -> Option<Outcome> {
    match report {
        Report::Ended(ended) => ended.refused.map(Outcome::Never),
        Report::Left(left) => match left.how {
            How::Fails { why, again, .. } => Some(Outcome::Later(again, why)),
            How::Works | How::Rests(_) => None,
        },
    }
}

/// An activity with an id of its own.
pub fn activity(user: &User, kind: &str, object: Value) -> Value {
    let id = format!("{}/activities/{}", user.id, MADE.fetch_add(1, Ordering::Relaxed));
    json!({"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind, "actor": user.id, "object": object})
}

/// A vote as Mastodon sends it.
pub fn vote(user: &User, question: &str, name: &str) -> Value {
    let id = format!("{}#votes/{}", user.id, MADE.fetch_add(1, Ordering::Relaxed));
    let note = json!({"id": id, "type": "Note", "name": name, "attributedTo": user.id, "inReplyTo": question, "to": "https://a.test/u/valmont"});
    activity(user, "Create", note)
}

/// A public Note in reply to something.
pub fn note(user: &User, on: &str, html: &str) -> Value {
    let id = format!("{}/statuses/{}", user.id, MADE.fetch_add(1, Ordering::Relaxed));
    json!({
        "id": id, "type": "Note", "attributedTo": user.id, "inReplyTo": on, "content": html, "contentMap": {"en": html},
        "published": "2026-03-02T08:00:00Z", "url": id, "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": ["https://a.test/f/mobilite"],
    })
}

/// Its Create.
pub fn create(user: &User, note: &Value) -> Value {
    activity(user, "Create", note.clone())
}

/// The kinds of what was delivered, and of what it carries.
pub fn kinds(delivered: &[Delivered]) -> Vec<String> {
    let kind = |value: &Value| value["type"].as_str().unwrap_or_default().to_owned();
    delivered
        .iter()
        .map(|one| match kind(&one.activity["object"]) {
            inner if inner.is_empty() => kind(&one.activity),
            inner => format!("{}({inner})", kind(&one.activity)),
        })
        .collect()
}
