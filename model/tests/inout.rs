//! What goes out comes in again on an empty node, and goes out the same.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use model::both_databases;
use model::count::ballot;
use model::count::log::verify::{Wanted, verify};
use model::count::log::{self, verify::archive::Archive as Opened};
use model::data::archive::{self, Site};
use model::data::export::listing::{self, Form};
use model::data::export::{self, Reading, Table};
use model::data::import::{self, Fault, Imported, Into, Titled, Topics};
use model::data::import_polis;
use model::data::media::{self, File};
use model::debate::attachment::{self, Kind, Place};
use model::debate::attribute::{self, Attribute, Kind as Asked};
use model::debate::comment::{self, Stance};
use model::debate::consultation::{self, Ballots, Consultation, Draft};
use model::debate::forum::{self, Forum, Visibility};
use model::debate::reaction::{self, Value};
use model::people::role::Standing;
use model::testing::World;
use serde_json::{Value as Json, json};

use archives::{files, zip};

const SITE: Site = Site { front: |front| front.on.title.clone(), debate: |debate| debate.rows.len().to_string() };

/// Another empty node of the same kind, with the same forum.
async fn elsewhere(world: &World) -> (World, Forum) {
    let other = if world.store.sqlite_file().is_some() { World::sqlite().await } else { World::postgres().await };
    let forum = other.forum("agora", Visibility::Public).await;
    asks(&other, &forum).await;
    (other, forum)
}

/// The forum asks what a thing costs.
async fn asks(world: &World, forum: &Forum) {
    let cost = Attribute {
        name: "cost".into(),
        label: "Cost".into(),
        kind: Asked::Number,
        options: Vec::new(),
        required: false,
    };
    let mut tx = world.store.begin().await.unwrap();
    attribute::ask(&mut tx, world.now(), &world.as_admin(), forum, &[cost]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn on(world: &World, slug: &str) -> Consultation {
    consultation::by_slug(&mut world.store.conn().await.unwrap(), slug).await.unwrap()
}

async fn table(world: &World, slug: &str, table: Table) -> String {
    let on = on(world, slug).await;
    let mut conn = world.store.conn().await.unwrap();
    let mut pages = export::pages(&mut conn, world.now(), &world.address, on, table, true).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(some) = pages.next(&mut conn).await.unwrap() {
        bytes.extend(some);
    }
    String::from_utf8(bytes).unwrap()
}

async fn document(world: &World, slug: &str, reading: Reading) -> String {
    let on = on(world, slug).await;
    let mut conn = world.store.snapshot().await.unwrap();
    let mut document = export::document(&mut conn, world.now(), &world.address, on, reading).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(some) = document.next(&mut conn).await.unwrap() {
        bytes.extend(some);
    }
    String::from_utf8(bytes).unwrap()
}

/// Runs an import in one transaction, which is dropped if it fails.
macro_rules! import {
    ($world:expr, $forum:expr, |$to:ident| $act:expr) => {{
        let mut tx = $world.store.begin().await.unwrap();
        let author = forum::official(&mut tx, $forum).await.unwrap().id;
        let now = $world.now();
        let $to = Into { tx: &mut tx, now, here: &$world.address, forum: $forum, author, open: false };
        let made = $act.await;
        if made.is_ok() {
            tx.commit().await.unwrap();
        }
        made
    }};
}

mod archives;

async fn import_json(world: &World, forum: &Forum, text: &str) -> Result<Imported, Fault> {
    let from = Cursor::new(text.as_bytes().to_vec());
    import!(world, forum, |to| import::document(to, from))
}

async fn import_csv(world: &World, forum: &Forum, comments: &str, votes: Option<&str>) -> Result<Imported, Fault> {
    let titled = Titled { title: Some("Trees?".into()), name: "comments".into() };
    import!(world, forum, |to| import::comments(to, comments.as_bytes(), votes.map(str::as_bytes), &titled))
}

async fn import_topics(world: &World, forum: &Forum, topics: Topics, comments: &str) -> Result<Vec<Imported>, Fault> {
    import!(world, forum, |to| import::democracyos(to, topics, Some(comments.as_bytes())))
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, Fault>) -> &'static str {
    match result {
        Err(Fault::Store(model::error::Error::Refused(refusal))) => refusal.code(),
        other => panic!("no refusal: {other:?}"),
    }
}

async fn is_empty(world: &World, forum: &Forum) -> bool {
    let listing = listing::of_forum(&mut world.store.conn().await.unwrap(), world.now(), &world.address, forum).await;
    let (mut listing, mut conn) = (listing.unwrap(), world.store.conn().await.unwrap());
    let mut bytes = Vec::new();
    while let Some(some) = listing.next(&mut conn).await.unwrap() {
        bytes.extend(some);
    }
    String::from_utf8(bytes).unwrap().lines().count() == 1
}

/// A vote with all that can happen to it: two versions of the text, replies, opinions, a changed and a withdrawn ballot.
async fn lived(world: &World, forum: &Forum) -> Consultation {
    lived_with(world, forum, &[]).await
}

/// The same, with these files beside it.
async fn lived_with(world: &World, forum: &Forum, files: &[(Kind, File)]) -> Consultation {
    let on = world.publish(forum, world.draft(&json!({"kind": "vote"}))).await;
    asks(world, forum).await;
    let mut tx = world.store.begin().await.unwrap();
    let by = world.as_admin();
    let cost = serde_json::from_value(json!({"cost": 1.5})).unwrap();
    attribute::tell(&mut tx, world.now(), &by, forum, &on, &cost).await.unwrap();
    let place = Place { now: world.now(), by: &by, forum, on: &on };
    attachment::link(&mut tx, place, "The law", "https://law.example/").await.unwrap();
    for (kind, file) in files {
        attachment::attach(&mut tx, place, *kind, "What it shows", file).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut people = Vec::new();
    for name in ["ana", "ben", "cleo", "dan"] {
        people.push(world.account(name).await);
    }
    let said =
        |text: &str, stance, parent| comment::Draft { text: text.into(), stance, parent, ..comment::Draft::default() };
    let standing = |n: usize| Standing { account: Some(people[n].clone()), member: None };
    let mut tx = world.store.begin().await.unwrap();
    let now = world.now();
    let first = said("=1+1 *Oui*, «bien»\n\n'x", Some(Stance::For), None);
    let first = comment::post(&mut tx, now, forum, &on, &standing(0), &first).await.unwrap();
    let reply = said("No, \"never\"", Some(Stance::Against), Some(first.id));
    let reply = comment::post(&mut tx, now, forum, &on, &standing(1), &reply).await.unwrap();
    comment::post(&mut tx, now, forum, &on, &standing(0), &said("Deeper", None, Some(reply.id))).await.unwrap();
    comment::edit(&mut tx, now, forum, &on, &standing(1), &reply, "Never").await.unwrap();
    for (n, value) in [(1, Value::Agree), (2, Value::Disagree), (3, Value::Pass)] {
        reaction::set(&mut tx, now, forum, &on, &standing(n), &first, value).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (n, choice) in ["for", "against", "for", "neutral"].into_iter().enumerate() {
        world.casts(forum, &on, &people[n], &[choice]).await.unwrap();
    }
    world.tally(&on).await;
    world.casts(forum, &on, &people[0], &["neutral"]).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    ballot::withdraw(&mut tx, world.now(), &on, people[2].actor_id).await.unwrap();
    tx.commit().await.unwrap();
    world.tally(&on).await;
    let mut tx = world.store.begin().await.unwrap();
    let it = consultation::by_id(&mut tx, on.id).await.unwrap();
    let it = consultation::close(&mut tx, world.now(), &world.as_admin(), forum, &it).await.unwrap();
    tx.commit().await.unwrap();
    it
}

/// Not those of Polis: there authors have pseudonyms, which are made with the node's own key.
const TABLES: [Table; 5] = [Table::Comments, Table::Votes, Table::Ballots, Table::Results, Table::DemocracyosComments];

fn polis(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/demo/polis").join(name)
}

async fn import_polis(world: &World, forum: &Forum, from: [&str; 3]) -> import_polis::Imported {
    let [summary, comments, votes] = from.map(str::as_bytes);
    let read = import_polis::read_from(summary, comments, votes).unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let made =
        import_polis::import(&mut tx, world.now(), &world.address, forum, &read, false, |_, _| {}).await.unwrap();
    tx.commit().await.unwrap();
    made
}

/// The three files of Polis.
async fn polis_files(world: &World, slug: &str) -> [String; 3] {
    let on = on(world, slug).await;
    let summary = export::polis_summary(&mut world.store.conn().await.unwrap(), &world.address, &on).await.unwrap();
    [
        String::from_utf8(summary).unwrap(),
        table(world, slug, Table::PolisComments).await,
        table(world, slug, Table::PolisVotes).await,
    ]
}

both_databases! {
    async fn a_polis_conversation_comes_back_as_it_went(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        for name in ["brexit-consensus", "15-per-hour-seattle"] {
            let original = ["summary.csv", "comments.csv", "votes.csv"].map(|file| std::fs::read_to_string(polis(name).join(file)).unwrap());
            let made = import_polis(&world, &forum, original.each_ref().map(String::as_str)).await;
            let again = import_polis(&world, &forum, original.each_ref().map(String::as_str)).await;
            assert_eq!(made.slug, again.slug, "a second time changes nothing");
            let out = polis_files(&world, &made.slug).await;
            let (other, agora) = elsewhere(&world).await;
            let there = import_polis(&other, &agora, out.each_ref().map(String::as_str)).await;
            assert_eq!((there.statements, there.participants, there.votes), (made.statements, made.participants, made.votes));
            let back = polis_files(&other, &there.slug).await;
            let rows = |file: &str| { let mut rows: Vec<String> = file.lines().map(str::to_owned).collect(); rows.sort(); rows };
            assert_eq!(back[0], out[0]);
            assert_eq!((rows(&back[1]), rows(&back[2])), (rows(&out[1]), rows(&out[2])));

            let whole = document(&world, &made.slug, Reading::Whole).await;
            let (third, agora) = elsewhere(&world).await;
            let json = import_json(&third, &agora, &whole).await.unwrap();
            assert_eq!(usize::try_from(json.votes).unwrap(), made.votes);
            assert_eq!(document(&third, &json.slug, Reading::Whole).await, whole);
            assert_eq!(polis_files(&third, &json.slug).await, out);
        }
    }

    async fn a_consultation_comes_back_from_json_ballots_and_all(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let vote = lived(&world, &forum).await;
        let whole = document(&world, &vote.slug, Reading::Whole).await;
        assert!(whole.contains("\"history\":[{"), "what was said before an edit: {whole}");
        let (other, agora) = elsewhere(&world).await;
        let made = import_json(&other, &agora, &whole).await.unwrap();
        assert_eq!((made.slug.as_str(), made.comments, made.votes, made.ballots), (vote.slug.as_str(), 3, 3, 3));
        assert_eq!(document(&other, &vote.slug, Reading::Whole).await, whole);
        for file in TABLES {
            assert_eq!(table(&other, &vote.slug, file).await, table(&world, &vote.slug, file).await, "{file:?}");
        }
        assert!(model::count::check::run(&other.store, other.now(), vote.id).await.unwrap().holds);
        let again = import_json(&other, &agora, &whole).await.unwrap();
        assert!(again.existed && again.slug == vote.slug);
        assert_eq!(document(&other, &vote.slug, Reading::Whole).await, whole, "a second time changes nothing");
        let home = import_json(&world, &forum, &whole).await.unwrap();
        assert!(home.existed, "nor does it where it came from");
        assert_eq!(document(&world, &vote.slug, Reading::Whole).await, whole);
    }

    async fn what_is_hidden_is_in_no_export(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let sealed = Draft { results: model::count::tally::Results::AfterClose, ..world.draft(&json!({"kind": "vote"})) };
        let vote = world.publish(&forum, sealed).await;
        world.casts(&forum, &vote, &world.account("ana").await, &["for"]).await.unwrap();
        world.tally(&vote).await;
        for reading in [Reading::Public, Reading::Whole] {
            let text = document(&world, &vote.slug, reading).await;
            let read: Json = serde_json::from_str(&text).unwrap();
            assert_eq!(read["results"]["visible"], false);
            assert!(read.get("ballots").is_none() && read.get("log").is_none() && read["results"].get("log").is_none(), "{text}");
        }
        let names: Vec<String> = files(&zip(&world, &vote.slug).await).into_keys().collect();
        assert!(!names.iter().any(|name| name.starts_with("log/") || name.starts_with("ballots") || name.starts_with("results.csv")), "{names:?}");
        let (other, agora) = elsewhere(&world).await;
        import_json(&other, &agora, &document(&world, &vote.slug, Reading::Whole).await).await.unwrap();
    }

    async fn what_does_not_add_up_or_is_cut_short_leaves_nothing(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let vote = lived(&world, &forum).await;
        let whole = document(&world, &vote.slug, Reading::Whole).await;
        let (other, agora) = elsewhere(&world).await;
        for (from, to, expected) in [
            ("\"count\":1", "\"count\":2", "import-differs"),
            ("\"choice\":[\"against\"],\"replaces\":null", "\"choice\":[\"for\"],\"replaces\":null", "import-differs"),
        ] {
            assert!(whole.contains(from), "{whole}");
            assert_eq!(code(import_json(&other, &agora, &whole.replacen(from, to, 1)).await), expected, "{from}");
        }
        let first = on(&world, &vote.slug).await;
        let comment = comment::list(&mut world.store.conn().await.unwrap(), first.id, None, 1).await.unwrap().remove(0).0;
        let twin = whole.replace(&first.id.to_string(), "0197aaaa-0000-7000-8000-000000000000").replace(&first.slug, "another");
        assert_eq!(code(import_json(&world, &forum, &twin).await), "import-collides", "a comment of another consultation: {}", comment.id);
        let cut = &whole[..whole.len() / 2];
        match import_json(&other, &agora, cut).await {
            Err(Fault::Malformed { line, .. }) => assert!(line > 1 && line <= whole.lines().count() as u64, "{line}"),
            other => panic!("{other:?}"),
        }
        for wrong in ["", "[]", "{}", "{\"comments\":[]}", "{\"title\":\"x\"}"] {
            assert!(matches!(import_json(&other, &agora, wrong).await, Err(Fault::Malformed { .. })), "{wrong}");
        }
        assert!(is_empty(&other, &agora).await);
    }

    async fn comments_come_back_from_csv(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let vote = lived(&world, &forum).await;
        let (comments, votes) = (table(&world, &vote.slug, Table::Comments).await, table(&world, &vote.slug, Table::Votes).await);
        let (other, agora) = elsewhere(&world).await;
        let made = import_csv(&other, &agora, &comments, Some(&votes)).await.unwrap();
        assert_eq!((made.comments, made.votes, made.slug.as_str()), (3, 3, vote.slug.as_str()));
        for _ in 0..2 {
            assert_eq!(table(&other, &made.slug, Table::Comments).await, comments);
            assert_eq!(table(&other, &made.slug, Table::Votes).await, votes);
            assert!(import_csv(&other, &agora, &comments, Some(&votes)).await.unwrap().existed);
        }
        assert_eq!(on(&other, &made.slug).await.comment_count, 3);
        let header = comments.lines().next().unwrap();
        let lone: Vec<&str> = comments.lines().filter(|line| line.contains("Deeper")).collect();
        let (third, agora) = elsewhere(&world).await;
        let only = format!("{header}\r\n{}\r\n", lone[0]);
        let made = import_csv(&third, &agora, &only, None).await.unwrap();
        assert_eq!(table(&third, &made.slug, Table::Comments).await, only, "a reply to what is not shown keeps its place");
    }

    async fn a_row_that_is_wrong_is_named_by_its_line(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let head = "id,author,text,published,stance";
        let good = "0197aaaa-0000-7000-8000-000000000001,ana,Yes,2026-01-02T03:04:05Z,for";
        for (row, said) in [
            ("x,ana,Yes,2026-01-02T03:04:05Z,for", "line 3: `x` in `id` is not a key"),
            ("0197aaaa-0000-7000-8000-000000000002,ana,,2026-01-02T03:04:05Z,for", "line 3: `text` is empty"),
            ("0197aaaa-0000-7000-8000-000000000002,ana,Yes,yesterday,for", "line 3: `yesterday` in `published` is no time: write it as"),
            ("0197aaaa-0000-7000-8000-000000000002,ana,Yes,2026-01-02T03:04:05Z,maybe", "line 3: `maybe` in `stance`"),
            ("0197aaaa-0000-7000-8000-000000000002,ana,Yes", "line 3: 3 fields where 5 are due"),
        ] {
            let error = import_csv(&world, &forum, &format!("{head}\n{good}\n{row}\n"), None).await.unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
        let error = import_csv(&world, &forum, "id,author\n", None).await.unwrap_err().to_string();
        assert!(error.starts_with("line 1: the column `text` is missing"), "{error}");
        assert_eq!(code(import_csv(&world, &forum, &format!("{head}\n"), None).await), "empty-import");
        let votes = "comment,voter,vote,at\n0197aaaa-0000-7000-8000-00000000000f,x,1,2026-01-02T03:04:05Z\n";
        let error = import_csv(&world, &forum, &format!("{head}\n{good}\n"), Some(votes)).await.unwrap_err().to_string();
        assert!(error.starts_with("line 2: the comment 0197aaaa"), "{error}");
        let twice = format!("{head}\n{good}\n{good}\n");
        assert_eq!(code(import_csv(&world, &forum, &twice, None).await), "import-collides");
        assert!(is_empty(&world, &forum).await, "nothing of all that came in");
    }

    async fn topics_of_democracyos_become_consultations(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let topics = || Topics::read("Topic ID,Topic Title,Topic URL,Barrio\n5a01,\"\"\"¿Más árboles?\"\"\",https://dos.example/a/topic/5a01,Centro\n5a03,Sin comentarios,https://dos.example/a/topic/5a03,\n".as_bytes()).unwrap();
        let comments = "Topic ID,Topic Title,Topic URL,Comment ID,Comment Date,Comment Time,Comment Date-time,Comment Text,Comment Author Fullname,Reply ID,Reply Date,Reply Time,Reply Date-time,Reply Text,Reply Author Fullname\n\
            5a01,\"¿Más árboles?\",https://dos.example/a/topic/5a01,c1,x,x,Tue Mar 14 2017 15:09:26 GMT+0000 (UTC),\"Sí, por favor\",\"Ana García\",r1,x,x,2017-03-15T08:00:00.000Z,\"Gracias\",\"Ben\"\n\
            5a01,\"¿Más árboles?\",https://dos.example/a/topic/5a01,c1,x,x,Tue Mar 14 2017 15:09:26 GMT+0000 (UTC),\"Sí, por favor\",\"Ana García\",r2,x,x,2017-03-16T08:00:00.000Z,=SUM(A1),\"Cleo\"\n\
            5a01,\"¿Más árboles?\",https://dos.example/a/topic/5a01,c2,x,x,2017-03-17T08:00:00.000Z,No,\"Ben\",,,,,,\n\
            5a02,Otro,https://dos.example/a/topic/5a02,c3,x,x,2017-03-18T08:00:00.000Z,Hola,\"Ana García\",,,,,,\n";
        let made = import_topics(&world, &forum, topics(), comments).await.unwrap();
        assert_eq!(made.iter().map(|made| made.comments).collect::<Vec<_>>(), [4, 1, 0]);
        let again = import_topics(&world, &forum, topics(), comments).await.unwrap();
        assert!(again.iter().zip(&made).all(|(again, made)| again.existed && again.slug == made.slug));
        assert_eq!(on(&world, &made[0].slug).await.comment_count, 4);
        let out = table(&world, &made[0].slug, Table::DemocracyosComments).await;
        assert!(out.starts_with("\u{feff}Topic ID,Topic Title,Topic URL,Comment ID,Comment Date,Comment Time,Comment Date-time,Comment Text,Comment Author Fullname,Reply ID,"), "{out}");
        assert!(out.contains("5a01,¿Más árboles?,https://dos.example/a/topic/5a01,c1,2017-03-14,15:09,2017-03-14T15:09:26Z,\"Sí, por favor\",Ana García,r2,"), "{out}");
        assert_eq!(out.lines().count(), 4, "{out}");
        let (other, agora) = elsewhere(&world).await;
        let there = import_topics(&other, &agora, Topics::default(), &out).await.unwrap();
        assert_eq!(table(&other, &there[0].slug, Table::DemocracyosComments).await, out);
        let torn = format!("{comments}5a01,Again,https://dos.example/,c9,x,x,2017-03-18T08:00:00.000Z,Hola,Ana,,,,,,\n");
        let error = import_topics(&other, &agora, Topics::default(), &torn).await.unwrap_err().to_string();
        assert!(error.starts_with("line 6: topic 5a01 stands in two places"), "{error}");
        let undated = comments.replace("2017-03-18T08:00:00.000Z", "soon");
        let error = import_topics(&other, &agora, Topics::default(), &undated).await.unwrap_err().to_string();
        assert!(error.starts_with("line 5: `soon` in `Comment Date-time`"), "{error}");
    }

    async fn named_ballots_name_their_voters(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let open = Draft { ballots: Ballots::Public, results: model::count::tally::Results::Live, ..world.draft(&json!({"kind": "vote"})) };
        let vote = world.publish(&forum, open).await;
        world.casts(&forum, &vote, &world.account("ana").await, &["for"]).await.unwrap();
        world.tally(&vote).await;
        let ballots = table(&world, &vote.slug, Table::Ballots).await;
        assert!(ballots.contains("'@ana@a.test,member,for,"), "{ballots}");
    }

    async fn the_catalogue_names_what_everybody_may_have(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let council = world.forum("council", Visibility::Private).await;
        let title = "Trees, \"old\" & new\\?";
        let vote = world.publish(&forum, Draft { title: title.into(), ..world.draft(&json!({"kind": "vote"})) }).await;
        let secret = world.publish(&council, Draft { title: "Secret".into(), ..world.draft(&json!({"kind": "vote"})) }).await;
        let mut texts = Vec::new();
        for form in [Form::JsonLd, Form::Turtle] {
            let mut conn = world.store.conn().await.unwrap();
            let mut listing = listing::of_node(&mut conn, world.now(), &world.address, form).await.unwrap();
            let mut bytes = Vec::new();
            while let Some(some) = listing.next(&mut conn).await.unwrap() {
                bytes.extend(some);
            }
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(&vote.slug) && !text.contains(&secret.slug) && !text.contains("Secret"), "{text}");
            assert!(text.contains("comments.csv") && !text.contains("ballots.csv"), "hidden results: {text}");
            texts.push(text);
        }
        let json: Json = serde_json::from_str(&texts[0]).unwrap();
        assert_eq!(json["dcat:dataset"][0]["dct:title"]["@value"], title);
        assert_eq!(json["dcat:dataset"][0]["dct:license"], "https://creativecommons.org/licenses/by/4.0/");
        assert!(texts[1].contains(r#"dct:title "Trees, \"old\" & new\\?"@"#), "{}", texts[1]);
        assert!(!is_empty(&world, &forum).await);
    }
}
