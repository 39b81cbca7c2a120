//! Ballots, their events and the tally; opening and closing; who sees results.

use std::time::Duration;

use model::both_databases;
use model::clock::Instant;
use model::count::ballot::{self, Source, Voter};
use model::count::electorate::{Electorate, Tier};
use model::count::sequence;
use model::count::tally::{self, Results, Viewer};
use model::debate::consultation::{self, Phase};
use model::debate::forum::{self, Visibility};
use model::error::Error;
use model::testing::{World, refused};
use serde_json::json;

const WEEK: Duration = Duration::from_secs(7 * 86_400);

fn count(counts: &tally::Counts, tier: Tier, choice: &str) -> i64 {
    counts.0.get(&tier).and_then(|c| c.choices.get(choice)).copied().unwrap_or(0)
}

fn source(uri: &str, published: i64, adds: bool) -> Source {
    Source { uri: uri.into(), published: Some(Instant::from_microsecond(published)), adds, ..Source::default() }
}

both_databases! {
    async fn what_was_read_before_is_judged_as_it_stands_now(world: World) {
        let (forum, by) = (world.forum("rue", Visibility::Public).await, world.as_admin());
        let mut tx = world.store.begin().await.unwrap();
        let draft = world.draft(&json!({"kind": "vote"}));
        let read = consultation::create(&mut tx, world.now(), &by, &forum, draft.clone()).await.unwrap();
        consultation::publish(&mut tx, world.now(), &by, &forum, &read).await.unwrap();
        tx.commit().await.unwrap();
        let ana = world.account("ana").await;
        world.casts(&forum, &world.again(&read).await, &ana, &["for"]).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(consultation::publish(&mut tx, world.now(), &by, &forum, &read).await), "already-published");
        assert_eq!(refused(consultation::delete(&mut tx, world.now(), &by, &forum, &read).await), "locked");
        let retitled = consultation::Draft { title: "Autre titre".into(), ..draft };
        assert_eq!(refused(consultation::edit(&mut tx, world.now(), &by, &forum, &read, retitled).await), "locked");
    }

    async fn a_text_takes_a_hundred_versions(world: World) {
        let (forum, vote) = world.vote().await;
        let (by, mut tx) = (world.as_admin(), world.store.begin().await.unwrap());
        let mut on = vote;
        for version in 2..=101 {
            let draft = consultation::Draft { text: format!("Version {version}"), ..world.draft(&json!({"kind": "vote"})) };
            match consultation::edit(&mut tx, world.now(), &by, &forum, &on, draft).await {
                Ok(edited) => on = edited,
                refusal => {
                    assert_eq!((refused(refusal), version), ("invalid", 101));
                    assert_eq!(on.text_version, 100);
                }
            }
        }
        assert_eq!(on.text_version, 100);
    }

    async fn a_ballot_is_cast_changed_withdrawn_and_cast_again(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.account("ana").await;
        let first = world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
        assert_eq!((first.revision, first.tier, first.choice.clone()), (1, Tier::Member, vec!["for".to_owned()]));
        assert_eq!(count(&world.tally(&vote).await, Tier::Member, "for"), 1);
        let second = world.casts(&forum, &vote, &ana, &["Contre"]).await.unwrap();
        assert_eq!((second.ballot, second.revision), (first.ballot, 2));
        assert_eq!(count(&world.tally(&vote).await, Tier::Member, "against"), 1);
        let mut tx = world.store.begin().await.unwrap();
        ballot::withdraw(&mut tx, world.now(), &vote, ana.actor_id).await.unwrap();
        assert!(ballot::standing(&mut tx, vote.id, ana.actor_id).await.unwrap().is_none());
        tx.commit().await.unwrap();
        assert!(world.tally(&vote).await.0.is_empty());
        let mut tx = world.store.begin().await.unwrap();
        assert!(matches!(ballot::withdraw(&mut tx, world.now(), &vote, ana.actor_id).await, Err(Error::NotFound)));
        drop(tx);
        world.casts(&forum, &vote, &ana, &["neutral"]).await.unwrap();
        assert_eq!(count(&world.tally(&vote).await, Tier::Member, "neutral"), 1);
        let mut conn = world.store.conn().await.unwrap();
        assert_eq!(tally::of(&mut conn, &vote).await.unwrap().size, 4);
    }

    async fn each_refusal_has_its_code_and_writes_nothing(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let ana = world.account("ana").await;
        let mut later = world.draft(&json!({"kind": "vote"}));
        later.opens_at = Some(world.now().plus(Duration::from_secs(60)));
        let later = world.publish(&forum, later).await;
        let vote = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
        let debate = world.publish(&forum, world.draft(&json!({"kind": "none"}))).await;
        let mut fixed = world.draft(&json!({"kind": "vote"}));
        fixed.changeable = false;
        let fixed = world.publish(&forum, fixed).await;
        assert_eq!(refused(world.casts(&forum, &later, &ana, &["for"]).await), "not-open-yet");
        assert_eq!(refused(world.casts(&forum, &debate, &ana, &["for"]).await), "wrong-method");
        assert_eq!(refused(world.casts(&forum, &vote, &ana, &["o1"]).await), "unknown-choice");
        assert_eq!(refused(world.casts(&forum, &vote, &ana, &[]).await), "nothing-chosen");
        assert_eq!(refused(world.casts(&forum, &vote, &ana, &["for", "against"]).await), "too-many-choices");
        world.casts(&forum, &fixed, &ana, &["for"]).await.unwrap();
        assert_eq!(refused(world.casts(&forum, &fixed, &ana, &["against"]).await), "already-voted");
        world.clock.advance(WEEK);
        assert_eq!(refused(world.casts(&forum, &vote, &ana, &["for"]).await), "closed");
        assert!(world.tally(&vote).await.0.is_empty());
    }

    async fn the_clock_opens_and_closes_and_the_last_count_is_final(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let ana = world.account("ana").await;
        let mut draft = world.draft(&json!({"kind": "poll", "options": ["Nord", "Sud"], "multiple": true}));
        draft.opens_at = Some(world.now().plus(Duration::from_secs(3600)));
        let poll = world.publish(&forum, draft).await;
        assert_eq!(poll.phase(world.now()), Phase::Scheduled);
        world.passes(Duration::from_secs(3600)).await;
        let poll = world.again(&poll).await;
        assert_eq!((poll.phase(world.now()), poll.opened_at), (Phase::Open, Some(world.now())));
        world.casts(&forum, &poll, &ana, &["Sud", "o1"]).await.unwrap();
        world.passes(WEEK).await;
        let closed = world.again(&poll).await;
        assert_eq!(closed.closed_at, Some(world.now()));
        let mut conn = world.store.conn().await.unwrap();
        let results = tally::results(&mut conn, &closed, world.now(), Viewer::Anybody).await.unwrap();
        assert!(results.visible && results.is_final);
        let member = &results.tiers.unwrap()[&Tier::Member];
        assert_eq!((member.voters, member.choices.iter().map(|c| c.count).collect::<Vec<_>>()), (1, vec![1, 1]));
    }

    async fn results_show_to_those_who_may_see_them(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        for (results, anybody, voter) in [(Results::Live, true, true), (Results::AfterVote, false, true), (Results::AfterClose, false, false)] {
            let mut draft = world.draft(&json!({"kind": "vote"}));
            draft.results = results;
            let it = world.publish(&forum, draft).await;
            let closing = it.closes_at.unwrap();
            assert_eq!(tally::visible(&it, world.now(), Viewer::Anybody), anybody, "{results}");
            assert_eq!(tally::visible(&it, world.now(), Viewer::Voter), voter, "{results}");
            assert!(tally::visible(&it, closing, Viewer::Anybody), "{results}");
            let mut conn = world.store.conn().await.unwrap();
            let hidden = tally::results(&mut conn, &it, world.now(), Viewer::Anybody).await.unwrap();
            let json = serde_json::to_value(&hidden).unwrap();
            assert_eq!(json.get("tiers").is_some(), anybody);
            assert_eq!(json.get("log").is_some(), anybody);
        }
    }

    async fn ballots_from_elsewhere_count_once_in_their_own_tier(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.account("ana").await;
        let bob = world.stranger("bob", "m.test").await;
        world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
        let words = |w: &str| vec![w.to_owned()];
        let mut tx = world.store.begin().await.unwrap();
        let voter = Voter::elsewhere(&mut tx, &vote, &forum, &bob).await.unwrap();
        let now = world.now();
        ballot::receive(&mut tx, now, &vote, voter, &words("Contre"), &source("https://m.test/1", 10, true)).await.unwrap();
        // The same activity again, whatever it now says, is answered the same.
        let same = ballot::receive(&mut tx, now, &vote, voter, &words("Pour"), &source("https://m.test/1", 10, true)).await.unwrap();
        assert_eq!((same.choice, same.revision), (words("against"), 1));
        // A second Note of Mastodon's on a single choice.
        let second = ballot::receive(&mut tx, now, &vote, voter, &words("Pour"), &source("https://m.test/2", 11, true)).await;
        assert_eq!(refused(second), "already-voted");
        // Palabre's own form replaces, if it is later.
        let early = ballot::receive(&mut tx, now, &vote, voter, &words("for"), &source("https://m.test/3", 10, false)).await;
        assert_eq!(refused(early), "superseded");
        ballot::receive(&mut tx, now, &vote, voter, &words("for"), &source("https://m.test/4", 12, false)).await.unwrap();
        tx.commit().await.unwrap();
        let counts = world.tally(&vote).await;
        assert_eq!((count(&counts, Tier::Member, "for"), count(&counts, Tier::Open, "for")), (1, 1));
        let mut tx = world.store.begin().await.unwrap();
        assert!(!ballot::take_back(&mut tx, now, &vote, ana.actor_id, "https://m.test/4").await.unwrap(), "somebody else's");
        assert!(ballot::take_back(&mut tx, now, &vote, bob.id, "https://m.test/4").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(count(&world.tally(&vote).await, Tier::Open, "for"), 0);
    }

    async fn each_note_adds_a_choice_where_several_may_be_chosen(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let poll = world.publish(&forum, world.draft(&json!({"kind": "poll", "options": ["A", "B", "C"], "multiple": true, "max": 2}))).await;
        let bob = world.stranger("bob", "m.test").await;
        let mut tx = world.store.begin().await.unwrap();
        let voter = Voter::elsewhere(&mut tx, &poll, &forum, &bob).await.unwrap();
        for (uri, option, expected) in [("https://m.test/1", "A", Ok(1)), ("https://m.test/2", "C", Ok(2)), ("https://m.test/3", "B", Err("too-many-choices"))] {
            let got = ballot::receive(&mut tx, world.now(), &poll, voter, &[option.to_owned()], &source(uri, 1, true)).await;
            match expected {
                Ok(n) => assert_eq!(got.unwrap().choice.len(), n),
                Err(code) => assert_eq!(refused(got), code),
            }
        }
        tx.commit().await.unwrap();
        assert_eq!(world.tally(&poll).await.0[&Tier::Open].voters, 1);
    }

    async fn the_electorate_decides_the_tier(world: World) {
        let closed = world.forum("conseil", Visibility::Closed).await;
        let public = world.forum("mobilite", Visibility::Public).await;
        let ana = world.account("ana").await;
        let bob = world.stranger("bob", "m.test").await;
        let inside = world.publish(&closed, world.draft(&json!({"kind": "vote"}))).await;
        assert_eq!(refused(world.casts(&closed, &inside, &ana, &["for"]).await), "not-allowed");
        assert_eq!(refused(Voter::elsewhere(&mut world.store.conn().await.unwrap(), &inside, &closed, &bob).await), "not-eligible");
        let mut draft = world.draft(&json!({"kind": "vote"}));
        draft.electorate = Electorate::of(vec![Tier::Open], Tier::Open);
        let open = world.publish(&public, draft).await;
        assert_eq!(world.casts(&public, &open, &ana, &["for"]).await.unwrap().tier, Tier::Open);
        let mut draft = world.draft(&json!({"kind": "vote"}));
        draft.electorate = Electorate::of(vec![Tier::Member], Tier::Member);
        let ours = world.publish(&public, draft).await;
        assert_eq!(refused(Voter::elsewhere(&mut world.store.conn().await.unwrap(), &ours, &public, &bob).await), "not-eligible");
    }

    async fn a_refused_ballot_is_kept_and_its_voter_told_once(world: World) {
        let (_, vote) = world.vote().await;
        let bob = world.stranger("bob", "m.test").await;
        let mut tx = world.store.begin().await.unwrap();
        let before = model::job::depth(&mut tx).await.unwrap().0;
        for uri in ["https://m.test/1", "https://m.test/1", "https://m.test/2"] {
            ballot::refuse(&mut tx, world.now(), &vote, bob.id, uri, &model::error::Refusal::UnknownChoice).await.unwrap();
        }
        assert_eq!(model::job::depth(&mut tx).await.unwrap().0, before + 1);
    }

    async fn many_voters_at_once_each_count_once(world: World) {
        let (forum, vote) = world.vote().await;
        let mut voters = Vec::new();
        for n in 0..12 {
            voters.push(world.account(&format!("voter{n}")).await);
        }
        let world = std::sync::Arc::new(world);
        let mut tasks = tokio::task::JoinSet::new();
        for round in 0..3 {
            for (n, voter) in voters.iter().enumerate() {
                let (here, forum, vote, voter) = (world.clone(), forum.clone(), vote.clone(), voter.clone());
                tasks.spawn(async move {
                    let choice = ["for", "neutral", "against"][(n + round) % 3];
                    here.casts(&forum, &vote, &voter, &[choice]).await.map(drop)
                });
                // Now and then a sequencer runs between the voters.
                if tasks.len().is_multiple_of(5) {
                    let world = world.clone();
                    tasks.spawn(async move { sequence::sweep(&world.store, world.now(), Duration::ZERO).await.map(drop) });
                }
            }
        }
        let results = tasks.join_all().await;
        // Two sequencers may meet: the slower one leaves nothing behind. No ballot is lost to it.
        let lost = results.iter().filter(|r| matches!(r, Err(Error::Store(e)) if !e.to_string().contains("another sequencer"))).count();
        assert_eq!(lost, 0, "{results:?}");
        assert_eq!(world.tally(&vote).await.0[&Tier::Member].voters, 12);
    }

    async fn what_locks_after_the_first_ballot_says_what_to_do_instead(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.account("ana").await;
        let by = world.as_admin();
        let mut tx = world.store.begin().await.unwrap();
        let text = model::debate::text::version(&mut tx, vote.id, 1).await.unwrap();
        let same = consultation::Draft::of(&vote, &text.markdown);
        let longer = consultation::Draft { closes_at: Some(vote.closes_at.unwrap().plus(WEEK)), ..same.clone() };
        assert_eq!(refused(consultation::edit(&mut tx, world.now(), &by, &forum, &vote, longer).await), "locked");
        let poll = consultation::Draft { method: serde_json::from_value(json!({"kind": "poll", "options": ["A", "B"]})).unwrap(), ..same.clone() };
        assert!(consultation::edit(&mut tx, world.now(), &by, &forum, &vote, poll.clone()).await.is_ok());
        drop(tx);
        world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
        let vote = world.again(&vote).await;
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(consultation::edit(&mut tx, world.now(), &by, &forum, &vote, poll).await), "locked");
        let retitled = consultation::Draft { title: "Autre titre".into(), ..same.clone() };
        assert_eq!(refused(consultation::edit(&mut tx, world.now(), &by, &forum, &vote, retitled).await), "locked");
        let reworded = consultation::Draft { text: "Autre texte".into(), ..same.clone() };
        assert_eq!(refused(consultation::edit(&mut tx, world.now(), &by, &forum, &vote, reworded).await), "locked");
        let shorter = consultation::Draft { summary: "En bref".into(), ..same };
        let it = consultation::edit(&mut tx, world.now(), &by, &forum, &vote, shorter).await.unwrap();
        assert_eq!((it.text_version, it.edited_at), (1, Some(world.now())));
        assert_eq!(refused(consultation::delete(&mut tx, world.now(), &by, &forum, &it).await), "locked");
        assert!(consultation::close(&mut tx, world.now(), &by, &forum, &it).await.is_ok());
        let it = consultation::by_id(&mut tx, it.id).await.unwrap();
        let late = consultation::Draft { summary: "Après coup".into(), ..consultation::Draft::of(&it, "Autre texte") };
        assert_eq!(refused(consultation::edit(&mut tx, world.now(), &by, &forum, &it, late).await), "locked");
        assert_eq!(refused(consultation::close(&mut tx, world.now(), &by, &forum, &it).await), "already-closed");
        assert_eq!(refused(consultation::publish(&mut tx, world.now(), &by, &forum, &it).await), "already-published");
    }

    async fn what_an_author_forgets_is_named_field_by_field(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let by = world.as_admin();
        let base = world.draft(&json!({"kind": "vote"}));
        let past = Some(world.now().minus(WEEK));
        let wrong = [
            ("title", consultation::Draft { title: " ".into(), ..base.clone() }),
            ("text", consultation::Draft { text: String::new(), ..base.clone() }),
            ("summary", consultation::Draft { summary: "x".repeat(501), ..base.clone() }),
            ("closes_at", consultation::Draft { closes_at: None, ..base.clone() }),
            ("closes_at", consultation::Draft { closes_at: past, ..base.clone() }),
            ("answer_by", consultation::Draft { answer_by: past, ..base.clone() }),
            ("language", consultation::Draft { language: "français".into(), ..base.clone() }),
            ("tags", consultation::Draft { tags: vec!["a b".into()], ..base.clone() }),
            ("method.options", consultation::Draft { method: serde_json::from_value(json!({"kind": "poll", "options": ["A"]})).unwrap(), ..base.clone() }),
            ("electorate.official", consultation::Draft { electorate: Electorate::of(vec![Tier::Open], Tier::Member), ..base.clone() }),
        ];
        for (field, draft) in wrong {
            let mut tx = world.store.begin().await.unwrap();
            match consultation::create(&mut tx, world.now(), &by, &forum, draft).await {
                Err(Error::Refused(model::error::Refusal::Invalid(fields))) => assert_eq!(fields[0].field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
        let visitor = forum::standing(&mut world.store.conn().await.unwrap(), &forum, None).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(consultation::create(&mut tx, world.now(), &visitor, &forum, base).await), "not-signed-in");
    }
}
