//! Comments, replies, agreement; who sees what; follows.

use std::time::Duration;

use model::both_databases;
use model::clock::Instant;
use model::debate::comment::{self, Draft, Remote, State, score, thread};
use model::debate::consultation::catalogue::{self, Catalogue, Mark};
use model::debate::consultation::{self, Sort};
use model::debate::forum::{self, Visibility};
use model::debate::reaction::{self, Value};
use model::error::Error;
use model::network::{activity, delivery, follow, sighting};
use model::people::actor;
use model::people::role::Standing;
use model::testing::{World, refused};
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3_600);

fn says(text: &str) -> Draft {
    Draft { text: text.into(), ..Draft::default() }
}

fn remote(uri: &str, html: &str) -> Remote {
    Remote {
        uri: uri.into(),
        url: None,
        html: html.into(),
        parent: None,
        language: None,
        published: Instant::from_microsecond(1),
        updated: None,
    }
}

both_databases! {
    async fn a_catalogue_is_turned_page_by_page(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let method = json!({"kind": "vote"});
        let mut made = Vec::new();
        for day in [5, 3, 9] {
            world.clock.advance(std::time::Duration::from_secs(60));
            let closes_at = Some(world.now().plus(std::time::Duration::from_secs(day * 86_400)));
            made.push(world.publish(&forum, consultation::Draft { closes_at, ..world.draft(&method) }).await.id);
        }
        let debate = consultation::Draft { closes_at: None, ..world.draft(&json!({"kind": "none"})) };
        made.push(world.publish(&forum, debate).await.id);
        let mut tx = world.store.begin().await.unwrap();
        let draft = consultation::create(&mut tx, world.now(), &world.as_admin(), &forum, world.draft(&method)).await.unwrap();
        tx.commit().await.unwrap();

        let mut conn = world.store.conn().await.unwrap();
        let states = consultation::State::ALL.to_vec();
        let mut all = Catalogue { forums: vec![forum.id], drafts: Vec::new(), states, sort: Sort::Newest };
        for (sort, order) in [(Sort::Newest, [3, 2, 1, 0]), (Sort::Closing, [1, 0, 2, 3])] {
            all.sort = sort;
            let (mut seen, mut mark) = (Vec::new(), None);
            while let Some(next) = catalogue::page(&mut conn, &all, mark, 1).await.unwrap().pop() {
                mark = Some(Mark::of(&next, sort));
                seen.push(next.id);
            }
            assert_eq!(seen, order.map(|at: usize| made[at]), "{sort:?}");
        }
        all.drafts = vec![forum.id];
        assert_eq!(catalogue::page(&mut conn, &all, None, 9).await.unwrap().len(), 5);
        all.states = vec![consultation::State::Draft];
        assert_eq!(catalogue::page(&mut conn, &all, None, 9).await.unwrap()[0].id, draft.id);
    }

    async fn a_comment_is_written_answered_edited_and_deleted(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.account("ana").await;
        let bea = world.account("bea").await;
        let (by, other) = (Standing { account: Some(ana.clone()), member: None }, Standing { account: Some(bea), member: None });
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        let first = comment::post(&mut tx, now, &forum, &vote, &by, &says("Bonjour **tous**")).await.unwrap();
        assert!(first.html.contains("<strong>tous</strong>"));
        assert!(actor::by_id(&mut tx, ana.actor_id).await.unwrap().published_at.is_some(), "public from the first comment on");
        let reply = Draft { parent: Some(first.id), ..says("Oui") };
        let reply = comment::post(&mut tx, now, &forum, &vote, &other, &reply).await.unwrap();
        assert_eq!(consultation::by_id(&mut tx, vote.id).await.unwrap().comment_count, 2);
        assert_eq!(refused(comment::edit(&mut tx, now, &forum, &vote, &other, &first, "Non").await), "not-allowed");
        let edited = comment::edit(&mut tx, now, &forum, &vote, &by, &first, "Bonsoir").await.unwrap();
        assert_eq!((edited.markdown.as_str(), edited.updated_at), ("Bonsoir", Some(now)));
        comment::delete(&mut tx, now, &forum, &by, &first, None).await.unwrap();
        let gone = comment::by_id(&mut tx, first.id).await.unwrap();
        assert_eq!((gone.state, gone.markdown.as_str()), (State::Deleted, ""));
        assert_eq!(consultation::by_id(&mut tx, vote.id).await.unwrap().comment_count, 1);
        let late = Draft { parent: Some(gone.id), ..says("Ah") };
        assert_eq!(refused(comment::post(&mut tx, now, &forum, &vote, &by, &late).await), "parent-elsewhere");
        assert_eq!(refused(comment::delete(&mut tx, now, &forum, &by, &reply, Some("x")).await), "not-allowed");
        assert_eq!(refused(comment::delete(&mut tx, now, &forum, &world.as_admin(), &reply, None).await), "invalid");
        comment::delete(&mut tx, now, &forum, &world.as_admin(), &reply, Some("Hors sujet")).await.unwrap();
        assert_eq!(comment::by_id(&mut tx, reply.id).await.unwrap().state, State::Hidden);
    }

    async fn a_thread_is_as_deep_as_people_go_and_shown_four_levels_at_a_time(world: World) {
        let (forum, vote) = world.vote().await;
        let by = Standing { account: Some(world.account("ana").await), member: None };
        let mut tx = world.store.begin().await.unwrap();
        let mut chain: Vec<comment::Comment> = Vec::new();
        for level in 0..8 {
            let draft = Draft { parent: chain.last().map(|it| it.id), ..says(&level.to_string()) };
            chain.push(comment::post(&mut tx, world.now(), &forum, &vote, &by, &draft).await.unwrap());
        }
        let below = thread::replies(&mut tx, &[chain[0].id]).await.unwrap();
        let texts = |all: &[(comment::Comment, actor::Actor)]| all.iter().map(|(c, _)| c.markdown.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&below), ["1", "2", "3", "4"]);
        assert_eq!(below[3].0.replies, 1, "and it says that there is more");
        assert_eq!(thread::top_of(&mut tx, chain[3].clone()).await.unwrap().id, chain[0].id);
        let top = thread::top_of(&mut tx, chain[7].clone()).await.unwrap();
        assert_eq!(top.id, chain[4].id);
        assert_eq!(texts(&thread::replies(&mut tx, &[top.id]).await.unwrap()), ["5", "6", "7"]);
    }

    async fn comments_have_their_refusals(world: World) {
        let (forum, vote) = world.vote().await;
        let closed = world.forum("conseil", Visibility::Closed).await;
        let inside = world.publish(&closed, world.draft(&json!({"kind": "none"}))).await;
        let ana = world.account("ana").await;
        let by = Standing { account: Some(ana), member: None };
        let bob = world.stranger("bob", "m.test").await;
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        assert_eq!(refused(comment::post(&mut tx, now, &forum, &vote, &Standing::visitor(), &says("x")).await), "not-signed-in");
        assert_eq!(refused(comment::post(&mut tx, now, &forum, &vote, &by, &says("  ")).await), "invalid");
        assert_eq!(refused(comment::post(&mut tx, now, &forum, &vote, &by, &says(&"x".repeat(5001))).await), "too-long");
        assert_eq!(refused(comment::post(&mut tx, now, &closed, &inside, &by, &says("x")).await), "not-allowed");
        let there = comment::receive(&mut tx, now, &closed, &inside, bob.id, &remote("https://m.test/1", "<p>x</p>")).await;
        assert_eq!(refused(there), "not-eligible");
        let about = |anchor: String| Draft { article: Some(anchor), ..says("x") };
        for anchor in ["", "a2", "A1"] {
            let it = comment::post(&mut tx, now, &forum, &vote, &by, &about(anchor.to_owned())).await;
            assert_eq!(refused(it), "unknown-article", "{anchor}");
        }
        let it = comment::post(&mut tx, now, &forum, &vote, &by, &about("a1".to_owned())).await.unwrap();
        assert_eq!(it.article.as_deref(), Some("a1"));
        let it = comment::post(&mut tx, now, &forum, &vote, &by, &says("x")).await.unwrap();
        let long = "x".repeat(501);
        assert_eq!(refused(comment::delete(&mut tx, now, &forum, &world.as_admin(), &it, Some(&long)).await), "invalid");
        let after = vote.closes_at.unwrap();
        assert_eq!(refused(comment::post(&mut tx, after, &forum, &vote, &by, &says("x")).await), "closed");
    }

    async fn a_comment_from_elsewhere_is_cleaned_kept_once_and_changed_by_its_author_alone(world: World) {
        let (forum, vote) = world.vote().await;
        let bob = world.stranger("bob", "m.test").await;
        let eve = world.stranger("eve", "e.test").await;
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        let note = remote("https://m.test/1", "<p>Hi<script>x</script></p>");
        let first = comment::receive(&mut tx, now, &forum, &vote, bob.id, &note).await.unwrap();
        assert_eq!((first.html.as_str(), first.markdown.as_str()), ("<p>Hi</p>", "Hi"));
        let again = comment::receive(&mut tx, now, &forum, &vote, bob.id, &note).await.unwrap();
        assert_eq!(again.id, first.id);
        assert_eq!(refused(comment::revise(&mut tx, now, eve.id, &first, "<p>Evil</p>", None).await), "not-allowed");
        assert_eq!(refused(comment::retract(&mut tx, now, eve.id, &first).await), "not-allowed");
        let late = comment::revise(&mut tx, now, bob.id, &first, "<p>Ho</p>", Some(now.minus(HOUR))).await.unwrap();
        assert_eq!((late.markdown.as_str(), late.updated_at), ("Ho", Some(now.minus(HOUR))));
        let earlier = Some(now.minus(2 * HOUR));
        assert_eq!(refused(comment::revise(&mut tx, now, bob.id, &late, "<p>Hu</p>", earlier).await), "outdated");
        let to_come = Some(now.plus(HOUR));
        let latest = comment::revise(&mut tx, now, bob.id, &late, "<p>Ha</p>", to_come).await.unwrap();
        assert_eq!(latest.updated_at, Some(now), "no later than now");
        comment::retract(&mut tx, now, bob.id, &first).await.unwrap();
        assert_eq!(comment::by_uri(&mut tx, "https://m.test/1").await.unwrap().unwrap().state, State::Deleted);
    }

    async fn agreement_is_counted_as_it_changes(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.account("ana").await;
        let bob = world.stranger("bob", "m.test").await;
        let by = Standing { account: Some(ana.clone()), member: None };
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        let it = comment::post(&mut tx, now, &forum, &vote, &by, &says("Oui")).await.unwrap();
        reaction::set(&mut tx, now, &forum, &vote, &by, &it, Value::Agree).await.unwrap();
        reaction::set(&mut tx, now, &forum, &vote, &by, &it, Value::Disagree).await.unwrap();
        reaction::receive(&mut tx, now, &forum, &vote, bob.id, &it, Value::Agree, "https://m.test/like/1").await.unwrap();
        let counts = |c: &comment::Comment| (c.agrees, c.disagrees, c.passes);
        assert_eq!(counts(&comment::by_id(&mut tx, it.id).await.unwrap()), (1, 1, 0));
        assert_eq!(reaction::by_uri(&mut tx, bob.id, "https://m.test/like/1").await.unwrap().unwrap().id, it.id);
        assert!(reaction::clear(&mut tx, now, &vote, &it, bob.id).await.unwrap());
        assert!(!reaction::clear(&mut tx, now, &vote, &it, bob.id).await.unwrap());
        reaction::set(&mut tx, now, &forum, &vote, &by, &it, Value::Pass).await.unwrap();
        assert_eq!(counts(&comment::by_id(&mut tx, it.id).await.unwrap()), (0, 0, 1));
    }

    async fn comments_written_before_there_were_scores_get_theirs_at_the_next_start(world: World) {
        let (forum, vote) = world.vote().await;
        let by = Standing { account: Some(world.account("ana").await), member: None };
        let bob = world.stranger("bob", "m.test").await;
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        let it = comment::post(&mut tx, now, &forum, &vote, &by, &says("Oui")).await.unwrap();
        let quiet = comment::post(&mut tx, now, &forum, &vote, &by, &says("Non")).await.unwrap();
        reaction::set(&mut tx, now, &forum, &vote, &by, &it, Value::Agree).await.unwrap();
        reaction::receive(&mut tx, now, &forum, &vote, bob.id, &it, Value::Disagree, "https://m.test/like/1").await.unwrap();
        let scored = comment::by_id(&mut tx, it.id).await.unwrap();
        assert_eq!((scored.agreement, scored.division), (score::agreement(1, 1), score::division(1, 1)));
        tx.commit().await.unwrap();
        model::testing::forget_scores(&world.store).await;
        assert_eq!(comment::by_id(&mut world.store.conn().await.unwrap(), it.id).await.unwrap().agreement, -1);
        model::data::upkeep::run(&world.store).await.unwrap();
        let mut conn = world.store.conn().await.unwrap();
        assert_eq!(comment::by_id(&mut conn, it.id).await.unwrap(), scored);
        assert_eq!(comment::by_id(&mut conn, quiet.id).await.unwrap().agreement, 0);
    }

    async fn drafts_are_there_for_authors_alone(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let ana = world.account("ana").await;
        let mut tx = world.store.begin().await.unwrap();
        let draft = consultation::create(&mut tx, world.now(), &world.as_admin(), &forum, world.draft(&json!({"kind": "vote"}))).await.unwrap();
        assert!(matches!(consultation::view(&mut tx, &draft.slug, Some(&ana)).await, Err(Error::NotFound)));
        assert!(matches!(consultation::view(&mut tx, &draft.slug, None).await, Err(Error::NotFound)));
        assert!(consultation::view(&mut tx, &draft.slug, Some(&world.admin)).await.is_ok());
        consultation::delete(&mut tx, world.now(), &world.as_admin(), &forum, &draft).await.unwrap();
        assert!(matches!(consultation::by_id(&mut tx, draft.id).await, Err(Error::NotFound)));
    }

    async fn followers_are_heard_of_once_per_shared_inbox(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let bob = world.stranger("bob", "m.test").await;
        let eva = world.stranger("eva", "m.test").await;
        let mut tx = world.store.begin().await.unwrap();
        let group = actor::by_id(&mut tx, forum.actor_id).await.unwrap();
        for who in [&bob, &eva, &bob] {
            follow::accept(&mut tx, world.now(), who, &group, &format!("https://m.test/follow/{}", who.name)).await.unwrap();
        }
        assert_eq!(follow::count(&mut tx, group.id).await.unwrap(), 2);
        let inboxes = follow::inboxes(&mut tx, group.id).await.unwrap();
        assert_eq!(inboxes, ["https://m.test/inbox"]);
        activity::send(&mut tx, world.now(), group.id, "https://a.test/x", "{}", &inboxes).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(delivery::waiting(&mut world.store.conn().await.unwrap()).await.unwrap(), 1);
        let mut tx = world.store.begin().await.unwrap();
        follow::end(&mut tx, bob.id, group.id).await.unwrap();
        assert_eq!(follow::count(&mut tx, group.id).await.unwrap(), 1);
        assert!(sighting::first(&mut tx, world.now(), "https://m.test/a").await.unwrap());
        assert!(!sighting::first(&mut tx, world.now(), "https://m.test/a").await.unwrap());
    }

    async fn a_forum_keeps_its_privacy(world: World) {
        let public = world.forum("mobilite", Visibility::Public).await;
        let draft = forum::Draft { slug: "mobilite".into(), title: "T".into(), summary: String::new(), visibility: Visibility::Private, language: "fr".into() };
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(forum::edit(&mut tx, world.now(), &world.as_admin(), &public, &draft).await), "invalid");
        let closed = forum::Draft { visibility: Visibility::Closed, ..draft };
        assert_eq!(forum::edit(&mut tx, world.now(), &world.as_admin(), &public, &closed).await.unwrap().visibility, Visibility::Closed);
        assert_eq!(refused(forum::create(&mut tx, world.now(), &world.as_admin(), &closed).await), "invalid");
    }
}
