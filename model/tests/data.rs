//! Conversations in and out.

use std::collections::BTreeMap;

use model::both_databases;
use model::data::export::{self, Table};
use model::data::import_polis::{self, Imported};
use model::debate::comment::{self, State};
use model::debate::consultation::{self, Phase};
use model::debate::forum::{Forum, Visibility};
use model::job;
use model::testing::{World, refused};

const SUMMARY: &str = "topic,Trees?\nurl,https://pol.is/1\n";
const COMMENTS: &str = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n\
    1500000001000,x,7,1,9,9,1,\"=Plant, *them*\"\n1500000000000,x,3,2,0,0,-1,Cut them\n1500000002000,x,4,2,0,0,0,Wait\n";
const VOTES: &str = "timestamp,datetime,comment-id,voter-id,vote\n\
    1500000003000,x,7,1,1\n1500000003000,x,7,2,1\n1500000004000,x,7,2,-1\n1500000003000,x,3,5,0\n1500000003000,x,4,5,-1\n";

async fn imports(world: &World, forum: &Forum, open: bool) -> Imported {
    let read = import_polis::read_from(SUMMARY.as_bytes(), COMMENTS.as_bytes(), VOTES.as_bytes()).unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let mut told = (0, 0);
    let imported =
        import_polis::import(&mut tx, world.now(), &world.address, forum, &read, open, |done, of| told = (done, of));
    let imported = imported.await.unwrap();
    assert_eq!(told, (10, 10), "three participants, three statements, four votes");
    tx.commit().await.unwrap();
    imported
}

async fn file(world: &World, slug: &str, table: Table, moderator: bool) -> model::error::Result<String> {
    let mut conn = world.store.conn().await?;
    let on = consultation::by_slug(&mut conn, slug).await?;
    let mut pages = export::pages(&mut conn, world.now(), &world.address, on, table, moderator).await?;
    let mut bytes = Vec::new();
    while let Some(some) = pages.next(&mut conn).await? {
        bytes.extend(some);
    }
    Ok(String::from_utf8(bytes).unwrap())
}

fn rows(file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

both_databases! {
    async fn a_conversation_comes_in_with_its_dates_and_counts(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let imported = imports(&world, &forum, false).await;
        assert_eq!((imported.statements, imported.participants, imported.votes), (3, 3, 4));
        let mut conn = world.store.conn().await.unwrap();
        let on = consultation::by_slug(&mut conn, &imported.slug).await.unwrap();
        assert_eq!((on.phase(world.now()), on.comment_count), (Phase::Closed, 2));
        assert_eq!(on.published_at.unwrap().as_second(), 1_500_000_000);
        let all = comment::list(&mut conn, on.id, None, 10).await.unwrap();
        let told: Vec<_> = all.iter().map(|(c, a)| (c.state, c.agrees, c.disagrees, c.passes, a.name.as_str())).collect();
        assert_eq!(told, [
            (State::Hidden, 0, 0, 1, "participant-2"),
            (State::Visible, 1, 1, 0, "participant-1"),
            (State::Visible, 0, 1, 0, "participant-2"),
        ]);
        assert_eq!(all[1].0.html, "<p>=Plant, *them*</p>", "plain text means itself");
        assert_eq!(job::depth(&mut conn).await.unwrap().0, 0, "nothing is announced, nobody mailed");
        assert_eq!(world.again(&imported_open(&world).await).await.phase(world.now()), Phase::Open);
    }

    async fn a_conversation_goes_out_as_it_came(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let slug = imports(&world, &forum, false).await.slug;
        let votes = rows(&file(&world, &slug, Table::PolisVotes, false).await.unwrap());
        let told: Vec<_> = votes.iter().map(|v| (&*v["timestamp"], &*v["comment-id"], &*v["voter-id"], &*v["vote"])).collect();
        assert_eq!(told, [
            ("1500000003000", "3", "5", "0"),
            ("1500000003000", "7", "1", "1"),
            ("1500000004000", "7", "2", "-1"),
            ("1500000003000", "4", "5", "-1"),
        ]);
        let public = rows(&file(&world, &slug, Table::PolisComments, false).await.unwrap());
        let told: Vec<_> = public.iter().map(|c| (&*c["comment-id"], &*c["moderated"], &*c["comment-body"])).collect();
        assert_eq!(told, [("3", "-1", ""), ("7", "1", "'=Plant, *them*"), ("4", "0", "Wait")]);
        let moderators = rows(&file(&world, &slug, Table::PolisComments, true).await.unwrap());
        assert_eq!(moderators[0]["comment-body"], "Cut them");
        assert_eq!(rows(&file(&world, &slug, Table::Comments, true).await.unwrap()).len(), 2, "hidden ones are left out");
    }

    async fn nothing_is_imported_from_nothing(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let header = COMMENTS.lines().next().unwrap();
        let read = import_polis::read_from(SUMMARY.as_bytes(), header.as_bytes(), VOTES.lines().next().unwrap().as_bytes()).unwrap();
        let mut tx = world.store.begin().await.unwrap();
        let done = import_polis::import(&mut tx, world.now(), &world.address, &forum, &read, false, |_, _| {}).await;
        assert_eq!(refused(done), "empty-import");
    }

    async fn ballots_go_out_under_pseudonyms_and_results_by_tier(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let draft = model::debate::consultation::Draft {
            results: model::count::tally::Results::Live,
            ..world.draft(&serde_json::json!({"kind": "vote"}))
        };
        let on = world.publish(&forum, draft).await;
        for (name, choice) in [("ben", "for"), ("eve", "against"), ("zoe", "for")] {
            world.casts(&forum, &on, &world.account(name).await, &[choice]).await.unwrap();
        }
        world.tally(&on).await;
        let ballots = file(&world, &on.slug, Table::Ballots, true).await.unwrap();
        assert!(!ballots.contains("ben") && !ballots.contains("eve"), "{ballots}");
        let mut chosen: Vec<_> = rows(&ballots).into_iter().map(|row| row["choice"].clone()).collect();
        chosen.sort();
        assert_eq!(chosen, ["against", "for", "for"]);
        assert!(rows(&ballots).iter().all(|row| row["cast"].ends_with(":00:00Z")), "{ballots}");
        let results = rows(&file(&world, &on.slug, Table::Results, false).await.unwrap());
        let told: Vec<_> = results.iter().map(|r| (&*r["tier"], &*r["official"], &*r["choice"], &*r["count"])).collect();
        assert_eq!(told[..3], [("member", "true", "for", "2"), ("member", "true", "neutral", "0"), ("member", "true", "against", "1")]);
        assert_eq!(told.len(), 6, "every admitted tier and every choice");
    }

    async fn hidden_results_are_in_no_file(world: World) {
        let (forum, on) = world.vote().await;
        world.casts(&forum, &on, &world.account("ben").await, &["for"]).await.unwrap();
        for table in [Table::Ballots, Table::Results] {
            assert_eq!(refused(file(&world, &on.slug, table, true).await), "results-hidden");
        }
        assert!(file(&world, &on.slug, Table::Comments, false).await.unwrap().starts_with('\u{feff}'));
    }
}

async fn imported_open(world: &World) -> consultation::Consultation {
    let forum = world.forum("square", Visibility::Public).await;
    let slug = imports(world, &forum, true).await.slug;
    consultation::by_slug(&mut world.store.conn().await.unwrap(), &slug).await.unwrap()
}
