//! Archives: counted again, hosted again, with the files that travel in them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use super::*;

fn pdf() -> File {
    File::read(b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n".to_vec()).unwrap()
}

fn picture() -> File {
    let mut octets = Cursor::new(Vec::new());
    let picture: image::DynamicImage = image::RgbImage::from_pixel(8, 6, image::Rgb([9, 0, 0])).into();
    picture.write_to(&mut octets, image::ImageFormat::Png).unwrap();
    File::read(octets.into_inner()).unwrap()
}

pub(super) async fn zip(world: &World, slug: &str) -> Vec<u8> {
    let on = on(world, slug).await;
    let mut tx = world.store.begin().await.unwrap();
    let signer = log::signer(&mut tx, world.now(), &world.address).await.unwrap();
    tx.commit().await.unwrap();
    let (mut conn, mut bytes) = (world.store.conn().await.unwrap(), Vec::new());
    let mut archive = archive::archive(&mut conn, &signer, world.now(), &world.address, on, SITE).await.unwrap();
    while let Some(some) = archive.next(&mut conn).await.unwrap() {
        bytes.extend(some);
    }
    bytes
}

pub(super) fn files(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = BTreeMap::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

fn zipped(files: &BTreeMap<String, Vec<u8>>, to: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

async fn import_zip(world: &World, forum: &Forum, path: &Path) -> Result<Imported, Fault> {
    import!(world, forum, |to| import::archive(to, path))
}

both_databases! {
    async fn an_archive_counts_again_and_is_hosted_again(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let vote = lived(&world, &forum).await;
        let (folder, bytes) = (tempfile::tempdir().unwrap(), zip(&world, &vote.slug).await);
        let path = folder.path().join("archive.zip");
        std::fs::write(&path, &bytes).unwrap();
        let report = verify(&Opened::open(&path).unwrap(), &Wanted::default()).await;
        assert!(report.ok, "{report:#?}");
        let (other, agora) = elsewhere(&world).await;
        let made = import_zip(&other, &agora, &path).await.unwrap();
        assert_eq!(made.ballots, 3);
        let (before, after) = (files(&bytes), files(&zip(&other, &made.slug).await));
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        // Another node signs with its own key; what it signs is the same.
        let signed = ["actor.json", "log/checkpoint", "log/vkey", "results.json"];
        for (name, bytes) in before.iter().filter(|(name, _)| !signed.contains(&name.as_str())) {
            assert_eq!(String::from_utf8_lossy(&after[name]), String::from_utf8_lossy(bytes), "{name}");
        }
        let head = |files: &BTreeMap<String, Vec<u8>>| String::from_utf8_lossy(&files["log/checkpoint"]).lines().take(3).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(head(&before), head(&after));
        for name in ["index.html", "comments-1.html", "text/1.md", "consultation.json", "comments.csv.schema.json", "log/tile/0/000.p/6"] {
            assert!(before.contains_key(name), "{name} of {:?}", before.keys());
        }
        let mut broken = before.clone();
        let entries = broken.get_mut("log/tile/entries/000.p/6").unwrap();
        let at = entries.windows(7).position(|some| some == b"against").unwrap();
        entries[at..at + 7].copy_from_slice(b"neutral");
        zipped(&broken, &path);
        let (third, agora) = elsewhere(&world).await;
        assert_eq!(code(import_zip(&third, &agora, &path).await), "archive-broken");
        let mut without = before;
        without.remove("consultation.json");
        zipped(&without, &path);
        assert!(matches!(import_zip(&third, &agora, &path).await, Err(Fault::Malformed { .. })));
        assert!(is_empty(&third, &agora).await);
    }

    async fn files_travel_in_archives(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let vote = lived_with(&world, &forum, &[(Kind::Cover, picture()), (Kind::Document, pdf())]).await;
        let (folder, bytes) = (tempfile::tempdir().unwrap(), zip(&world, &vote.slug).await);
        let path = folder.path().join("archive.zip");
        std::fs::write(&path, &bytes).unwrap();
        let before = files(&bytes);
        assert_eq!(before[&format!("media/{}", pdf().name())], pdf().octets);
        let (other, agora) = elsewhere(&world).await;
        let made = import_zip(&other, &agora, &path).await.unwrap();
        assert_eq!(made.files_missing, 0);
        let after = files(&zip(&other, &made.slug).await);
        for name in ["consultation.json".to_owned(), format!("media/{}", picture().name()), format!("media/{}", pdf().name())] {
            assert_eq!(String::from_utf8_lossy(&after[&name]), String::from_utf8_lossy(&before[&name]), "{name}");
        }
        let served = media::serve(&mut other.store.conn().await.unwrap(), &picture().name(), None).await.unwrap();
        assert!(served.public && served.file == picture());
        // The document alone brings no files, and says how many are missing.
        let (third, agora) = elsewhere(&world).await;
        let made = import_json(&third, &agora, &document(&world, &vote.slug, Reading::Whole).await).await.unwrap();
        assert_eq!(made.files_missing, 2);
        assert_eq!(attachment::list(&mut third.store.conn().await.unwrap(), vote.id).await.unwrap().len(), 1, "the link");
        // What is not what it is called is not taken.
        let mut forged = before;
        forged.insert(format!("media/{}", pdf().name()), b"%PDF-1.7\nanother\n%%EOF\n".to_vec());
        zipped(&forged, &path);
        let (fourth, agora) = elsewhere(&world).await;
        assert_eq!(code(import_zip(&fourth, &agora, &path).await), "archive-broken");
        assert!(is_empty(&fourth, &agora).await);
    }
}
