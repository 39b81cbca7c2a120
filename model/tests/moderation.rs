//! Moderation, reports, the bounds on open ballots and where ballots come from.

use std::time::Duration;

use model::both_databases;
use model::care::report::{self, Decision, Draft as NewReport, Reason, State as Outcome, Target};
use model::count::audit::{self, Age};
use model::count::ballot::{self, Source, Voter};
use model::count::cap::Caps;
use model::count::{electorate::Tier, removal};
use model::debate::ban::{self, Draft};
use model::debate::comment::{self, State};
use model::debate::consultation::{self, Consultation, View};
use model::debate::forum::{self, Forum, Visibility};
use model::debate::reaction::{self, Value};
use model::debate::{lock, pin};
use model::error::Result;
use model::network::relocation;
use model::people::account::Account;
use model::people::actor::{self, Actor, Kind, Remote};
use model::people::role::{Role, Standing};
use model::store::Tx;
use model::testing::{World, refused};
use serde_json::json;

async fn view(tx: &mut Tx, on: &Consultation, who: &Account) -> View {
    consultation::view(tx, &on.slug, Some(who)).await.expect("a view")
}

async fn says(tx: &mut Tx, world: &World, at: &View, text: &str) -> Result<comment::Comment> {
    let draft = comment::Draft { text: text.into(), ..comment::Draft::default() };
    comment::post(tx, world.now(), &at.forum, &at.consultation, &at.standing, &draft).await
}

/// Somebody of another server whose account was made then.
async fn stranger(world: &World, name: &str, host: &str, made: &str) -> Actor {
    let remote = Remote {
        uri: format!("https://{host}/users/{name}"),
        kind: Kind::Person,
        name: name.into(),
        host: host.into(),
        display_name: name.into(),
        summary: String::new(),
        url: None,
        inbox: format!("https://{host}/users/{name}/inbox"),
        shared_inbox: None,
        document: json!({"published": made, "alsoKnownAs": ["https://old.example/x"]}),
    };
    let mut tx = world.store.begin().await.expect("a transaction");
    let actor = actor::remember(&mut tx, world.now(), &remote).await.expect("remembered");
    tx.commit().await.expect("committed");
    actor
}

async fn votes(world: &World, forum: &Forum, on: &Consultation, who: &Actor, caps: Caps) -> Result<()> {
    let mut tx = world.store.begin().await?;
    let voter = Voter::elsewhere(&mut tx, on, forum, who).await?;
    let uri = format!("{}#{}", who.uri.clone().unwrap_or_default(), on.slug);
    let bounds = Some((who.host.clone().unwrap_or_default(), caps));
    let source = Source { uri, bounds, ..Source::default() };
    let done = ballot::receive(&mut tx, world.now(), on, voter, &["for".into()], &source).await;
    tx.commit().await?;
    done.map(drop)
}

both_databases! {
    async fn a_locked_debate_takes_answers_of_authors_alone(world: World) {
        let (_, on) = world.vote().await;
        let (citizen, moderator) = (world.account("citizen").await, world.account_with_role("mona", Role::Moderator).await);
        let mut tx = world.store.begin().await.unwrap();
        let (theirs, hers) = (view(&mut tx, &on, &citizen).await, view(&mut tx, &on, &moderator).await);
        says(&mut tx, &world, &theirs, "First").await.unwrap();
        assert_eq!(refused(lock::set(&mut tx, world.now(), &theirs, "Why").await), "not-allowed");
        assert_eq!(refused(lock::set(&mut tx, world.now(), &hers, " ").await), "invalid");
        lock::set(&mut tx, world.now(), &hers, "Said").await.unwrap();
        assert_eq!(lock::set(&mut tx, world.now(), &hers, "All is said").await.unwrap().reason, "All is said");
        assert_eq!(refused(says(&mut tx, &world, &theirs, "Second").await), "comments-closed");
        let answer = comment::Draft { text: "An answer".into(), ..comment::Draft::default() };
        comment::answer(&mut tx, world.now(), &hers.forum, &on, &hers.standing, &answer).await.unwrap();
        lock::lift(&mut tx, world.now(), &hers).await.unwrap();
        assert!(lock::lift(&mut tx, world.now(), &hers).await.is_err(), "it is open");
        says(&mut tx, &world, &theirs, "Second").await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn only_so_many_are_pinned_the_latest_first(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let mut all = Vec::new();
        for _ in 0..=pin::MOST {
            all.push(world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await);
            world.clock.advance(Duration::from_secs(1));
        }
        let (last, rest) = all.split_last().unwrap();
        let mut tx = world.store.begin().await.unwrap();
        for on in rest {
            let hers = view(&mut tx, on, &world.admin).await;
            world.clock.advance(Duration::from_secs(1));
            pin::set(&mut tx, world.now(), &hers).await.unwrap();
            pin::set(&mut tx, world.now(), &hers).await.unwrap();
        }
        let hers = view(&mut tx, last, &world.admin).await;
        assert_eq!(refused(pin::set(&mut tx, world.now(), &hers).await), "too-many-pins");
        let pinned: Vec<_> = pin::list(&mut tx, forum.id).await.unwrap().into_iter().map(|on| on.id).collect();
        let wanted: Vec<_> = rest.iter().rev().map(|on| on.id).collect();
        assert_eq!(pinned, wanted);
        let first = view(&mut tx, &rest[0], &world.admin).await;
        pin::lift(&mut tx, world.now(), &first).await.unwrap();
        assert!(pin::lift(&mut tx, world.now(), &first).await.is_err());
        pin::set(&mut tx, world.now(), &hers).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn a_ban_takes_words_and_opinions_and_leaves_the_vote(world: World) {
        let (forum, on) = world.vote().await;
        let (eve, ana) = (world.account("eve").await, world.account("ana").await);
        let mut tx = world.store.begin().await.unwrap();
        let (hers, theirs) = (view(&mut tx, &on, &eve).await, view(&mut tx, &on, &ana).await);
        let insult = says(&mut tx, &world, &hers, "Insults").await.unwrap();
        let fine = says(&mut tx, &world, &theirs, "Words").await.unwrap();
        let whom = actor::by_id(&mut tx, eve.actor_id).await.unwrap();
        let until = Some(world.now().plus(Duration::from_secs(3600)));
        let draft = Draft { reason: "Insults".into(), until, removes: true };
        let ban = ban::set(&mut tx, world.now(), &world.as_admin(), &forum, &whom, &draft).await.unwrap();
        let hidden = comment::by_id(&mut tx, insult.id).await.unwrap();
        assert_eq!((hidden.state, hidden.reason.as_deref()), (State::Hidden, Some("Insults")));
        assert_eq!(refused(says(&mut tx, &world, &hers, "More").await), "banned");
        let agrees = reaction::set(&mut tx, world.now(), &forum, &on, &hers.standing, &fine, Value::Agree).await;
        assert_eq!(refused(agrees), "banned");
        let listed = ban::list(&mut tx, &world.as_admin(), &forum, 10).await.unwrap();
        assert_eq!((listed.len(), listed[0].1.id), (1, whom.id));
        assert_eq!(refused(ban::list(&mut tx, &theirs.standing, &forum, 10).await), "not-allowed");
        assert_eq!(refused(ban::lift(&mut tx, world.now(), &theirs.standing, &forum, ban.id).await), "not-allowed");
        tx.commit().await.unwrap();
        world.casts(&forum, &on, &eve, &["for"]).await.unwrap();
        world.clock.advance(Duration::from_secs(3601));
        let mut tx = world.store.begin().await.unwrap();
        says(&mut tx, &world, &hers, "Sorry").await.unwrap();
        ban::lift(&mut tx, world.now(), &world.as_admin(), &forum, ban.id).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn reports_are_decided_by_those_who_moderate_there(world: World) {
        let (forum, on) = world.vote().await;
        let other = world.forum("autre", Visibility::Public).await;
        let (ana, mona, paul) = (world.account("ana").await, world.account("mona").await, world.account("paul").await);
        let mut tx = world.store.begin().await.unwrap();
        forum::give_role(&mut tx, world.now(), &world.as_admin(), &forum, &mona, Role::Moderator).await.unwrap();
        forum::give_role(&mut tx, world.now(), &world.as_admin(), &other, &paul, Role::Moderator).await.unwrap();
        let hers = view(&mut tx, &on, &ana).await;
        let said = says(&mut tx, &world, &hers, "Words").await.unwrap();
        let draft = |reason, text: &str| NewReport { reason, text: text.into(), forward: false };
        let wrong = report::file(&mut tx, world.now(), &hers, &said, "https://a.test/x", &draft(Reason::Other, " ")).await;
        assert_eq!(refused(wrong), "invalid");
        let nobody = View { standing: Standing::visitor(), ..hers.clone() };
        let wrong = report::file(&mut tx, world.now(), &nobody, &said, "https://a.test/x", &draft(Reason::Spam, "")).await;
        assert_eq!(refused(wrong), "not-signed-in");
        let filed = report::file(&mut tx, world.now(), &hers, &said, "https://a.test/x", &draft(Reason::Spam, "")).await.unwrap();
        let by = |account: &Account| Standing { account: Some(account.clone()), member: None };
        assert_eq!(report::desk(&mut tx, &by(&mona)).await.unwrap(), Some(vec![forum.id]));
        assert_eq!(report::desk(&mut tx, &world.as_admin()).await.unwrap(), None);
        assert_eq!(refused(report::desk(&mut tx, &by(&ana)).await), "not-allowed");
        let page = report::open_in(&mut tx, Some(&[forum.id]), Outcome::Open, None, 10).await.unwrap();
        assert_eq!(page, std::slice::from_ref(&filed));
        assert!(report::open_in(&mut tx, Some(&[other.id]), Outcome::Open, None, 10).await.unwrap().is_empty());
        let decide = Decision::Dismiss;
        assert!(report::decide(&mut tx, world.now(), &by(&paul), filed.id, decide, "Fine").await.is_err());
        assert_eq!(refused(report::decide(&mut tx, world.now(), &by(&mona), filed.id, decide, " ").await), "invalid");
        let decided = report::decide(&mut tx, world.now(), &by(&mona), filed.id, decide, "Fine").await.unwrap();
        assert_eq!((decided.state, decided.verdict.as_deref(), decided.decided_by), (Outcome::Dismissed, Some("Fine"), Some(mona.id)));
        let elsewhere = Target { uri: "https://a.test/u/x".into(), ..Target::default() };
        let reporter = actor::by_id(&mut tx, paul.actor_id).await.unwrap();
        for _ in 0..2 {
            let targets = vec![elsewhere.clone()];
            report::receive(&mut tx, world.now(), &reporter, "https://b.test/1", targets, "text").await.unwrap();
        }
        let open = report::open_in(&mut tx, None, Outcome::Open, None, 10).await.unwrap();
        assert_eq!(open.len(), 1, "the same activity reports once");
        let remove = report::decide(&mut tx, world.now(), &world.as_admin(), open[0].id, Decision::Remove, "Why").await;
        assert_eq!(refused(remove), "invalid", "only comments are removed");
        tx.commit().await.unwrap();
    }

    async fn hosts_and_domains_are_bounded_apart(world: World) {
        let (forum, on) = world.vote().await;
        let caps = Caps { host: 2, domain: 3 };
        for (name, host, fits) in [
            ("a", "one.b.example", true), ("b", "one.b.example", true), ("c", "one.b.example", false),
            ("d", "two.b.example", true), ("e", "three.b.example", false), ("f", "c.example", true),
        ] {
            let who = stranger(&world, name, host, "2020-01-01T00:00:00Z").await;
            let done = votes(&world, &forum, &on, &who, caps).await;
            match fits {
                true => done.unwrap(),
                false => assert_eq!(refused(done), "too-many-from-host", "{name}@{host}"),
            }
        }
        assert_eq!(world.tally(&on).await.0[&Tier::Open].voters, 4);
    }

    async fn an_administrator_sees_where_ballots_come_from_and_removes_stuffed_ones(world: World) {
        let (forum, on) = world.vote().await;
        let citizen = world.account("citizen").await;
        world.casts(&forum, &on, &citizen, &["for"]).await.unwrap();
        for (name, made) in [("old", "2020-01-01T00:00:00Z"), ("new", "2026-03-02T09:00:00Z"), ("odd", "?")] {
            let who = stranger(&world, name, "bots.example", made).await;
            votes(&world, &forum, &on, &who, Caps::default()).await.unwrap();
        }
        let mut tx = world.store.begin().await.unwrap();
        let (hers, theirs) = (view(&mut tx, &on, &world.admin).await, view(&mut tx, &on, &citizen).await);
        assert_eq!(refused(audit::origins(&mut tx, &theirs).await), "not-allowed");
        assert_eq!(refused(audit::voters(&mut tx, &theirs, &world.address, "bots.example", None, 9).await), "not-allowed");
        let origins = audit::origins(&mut tx, &hers).await.unwrap();
        let bots: Vec<_> = origins.iter().filter(|(origin, _)| origin.host.is_some()).collect();
        let ages: Vec<_> = bots.iter().map(|(origin, voters)| (origin.age, *voters)).collect();
        assert_eq!(ages, [(Age::Older, 1), (Age::Younger, 1), (Age::Unknown, 1)]);
        assert!(bots.iter().all(|(origin, _)| origin.domain() == Some("bots.example") && origin.tier == Tier::Open));
        assert_eq!(origins.iter().map(|(_, voters)| voters).sum::<i64>(), 4);
        let all = audit::voters(&mut tx, &hers, &world.address, "bots.example", None, 2).await.unwrap();
        let rest = audit::voters(&mut tx, &hers, &world.address, "bots.example", Some(all[1].ballot), 9).await.unwrap();
        assert_eq!((all.len(), rest.len()), (2, 1));
        let bot = all.iter().chain(&rest).find(|line| line.origin.age == Age::Younger).unwrap();
        let removed = removal::remove(&mut tx, world.now(), &hers, &world.address, &bot.voter, "A bot of bots.example");
        removed.await.unwrap();
        assert_eq!(audit::origins(&mut tx, &hers).await.unwrap().iter().map(|(_, voters)| voters).sum::<i64>(), 3);
        tx.commit().await.unwrap();
        assert_eq!(world.tally(&on).await.0[&Tier::Open].voters, 2);
    }

    async fn who_moved_changes_the_ballot_of_before(world: World) {
        let (forum, on) = world.vote().await;
        let old = stranger(&world, "old", "b.example", "2020-01-01T00:00:00Z").await;
        let new = stranger(&world, "new", "c.example", "2020-01-01T00:00:00Z").await;
        let newest = stranger(&world, "newest", "d.example", "2020-01-01T00:00:00Z").await;
        votes(&world, &forum, &on, &old, Caps::default()).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(relocation::voter(&mut tx, on.id, &new).await.unwrap(), new.id);
        relocation::note(&mut tx, world.now(), old.id, new.id).await.unwrap();
        assert_eq!(relocation::voter(&mut tx, on.id, &new).await.unwrap(), old.id);
        assert_eq!(relocation::voter(&mut tx, on.id, &old).await.unwrap(), old.id);
        relocation::note(&mut tx, world.now(), new.id, newest.id).await.unwrap();
        assert_eq!(relocation::voter(&mut tx, on.id, &newest).await.unwrap(), old.id, "also after two moves");
        tx.commit().await.unwrap();
        votes(&world, &forum, &on, &new, Caps::default()).await.unwrap();
        assert_eq!(world.tally(&on).await.0[&Tier::Open].voters, 1);
    }
}
