//! The documents of every server that we know (`captured/`), taken in one after the other: each does what its sender meant.

use std::path::Path;

use http::StatusCode;
use model::care::report::{self, State as Outcome};
use model::debate::comment::{self, Comment, State};
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::Visibility;
use model::debate::interest::{self, Kind};
use serde_json::{Value, json};

use crate::town::{PEER, Town, User};

/// What the documents call our things.
const SLUG: &str = "rue-des-halles-7kq2";
const OURS: &str = "00000000-0000-7000-8000-000000000001";

/// A server: its folder, its address there, and what the captured ones call our Question and our forum.
struct Server {
    name: &'static str,
    home: &'static str,
    also: &'static [(&'static str, &'static str)],
}

const QUESTION: &str = "https://a.test/c/rue-des-halles-7kq2/ballot";

const SERVERS: [Server; 11] = [
    Server { name: "mastodon", home: "https://mastodon.test", also: &[] },
    Server { name: "lemmy", home: "https://lemmy.test", also: &[] },
    Server {
        name: "piefed",
        home: "https://piefed-b.test",
        also: &[("https://piefed-a.test/c/cons8267/p/1/which-option", QUESTION), ("https://piefed-a.test", PEER)],
    },
    Server { name: "misskey", home: "https://misskey.test", also: &[] },
    Server {
        name: "gotosocial",
        home: "https://gts-b.test",
        also: &[("https://hollo.test/q/7a0b94e2-943a-4d07-aa77-baf9a00178c6", QUESTION)],
    },
    Server { name: "pleroma", home: "https://pleroma.test", also: &[] },
    Server { name: "nodebb", home: "https://nodebb.test", also: &[] },
    Server { name: "mbin", home: "https://mbin.test", also: &[] },
    Server { name: "mitra", home: "https://mitra.test", also: &[] },
    Server { name: "takahe", home: "https://takahe.test", also: &[] },
    Server { name: "snac", home: "http://snac.test", also: &[("http://a.test", "https://a.test")] },
];

/// A node with a poll and one comment, and the documents of one server that speak of these.
struct Visit {
    town: Town,
    on: Consultation,
    ours: Comment,
    server: &'static Server,
    ana: User,
}

impl Visit {
    async fn of(server: &'static Server) -> Self {
        let town = Town::new().await;
        let forum = town.world.forum("mobility", Visibility::Public).await;
        let method = json!({"kind": "poll", "options": ["For", "no"]});
        let draft = Draft { results: model::count::tally::Results::Live, ..town.world.draft(&method) };
        let on = town.world.publish(&forum, draft).await;
        let citizen = town.world.account("citizen").await;
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let by = model::debate::forum::standing(&mut tx, &forum, Some(&citizen)).await.expect("a standing");
        let said = comment::Draft { text: "Where would the market go?".into(), ..comment::Draft::default() };
        let ours = comment::post(&mut tx, town.now(), &forum, &on, &by, &said).await.expect("posted");
        tx.commit().await.expect("committed");
        town.tells().await;
        let mut it = Self { ana: town.peer.user("nobody"), town, on, ours, server };
        let actor = it.document("actor").expect("every server has an actor");
        it.ana = it.town.peer.adopts(actor);
        it
    }

    /// A document, with the names that things have in this test.
    fn document(&self, name: &str) -> Option<Value> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captured");
        let mut text = std::fs::read_to_string(path.join(self.server.name).join(format!("{name}.json"))).ok()?;
        for (from, to) in self.server.also {
            text = text.replace(from, to);
        }
        for (from, to) in [(self.server.home, PEER), (SLUG, &self.on.slug), (OURS, &self.ours.id.to_string())] {
            text = text.replace(from, to);
        }
        Some(serde_json::from_str(&text).expect("JSON"))
    }

    /// Takes a document in as its actor's; false if the server has none of that kind.
    async fn takes(&self, name: &str) -> bool {
        let Some(sent) = self.document(name) else { return false };
        let actor = sent["actor"].as_str().expect("an actor");
        let other = (actor != self.ana.id).then(|| {
            let kind = if sent["type"] == "Announce" { "Group" } else { "Application" };
            self.town.peer.actor(kind, actor.strip_prefix(PEER).expect("an actor of the peer"))
        });
        let status = self.town.takes_in(other.as_ref().unwrap_or(&self.ana), &sent).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{}/{name}", self.server.name);
        true
    }

    async fn comments(&self) -> Vec<Comment> {
        let mut conn = self.town.world.store.conn().await.expect("a connection");
        let all = comment::list(&mut conn, self.on.id, None, 100).await.expect("comments");
        all.into_iter().map(|(comment, _)| comment).collect()
    }

    async fn theirs(&self) -> Comment {
        self.comments().await.into_iter().find(|one| one.uri.is_some()).expect("their comment")
    }

    async fn opinions(&self) -> (i32, i64) {
        let agrees = self.comments().await.iter().map(|one| one.agrees).sum();
        let mut conn = self.town.world.store.conn().await.expect("a connection");
        (agrees, interest::count(&mut conn, self.on.id, Kind::Like).await.expect("counted"))
    }
}

async fn visits(server: &'static Server) {
    let (visit, name) = (Visit::of(server).await, server.name);
    assert!(visit.takes("follow").await, "{name}");
    assert_eq!(visit.town.document("/f/mobility/followers").await["totalItems"], 1, "{name} follows");

    assert!(visit.takes("comment").await, "{name}");
    let said = visit.theirs().await;
    assert!(said.markdown.contains("And the deliveries"), "{name}: {}", said.markdown);
    assert!(visit.takes("edit").await, "{name}");
    let edited = visit.theirs().await;
    assert!(edited.updated_at.is_some() && edited.markdown != said.markdown, "{name}: {}", edited.markdown);

    let votes = visit.takes("vote").await;
    let voters = visit.town.world.tally(&visit.on).await.0.values().map(|tier| tier.voters).sum::<i64>();
    assert_eq!(voters, i64::from(votes), "{name} votes");

    assert!(visit.takes("like").await, "{name}");
    let liked = match name {
        "misskey" => (0, 0), // every reaction of Misskey has content
        "mastodon" => (0, 1),
        _ => (1, 0),
    };
    assert_eq!(visit.opinions().await, liked, "{name} likes");
    if visit.takes("react").await {
        assert_eq!(visit.opinions().await, liked, "{name} reacts with an emoji");
    }

    let boosts = visit.takes("boost").await;
    let mut conn = visit.town.world.store.conn().await.expect("a connection");
    let shares = interest::count(&mut conn, visit.on.id, Kind::Share).await.expect("counted");
    assert_eq!(shares, i64::from(boosts), "{name} boosts");
    drop(conn);

    let reports = visit.takes("report").await;
    let mut conn = visit.town.world.store.conn().await.expect("a connection");
    let open = report::open_in(&mut conn, None, Outcome::Open, None, 10).await.expect("reports");
    assert_eq!(open.len(), usize::from(reports), "{name} reports");
    assert!(open.iter().all(|one| !one.text.is_empty()), "{name}");
    drop(conn);

    assert!(visit.takes("post").await, "{name}");
    assert_eq!(visit.comments().await.len(), 2, "{name}: a post of its own is no comment");
    assert!(visit.takes("delete").await, "{name}");
    assert_eq!(visit.theirs().await.state, State::Deleted, "{name} deletes");
    for told in visit.town.tells().await {
        assert!(visit.town.is_signed(&told).await, "{name}");
    }
}

macro_rules! visits {
    ($($test:ident = $at:literal;)+) => {$(
        #[tokio::test]
        async fn $test() {
            visits(&SERVERS[$at]).await;
        }
    )+};
}

visits! {
    what_mastodon_sends_does_what_it_means = 0;
    what_lemmy_sends_does_what_it_means = 1;
    what_piefed_sends_does_what_it_means = 2;
    what_misskey_sends_does_what_it_means = 3;
    what_gotosocial_sends_does_what_it_means = 4;
    what_pleroma_sends_does_what_it_means = 5;
    what_nodebb_sends_does_what_it_means = 6;
    what_mbin_sends_does_what_it_means = 7;
    what_mitra_sends_does_what_it_means = 8;
    what_takahe_sends_does_what_it_means = 9;
    what_snac_sends_does_what_it_means = 10;
}
