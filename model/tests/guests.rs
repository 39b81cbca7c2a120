//! People of other servers who sign in here, and their ballots, alone and as one with those of an account.

use std::time::Duration;

use model::both_databases;
use model::count::ballot::{self, Ballot, Source, Voter};
use model::count::electorate::Tier;
use model::data::media::File;
use model::debate::comment;
use model::debate::consultation::{self, Consultation};
use model::debate::forum::Forum;
use model::error::Error;
use model::job;
use model::network::backfill;
use model::network::peer::{self, Policy};
use model::people::account::Account;
use model::people::actor::{Actor, Kind, Remote};
use model::people::guest::{self, Welcome};
use model::people::identity;
use model::people::portrait;
use model::people::registration::{self, Registration};
use model::testing::{World, refused};
use serde_json::json;

fn person(name: &str, host: &str) -> Remote {
    Remote {
        uri: format!("https://{host}/users/{name}"),
        kind: Kind::Person,
        name: name.into(),
        host: host.into(),
        display_name: name.into(),
        summary: String::new(),
        url: None,
        inbox: format!("https://{host}/users/{name}/inbox"),
        shared_inbox: None,
        document: json!({}),
    }
}

async fn comes(world: &World, signed_in: Option<&Account>, who: &Remote) -> model::error::Result<Welcome> {
    let mut tx = world.store.begin().await?;
    let welcome = guest::welcome(&mut tx, world.now(), signed_in, who).await?;
    tx.commit().await?;
    Ok(welcome)
}

async fn guest(world: &World, who: &Remote) -> Actor {
    match comes(world, None, who).await.expect("welcome") {
        Welcome::Guest(actor) => *actor,
        other => panic!("no guest: {other:?}"),
    }
}

/// Votes from another server, as Mastodon does; answers the code of a refusal.
async fn votes(
    world: &World,
    at: (&Forum, &Consultation),
    who: &Actor,
    choice: &str,
    n: u32,
) -> Result<(), &'static str> {
    let mut tx = world.store.begin().await.expect("a transaction");
    let source = Source {
        uri: format!("{}#votes/{n}", who.uri.as_deref().unwrap()),
        also: Vec::new(),
        published: None,
        adds: false,
        assurance: None,
        bounds: None,
    };
    let voter = Voter::elsewhere(&mut tx, at.1, at.0, who).await.expect("a voter");
    let done = ballot::receive(&mut tx, world.now(), at.1, voter, &[choice.to_owned()], &source).await;
    match done {
        Ok(_) => tx.commit().await.map_err(|_| "store"),
        failed => Err(refused(failed)),
    }
}

async fn standing(world: &World, on: &Consultation, of: &[&Actor], account: &Account) -> Vec<Ballot> {
    let mut conn = world.store.conn().await.expect("a connection");
    let mut all = Vec::new();
    for actor in of.iter().map(|actor| actor.id).chain([account.actor_id]) {
        all.extend(ballot::standing(&mut conn, on.id, actor).await.expect("read"));
    }
    all
}

both_databases! {
    async fn a_guest_has_the_ballot_that_came_from_elsewhere(world: World) {
        let (forum, vote) = world.vote().await;
        let stranger = world.stranger("ana", "m.test").await;
        votes(&world, (&forum, &vote), &stranger, "for", 1).await.unwrap();
        let ana = guest(&world, &person("ana", "m.test")).await;
        assert_eq!(ana.id, stranger.id);
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(guest::by_id(&mut tx, ana.id).await.unwrap().map(|found| found.id), Some(ana.id));
        let voter = Voter::elsewhere(&mut tx, &vote, &forum, &ana).await.unwrap();
        let receipt = ballot::cast(&mut tx, world.now(), &vote, voter, &["against".to_owned()]).await.unwrap();
        assert_eq!((receipt.revision, receipt.tier), (2, Tier::Open));
        ballot::withdraw(&mut tx, world.now(), &vote, voter.actor).await.unwrap();
        tx.commit().await.unwrap();
        assert!(world.tally(&vote).await.0.is_empty());
    }

    async fn who_is_blocked_or_suspended_is_no_guest(world: World) {
        let ana = guest(&world, &person("ana", "m.test")).await;
        let mut tx = world.store.begin().await.unwrap();
        peer::set_policy(&mut tx, world.now(), "m.test", Policy::Block).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refused(comes(&world, None, &person("ana", "m.test")).await), "peer-blocked");
        assert!(guest::by_id(&mut world.store.conn().await.unwrap(), ana.id).await.unwrap().is_none());
        assert!(guest::by_id(&mut world.store.conn().await.unwrap(), world.admin.actor_id).await.unwrap().is_none());
    }

    async fn the_same_person_here_and_there_has_one_ballot_the_last(world: World) {
        let forum = world.forum("mobilite", model::debate::forum::Visibility::Public).await;
        let ask = async || world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
        let (earlier, later, there, here, taken, over) =
            (ask().await, ask().await, ask().await, ask().await, ask().await, ask().await);
        let stranger = world.stranger("ana", "m.test").await;
        let ana = world.account("ana").await;
        let second = Duration::from_secs(1);
        // here first and there last; there first and here last; only there; only here; withdrawn here and then cast there
        world.casts(&forum, &earlier, &ana, &["for"]).await.unwrap();
        votes(&world, (&forum, &later), &stranger, "for", 2).await.unwrap();
        world.casts(&forum, &here, &ana, &["neutral"]).await.unwrap();
        world.casts(&forum, &taken, &ana, &["for"]).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        ballot::withdraw(&mut tx, world.now(), &taken, ana.actor_id).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(second);
        votes(&world, (&forum, &earlier), &stranger, "against", 1).await.unwrap();
        world.casts(&forum, &later, &ana, &["against"]).await.unwrap();
        votes(&world, (&forum, &there), &stranger, "neutral", 3).await.unwrap();
        votes(&world, (&forum, &taken), &stranger, "against", 4).await.unwrap();
        world.casts(&forum, &over, &ana, &["for"]).await.unwrap();
        votes(&world, (&forum, &over), &stranger, "against", 5).await.unwrap();
        let closing = world.again(&over).await;
        let mut tx = world.store.begin().await.unwrap();
        consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &closing).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(second);
        let linked = comes(&world, Some(&ana), &person("ana", "m.test")).await.unwrap();
        assert!(matches!(linked, Welcome::Account(account) if account.id == ana.id));

        for (on, tier, choice) in [
            (&earlier, Tier::Open, "against"),
            (&later, Tier::Member, "against"),
            (&there, Tier::Open, "neutral"),
            (&here, Tier::Member, "neutral"),
            (&taken, Tier::Open, "against"),
        ] {
            let held = standing(&world, on, &[&stranger], &ana).await;
            let told: Vec<_> = held.iter().map(|b| (b.actor_id, b.tier, b.choice.0.clone())).collect();
            assert_eq!(told, [(ana.actor_id, tier, vec![choice.to_owned()])], "{}", on.slug);
            let counts = world.tally(on).await;
            assert_eq!(counts.0.values().map(|count| count.voters).sum::<i64>(), 1, "one voter in {}", on.slug);
        }
        assert_eq!(standing(&world, &over, &[&stranger], &ana).await.len(), 2, "what is closed stays as it was counted");

        // From now on what comes from there is the account's ballot, and the same activity counts once.
        world.clock.advance(second);
        let stranger = world.stranger("ana", "m.test").await;
        votes(&world, (&forum, &here), &stranger, "for", 6).await.unwrap();
        votes(&world, (&forum, &there), &stranger, "against", 3).await.unwrap();
        assert_eq!(standing(&world, &here, &[&stranger], &ana).await[0].choice.0, ["for"]);
        assert_eq!(standing(&world, &there, &[&stranger], &ana).await[0].choice.0, ["neutral"], "resent, it changes nothing");
        let on = world.again(&there).await;
        let mut tx = world.store.begin().await.unwrap();
        let uri = format!("{}#votes/3", stranger.uri.as_deref().unwrap());
        let voter = model::network::relocation::voter(&mut tx, on.id, &stranger).await.unwrap();
        assert!(ballot::take_back(&mut tx, world.now(), &on, voter, &uri).await.unwrap());
        tx.commit().await.unwrap();
        assert!(standing(&world, &there, &[&stranger], &ana).await.is_empty(), "taken back there, it is gone here");
    }

    async fn a_link_belongs_to_one_account_and_leads_into_it(world: World) {
        let (ana, eve) = (world.account_with_password("ana").await, world.account("eve").await);
        comes(&world, Some(&ana), &person("ana", "m.test")).await.unwrap();
        assert_eq!(refused(comes(&world, Some(&eve), &person("ana", "m.test")).await), "identity-taken");
        let back = comes(&world, None, &person("ana", "m.test")).await.unwrap();
        assert!(matches!(back, Welcome::Account(account) if account.id == ana.id), "no name or password is asked for");
        let mut tx = world.store.begin().await.unwrap();
        let linked = identity::of(&mut tx, ana.id).await.unwrap();
        assert_eq!((linked.len(), linked[0].provider.as_str(), linked[0].tier), (1, "@ana@m.test", Tier::Open));
        assert!(!identity::vouches(&mut tx, ana.id, None).await.unwrap(), "another server makes nobody a member");
        identity::unlink(&mut tx, world.now(), &ana, linked[0].id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refused(comes(&world, None, &person("ana", "m.test")).await), "identity-taken", "nobody votes with it twice");
    }

    async fn pictures_are_asked_for_once_and_forgotten_with_their_owner(world: World) {
        let ana = world.stranger("ana", "m.test").await;
        let file = File::portrait(&pixel()).unwrap();
        let mut tx = world.store.begin().await.unwrap();
        for _ in 0..2 {
            portrait::ask(&mut tx, world.now(), ana.id, Some("https://m.test/a.png")).await.unwrap();
        }
        assert_eq!(job::depth(&mut tx).await.unwrap().0, 1);
        assert_eq!(portrait::wanted(&mut tx, ana.id).await.unwrap(), "https://m.test/a.png");
        portrait::keep(&mut tx, ana.id, "https://m.test/a.png", &file).await.unwrap();
        assert!(matches!(portrait::wanted(&mut tx, ana.id).await, Err(Error::NotFound)), "it is there");
        assert_eq!(portrait::names(&mut tx, &[ana.id]).await.unwrap()[&ana.id], file.name());
        assert_eq!(portrait::serve(&mut tx, &file.name()).await.unwrap(), (file.format, file.octets.clone()));
        portrait::ask(&mut tx, world.now(), ana.id, Some("https://m.test/b.png")).await.unwrap();
        assert!(portrait::names(&mut tx, &[ana.id]).await.unwrap().is_empty(), "the new one is not there yet");
        portrait::ask(&mut tx, world.now(), ana.id, None).await.unwrap();
        assert!(!portrait::is_known(&mut tx, ana.id).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn what_a_server_calls_us_is_kept_for_one_way_back(world: World) {
        let here = "https://a.test/login/fediverse/return";
        let called = |id: &str, redirect: &str| Registration {
            host: "m.test".into(),
            redirect: redirect.into(),
            client_id: id.into(),
            client_secret: "secret".into(),
            created_at: world.now(),
        };
        let mut tx = world.store.begin().await.unwrap();
        registration::keep(&mut tx, &called("1", "https://old.test/login/fediverse/return")).await.unwrap();
        assert_eq!(registration::find(&mut tx, "m.test", here).await.unwrap(), None, "of another address");
        registration::keep(&mut tx, &called("2", here)).await.unwrap();
        let found = registration::find(&mut tx, "m.test", here).await.unwrap().unwrap();
        assert_eq!(found, called("2", here));
        assert!(!format!("{found:?}").contains("secret"), "no log tells it");
        registration::forget(&mut tx, "m.test").await.unwrap();
        assert_eq!(registration::find(&mut tx, "m.test", here).await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn what_is_known_of_a_thread_is_told_at_once(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.stranger("ana", "m.test").await;
        let uri = |n: u32| format!("https://m.test/notes/{n}");
        let mut tx = world.store.begin().await.unwrap();
        let remote = comment::Remote {
            uri: uri(1),
            url: None,
            html: "<p>Oui</p>".into(),
            parent: None,
            language: None,
            published: world.now(),
            updated: None,
        };
        comment::receive(&mut tx, world.now(), &forum, &vote, ana.id, &remote).await.unwrap();
        assert_eq!(backfill::known(&mut tx, &[uri(1), uri(2)]).await.unwrap(), [uri(1)]);
        tx.commit().await.unwrap();
    }
}

/// A picture of one pixel: PNG, the signature, IHDR, IDAT and IEND.
fn pixel() -> Vec<u8> {
    hex::decode(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364\
         60f85f0f0002870180eb47ba920000000049454e44ae426082",
    )
    .expect("octets")
}
