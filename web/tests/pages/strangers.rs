//! People of other servers, as pages and programs read them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{StatusCode, header};
use model::data::media::File;
use model::debate::comment::{self, Remote};
use model::error::Error;
use model::people::portrait;
use model::testing::World;
use serde_json::Value;

use super::browser::Browser;

/// One pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const SOURCE: &str = "https://m.test/ana.png";

#[tokio::test]
async fn a_comment_from_elsewhere_is_shown_with_name_picture_host_and_language() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let ana = world.stranger("ana", "m.test").await;
    let mut tx = world.store.begin().await.unwrap();
    let remote = Remote {
        uri: "https://m.test/notes/1".into(),
        url: None,
        html: "<p>Buenos días</p>".into(),
        parent: None,
        language: Some("es".into()),
        published: world.now(),
        updated: None,
    };
    comment::receive(&mut tx, world.now(), &forum, &on, ana.id, &remote).await.unwrap();
    portrait::ask(&mut tx, world.now(), ana.id, Some(SOURCE)).await.unwrap();
    tx.commit().await.unwrap();
    let mut visitor = Browser::of(&world);
    let (page, calls) = (format!("/c/{}", on.slug), format!("/api/v1/consultations/{}/comments", on.slug));
    assert!(!visitor.get(&page).await.has("class=\"face\""), "not before it was fetched");

    let file = File::portrait(&STANDARD.decode(PNG).unwrap()).unwrap();
    let mut tx = world.store.begin().await.unwrap();
    portrait::keep(&mut tx, ana.id, "https://m.test/another.png", &file).await.unwrap();
    assert!(portrait::names(&mut tx, &[ana.id]).await.unwrap().is_empty(), "another is wanted meanwhile");
    portrait::keep(&mut tx, ana.id, SOURCE, &file).await.unwrap();
    tx.commit().await.unwrap();
    // Cached pages are of visitors without a theme.
    let mut visitor = Browser::of(&world);
    let shown = visitor.get(&page).await;
    let src = format!("/media/people/{}", file.name());
    assert!(shown.has(&format!("<img class=\"face\" src=\"{src}\" alt=\"\"")), "{}", shown.html);
    assert!(shown.has("<bdi>ana</bdi>") && shown.has("@ana@m.test"), "{}", shown.html);
    assert!(shown.has("lang=\"es\" dir=\"auto\"><p>Buenos d"), "{}", shown.html);
    let told: Value = serde_json::from_str(&visitor.get(&calls).await.html).unwrap();
    let author = &told["items"][0]["author"];
    assert_eq!(
        (author["host"].as_str(), author["picture"].as_str()),
        (Some("m.test"), Some(format!("https://a.test{src}").as_str()))
    );

    let picture = visitor.get_bytes(&src).await;
    assert_eq!(
        (picture.0, picture.1[header::CONTENT_TYPE].to_str().unwrap()),
        (StatusCode::OK, file.format.media_type())
    );
    assert_eq!(picture.1[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(picture.2, file.octets);
    let wrong = src.replace(file.format.extension(), "pdf");
    assert_eq!(visitor.get(&wrong).await.status, StatusCode::NOT_FOUND);

    let mut tx = world.store.begin().await.unwrap();
    model::people::actor::bury(&mut tx, world.now(), ana.id).await.unwrap();
    assert!(matches!(portrait::serve(&mut tx, &file.name()).await, Err(Error::NotFound)), "of who is gone, nothing");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_hashtag_leads_to_what_is_tagged_so() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let mut visitor = Browser::of(&world);
    for tag in ["place", "Place", "%23place"] {
        let page = visitor.get(&format!("/f/{}?tag={tag}", forum.slug)).await;
        assert!(page.status == StatusCode::OK && page.has(&on.title) && page.has("Tagged #"), "{tag}: {}", page.html);
    }
    let none = visitor.get(&format!("/f/{}?tag=autre", forum.slug)).await;
    assert!(none.status == StatusCode::OK && !none.has(&on.title), "{}", none.html);
}
