//! A node in one file, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::both_databases;
use model::clock::Instant;
use model::count::ballot::{self, Voter};
use model::count::check;
use model::count::electorate::Tier;
use model::count::log::verify::Wanted;
use model::count::urn::Urn;
use model::data::backup::{self, Fault, Folder, Manifest, Restored};
use model::debate::comment;
use model::debate::forum::Visibility;
use model::people::actor;
use model::people::key::{self, Algorithm};
use model::store::portable::{self, Rows};
use model::store::{Options, Store, migrate};
use model::testing::{World, postgres_url, pretend_newer, reference};
use zip::write::SimpleFileOptions;

use crate::log::host::Host;

async fn write(store: &Store, now: Instant, folders: &[Folder]) -> (Manifest, Vec<u8>) {
    let mut to = Cursor::new(Vec::new());
    let manifest = backup::write(store, now, "test", folders, &mut to, |_, _, _| {}).await.unwrap();
    (manifest, to.into_inner())
}

async fn restore(store: &Store, from: &[u8], dry: bool) -> Result<Restored, Fault> {
    backup::restore(store, Cursor::new(from), &[], dry, |_| {}).await
}

fn code<T: std::fmt::Debug>(result: Result<T, Fault>) -> &'static str {
    match result {
        Err(Fault::Refused(refusal, _)) => refusal.code(),
        other => panic!("no refusal: {other:?}"),
    }
}

/// An empty SQLite file in `folder`.
fn file_in(folder: &Path, name: &str) -> Store {
    Store::open(&Options::new(format!("sqlite:{}", folder.join(name).display()))).unwrap()
}

/// Empty databases to restore into: a file, and a database of the server where there is one.
async fn empty(world: &World, folder: &Path) -> Vec<Store> {
    let mut stores = vec![file_in(folder, "restored.db")];
    if world.store.sqlite_file().is_none() {
        stores.push(Store::open(&Options::new(postgres_url().await)).unwrap());
    }
    stores
}

/// Every row of every table; JSON as it means, since PostgreSQL writes it its own way.
async fn everything(store: &Store) -> BTreeMap<String, BTreeSet<String>> {
    let mut snapshot = store.snapshot().await.unwrap();
    let mut all = BTreeMap::new();
    for shape in portable::shapes(&mut snapshot).await.unwrap() {
        let (mut rows, mut lines) = (Rows::of(&shape), BTreeSet::new());
        loop {
            let some = rows.next(&mut snapshot).await.unwrap();
            if some.is_empty() {
                break;
            }
            lines.extend(some.iter().map(|line| meant(line, &shape)));
        }
        all.insert(shape.name, lines);
    }
    all
}

fn meant(line: &str, shape: &portable::Shape) -> String {
    let cells: Vec<serde_json::Value> = serde_json::from_str(line).unwrap();
    let cells = cells.into_iter().zip(&shape.columns).map(|(cell, column)| match (column.kind, &cell) {
        (portable::Kind::Json, serde_json::Value::String(text)) => serde_json::from_str(text).unwrap(),
        (portable::Kind::Bool, serde_json::Value::Number(number)) => (number.as_i64() == Some(1)).into(),
        _ => cell,
    });
    serde_json::Value::from_iter(cells).to_string()
}

/// A consultation with votes, changes and comments, counted and closed.
async fn lived(world: &World) -> model::debate::consultation::Consultation {
    let (forum, on) = world.vote().await;
    for name in ["ana", "ben", "cleo"] {
        let account = world.account(name).await;
        world.casts(&forum, &on, &account, &["for"]).await.unwrap();
    }
    world.tally(&on).await;
    let mut tx = world.store.begin().await.unwrap();
    let ana = model::people::account::by_name(&mut tx, "ana").await.unwrap();
    ballot::withdraw(&mut tx, world.now(), &on, ana.actor_id).await.unwrap();
    let words = "Ça « va » ?\n\tO'Neil \\ \"x\" 🌳 $1 %s".to_owned();
    let draft = comment::Draft { text: words, ..comment::Draft::default() };
    let standing = model::people::role::Standing { account: Some(ana), member: None };
    comment::post(&mut tx, world.now(), &forum, &on, &standing, &draft).await.unwrap();
    let it = model::debate::consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &on).await.unwrap();
    tx.commit().await.unwrap();
    it
}

/// Where the middle of a part lies in the file.
fn within(file: &[u8], name: &str) -> usize {
    let mut from = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let part = from.by_name(name).unwrap();
    usize::try_from(part.data_start().unwrap() + part.compressed_size() / 2).unwrap()
}

/// The same file with one of its parts changed.
fn changed(file: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..from.len() {
        let mut part = from.by_index(n).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        let of = part.name().unwrap().into_owned();
        to.start_file(of.as_str(), SimpleFileOptions::default()).unwrap();
        let text = if of == name { change(text) } else { text };
        to.write_all(text.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

both_databases! {
    async fn everything_comes_back_on_either_database(world: World) {
        let on = lived(&world).await;
        let mut tx = world.store.begin().await.unwrap();
        let node = actor::node(&mut tx).await.unwrap();
        let key = key::pair(&mut tx, world.now(), node.id, Algorithm::Ed25519).await.unwrap();
        tx.commit().await.unwrap();
        let (before, host) = (everything(&world.store).await, Host::of(&world, &on).await);
        let (_, file) = write(&world.store, world.now(), &[]).await;
        let folder = tempfile::tempdir().unwrap();
        for store in empty(&world, folder.path()).await {
            let dry = restore(&store, &file, true).await.unwrap();
            let done = restore(&store, &file, false).await.unwrap();
            assert_eq!((dry.rows, dry.tables), (done.rows, done.tables));
            for (table, rows) in everything(&store).await {
                assert_eq!(rows, before[&table], "{table}");
            }
            let again = World::over(store).await;
            let mut conn = again.store.conn().await.unwrap();
            let same = key::of(&mut conn, node.id, Algorithm::Ed25519).await.unwrap().unwrap();
            assert_eq!((same.id, &same.private_key), (key.id, &key.private_key), "it is the same node");
            drop(conn);
            let there = Host::of(&again, &on).await;
            there.holds(Wanted { since: Some(host.checkpoint()), ..Wanted::default() }).await;
            assert!(check::run(&again.store, again.now(), on.id).await.unwrap().holds);
            let forum = again.forum("later", Visibility::Public).await;
            let fresh = again.publish(&forum, again.draft(&serde_json::json!({"kind": "vote"}))).await;
            again.casts(&forum, &fresh, &again.admin, &["for"]).await.unwrap();
            assert_eq!(again.tally(&fresh).await.0[&Tier::Member].voters, 1, "and life goes on");
        }
    }

    async fn a_backup_under_votes_is_of_one_moment(world: World) {
        let (forum, on) = world.vote().await;
        world.casts(&forum, &on, &world.admin, &["for"]).await.unwrap();
        let on = world.again(&on).await;
        let voters = Arc::new(reference::people(&world.store, world.now(), 3000).await.unwrap());
        let (over, urn) = (Arc::new(AtomicBool::new(false)), Urn::open(world.store.clone(), world.clock.clone()));
        let voting: Vec<_> = (0..4).map(|n| {
            let (voters, over, urn, on) = (voters.clone(), over.clone(), urn.clone(), on.clone());
            tokio::spawn(async move {
                let mut cast = 0;
                for actor in voters.iter().skip(n).step_by(4).take_while(|_| !over.load(Ordering::Relaxed)) {
                    urn.cast(&on, Voter { actor: *actor, tier: Tier::Member }, &["for".to_owned()], None).await.unwrap();
                    cast += 1;
                }
                cast
            })
        }).collect();
        let mut files = Vec::new();
        for _ in 0..3 {
            files.push(write(&world.store, world.now(), &[]).await.1);
        }
        over.store(true, Ordering::Relaxed);
        let mut cast = 1;
        for voting in voting {
            cast += voting.await.unwrap();
        }
        files.push(write(&world.store, world.now(), &[]).await.1);
        let mut known = Vec::new();
        for file in files {
            let folder = tempfile::tempdir().unwrap();
            let store = empty(&world, folder.path()).await.pop().unwrap();
            restore(&store, &file, false).await.unwrap();
            let again = World::over(store).await;
            let counts = again.tally(&on).await;
            assert!(check::run(&again.store, again.now(), on.id).await.unwrap().holds);
            known.push(counts.0[&Tier::Member].voters);
        }
        assert!(known.is_sorted() && known.last() == Some(&cast), "{known:?} of {cast}");
    }

    async fn no_table_is_forgotten(world: World) {
        let (manifest, _) = write(&world.store, world.now(), &[]).await;
        let kept: BTreeSet<&str> = manifest.tables.iter().map(|kept| kept.shape.name.as_str()).collect();
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
        let mut made = BTreeSet::new();
        for folder in std::fs::read_dir(migrations).unwrap() {
            let text = std::fs::read_to_string(folder.unwrap().path().join("up.sql")).unwrap();
            for line in text.lines() {
                if let Some(rest) = line.trim().strip_prefix("CREATE TABLE ") {
                    made.insert(rest.split([' ', '(']).next().unwrap().to_owned());
                }
            }
        }
        assert!(made.len() > 30, "{made:?}");
        for table in made {
            assert!(kept.contains(table.as_str()), "{table} is in no backup");
        }
        for kept in &manifest.tables {
            assert!(!kept.shape.columns.is_empty(), "{}", kept.shape.name);
        }
    }

    async fn what_is_damaged_newer_or_not_empty_is_refused(world: World) {
        lived(&world).await;
        let (manifest, file) = write(&world.store, world.now(), &[]).await;
        assert_eq!(code(restore(&world.store, &file, false).await), "not-empty");
        assert_eq!(code(restore(&world.store, &file, true).await), "not-empty");
        let folder = tempfile::tempdir().unwrap();
        let store = empty(&world, folder.path()).await.pop().unwrap();
        for length in [0, 10, file.len() / 2, file.len() - 1] {
            assert_eq!(code(restore(&store, &file[..length], false).await), "backup-damaged", "{length}");
        }
        let mut flipped = file.clone();
        flipped[within(&file, "tables/ballots.jsonl")] ^= 1;
        assert_eq!(code(restore(&store, &flipped, false).await), "backup-damaged");
        for (name, from, to) in [
            ("tables/ballots.jsonl", "for", "far"),
            ("tables/accounts.jsonl", "participant", "admin"),
            ("manifest.json", "\"rows\": 1", "\"rows\": 7"),
            ("manifest.json", "\"ballots\"", "\"bullets\""),
        ] {
            let other = changed(&file, name, |text| text.replacen(from, to, 1));
            assert_eq!(code(restore(&store, &other, false).await), "backup-damaged", "{name}");
        }
        let gone = changed(&file, "manifest.json", |_| String::new());
        assert_eq!(code(restore(&store, &gone, false).await), "backup-damaged");
        let last = manifest.schema.last().unwrap();
        let newer = changed(&file, "manifest.json", |text| text.replace(last, "99990101000000"));
        assert_eq!(code(restore(&store, &newer, false).await), "backup-newer");
        let form = changed(&file, "manifest.json", |text| text.replacen("\"format\": 1", "\"format\": 2", 1));
        assert_eq!(code(restore(&store, &form, false).await), "backup-newer");
        restore(&store, &file, true).await.unwrap();
        assert!(matches!(migrate::inspect(&store).await.unwrap(), migrate::Schema::Behind { fresh: true, .. }), "nothing was written");
        restore(&store, &file, false).await.unwrap();
        assert_eq!(code(restore(&store, &file, false).await), "not-empty");
        let other = empty(&world, tempfile::tempdir().unwrap().path()).await;
        if let [_, other] = other.as_slice() {
            migrate::up(other).await.unwrap();
            pretend_newer(other).await;
            assert_eq!(code(restore(other, &file, false).await), "not-empty", "of a later program");
        }
    }

    async fn a_backup_of_an_earlier_schema_is_brought_up_to_date(world: World) {
        let folder = tempfile::tempdir().unwrap();
        let old = empty(&world, folder.path()).await.pop().unwrap();
        let known = migrate::applied(&world.store).await.unwrap();
        migrate::up_to(&old, &known[..2]).await.unwrap();
        let mut tx = old.begin().await.unwrap();
        model::care::settings::note_address(&mut tx, &world.address).await.unwrap();
        tx.commit().await.unwrap();
        let (manifest, file) = write(&old, world.now(), &[]).await;
        assert_eq!(manifest.schema, known[..2]);
        let elsewhere = tempfile::tempdir().unwrap();
        let store = empty(&world, elsewhere.path()).await.pop().unwrap();
        // One that was brought up to date and never used is empty too.
        migrate::up(&store).await.unwrap();
        restore(&store, &file, false).await.unwrap();
        assert_eq!(migrate::applied(&store).await.unwrap(), known);
        let kept = model::care::settings::address(&mut store.conn().await.unwrap()).await.unwrap();
        assert_eq!(kept, world.address);
    }

    async fn files_come_back_where_they_belong(world: World) {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = |at: &Path| Folder { name: "media", path: at.join("kept") };
        std::fs::create_dir_all(here.path().join("kept/ab")).unwrap();
        for (name, octets) in [("kept/one.png", &[0_u8, 159, 146, 150][..]), ("kept/ab/two.pdf", b"%PDF")] {
            std::fs::write(here.path().join(name), octets).unwrap();
        }
        let (manifest, file) = write(&world.store, world.now(), &[folder(here.path())]).await;
        assert_eq!(manifest.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["media/one.png", "media/ab/two.pdf"]);
        let restore = async |name: &str, file: &[u8]| {
            let store = file_in(there.path(), name);
            backup::restore(&store, Cursor::new(file), &[folder(there.path())], false, |_| {}).await
        };
        let outside = changed(&write(&world.store, world.now(), &[]).await.1, "manifest.json", |text| {
            text.replacen("\"files\": []", "\"files\": [{\"name\": \"media/../../x\", \"octets\": 0, \"sha256\": \"\"}]", 1)
        });
        assert_eq!(code(restore("a.db", &outside).await), "backup-damaged");
        assert_eq!(restore("b.db", &file).await.unwrap().files, 2);
        assert_eq!(std::fs::read(there.path().join("kept/one.png")).unwrap(), [0, 159, 146, 150]);
        assert_eq!(code(restore("c.db", &file).await), "not-empty", "a file that is there is not overwritten");
    }
}
