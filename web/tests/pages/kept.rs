//! Pages that are kept for those who are not signed in, what one weighs, and how much one with a session asks of the database.

use std::time::Duration;

use http::StatusCode;
use model::count::tally::Results;
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::{Forum, Visibility};
use model::testing::{World, statements};
use serde_json::json;

use crate::browser::{Browser, app};

#[tokio::test]
async fn a_page_kept_for_visitors_has_a_tag_and_is_nobodys() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let app = app(&world);
    let mut ana = Browser::at(&app);
    ana.post("/login", &[("who", "ana"), ("password", model::testing::PASSWORD)]).await;
    for path in ["/", "/f", "/f/mobilite", &format!("/c/{}", on.slug), &format!("/c/{}/results", on.slug)] {
        let first = Browser::at(&app).get(path).await;
        if first.status == StatusCode::NOT_FOUND {
            continue;
        }
        let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
        assert!(tag.starts_with('"'), "a strong tag: {tag}");
        let request = http::Request::get(path).header("if-none-match", &tag).header("accept-language", "en");
        let again = Browser::at(&app).send(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert_eq!((again.status, again.html.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        assert_eq!(again.headers["etag"], tag.as_str());
        let own = ana.get(path).await;
        assert!(own.has(">ana</a>") && own.headers.get("etag").is_none(), "{path}: a session has its own page");
        assert!(!Browser::at(&app).get(path).await.has(">ana</a>"), "{path}: and it is given to nobody");
        let french = Browser::at(&app).reading("fr").get(path).await;
        assert!(french.has("<html lang=\"fr\""), "{path}");
        let request = http::Request::get(path).header("cookie", "theme=dark").header("accept-language", "en");
        let dark = Browser::at(&app).send(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert!(dark.has("data-theme=\"dark\""), "{path}");
    }
}

/// The most that all which a first visit fetches may weigh, in octets as they go over the wire.
const FIRST_VISIT: usize = 60_000;

#[tokio::test]
async fn a_first_visit_weighs_little_and_asks_no_other_host() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    talks(&world, &forum, &on, 60).await;
    let app = app(&world);
    let path = format!("/c/{}", on.slug);
    let page = Browser::at(&app).get(&path).await;
    let mut weight = weighed(&app, &path).await;
    let linked = |attribute: &str| {
        let found = page.html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned));
        found.collect::<Vec<_>>()
    };
    let head = page.html.split("</head>").next().expect("a head");
    let fetched: Vec<String> = head
        .split("<link ")
        .skip(1)
        .filter(|link| link.contains("rel=\"stylesheet\"") || link.contains("rel=\"icon\""))
        .filter_map(|link| link.split("href=\"").nth(1)?.split('"').next().map(str::to_owned))
        .chain(linked(" src=\""))
        .collect();
    assert!(!fetched.is_empty());
    for file in fetched {
        assert!(file.starts_with('/') && !file.starts_with("//"), "{file} is of another host");
        weight += weighed(&app, &file).await;
    }
    assert!(weight <= FIRST_VISIT, "{weight} octets");
}

async fn weighed(app: &web::App, path: &str) -> usize {
    use tower::ServiceExt as _;
    let request = http::Request::get(path).header("accept-encoding", "gzip, br").header("accept-language", "en");
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let response = web::router(app.clone()).oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    http_body_util::BodyExt::collect(response.into_body()).await.expect("a body").to_bytes().len()
}

/// So many arguments, by one person.
async fn talks(world: &World, forum: &Forum, on: &Consultation, count: usize) {
    use model::debate::comment;
    let who = model::people::role::Standing { account: Some(world.account("speaker").await), member: None };
    let mut tx = world.store.begin().await.expect("a transaction");
    for n in 0..count {
        let text = format!("Argument number {n}: the street is narrow, and people on foot need room there.");
        let draft = comment::Draft { text, ..comment::Draft::default() };
        comment::post(&mut tx, world.now(), forum, on, &who, &draft).await.expect("said");
    }
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_long_debate_makes_no_longer_page() {
    let mut lengths = Vec::new();
    for count in [60, 400] {
        let world = World::sqlite().await;
        let (forum, on) = world.vote().await;
        talks(&world, &forum, &on, count).await;
        lengths.push(Browser::of(&world).get(&format!("/c/{}", on.slug)).await.html.len());
    }
    assert!(lengths[1] < lengths[0] + 2_000, "{lengths:?}");
}

/// Reads until the page says so: what another process changes is found within a moment.
async fn until(site: &web::App, path: &str, words: &str) {
    let read = async { while !Browser::at(site).get(path).await.has(words) {} };
    tokio::time::timeout(Duration::from_secs(20), read).await.unwrap_or_else(|_| panic!("no {words} at {path}"));
}

async fn says(world: &World, forum: &Forum, on: &Consultation, text: &str) {
    use model::debate::comment;
    let who = model::people::role::Standing { account: Some(world.admin.clone()), member: None };
    let mut tx = world.store.begin().await.expect("a transaction");
    let draft = comment::Draft { text: text.into(), ..comment::Draft::default() };
    comment::post(&mut tx, world.now(), forum, on, &who, &draft).await.expect("said");
    tx.commit().await.expect("committed");
}

model::both_databases! {
    async fn what_changes_shows_at_once_here_and_in_another_process(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let on = world.publish(&forum, Draft { results: Results::Live, ..world.draft(&json!({"kind": "vote"})) }).await;
        world.account_with_password("ana").await;
        let path = format!("/c/{}", on.slug);
        let (here, there) = (app(&world), app(&world));
        for site in [&here, &there] {
            assert!(!Browser::at(site).get(&path).await.has("Une parole"));
        }
        let mut ana = Browser::at(&here);
        ana.post("/login", &[("who", "ana"), ("password", model::testing::PASSWORD)]).await;
        let said = ana.post(&format!("{path}/comments"), &[("text", "Une parole de plus"), ("stance", "for"), ("told", "1")]).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.html);
        let tag = |page: &crate::browser::Page| page.headers["etag"].to_str().expect("a tag").to_owned();
        let now = Browser::at(&here).get(&path).await;
        assert!(now.has("Une parole de plus"), "in this process at once");
        until(&there, &path, "Une parole de plus").await;
        assert_eq!(tag(&Browser::at(&there).get(&path).await), tag(&now), "the same page has the same tag");
        // A vote that is counted is another version.
        let luc = world.account("luc").await;
        world.casts(&forum, &on, &luc, &["for"]).await.expect("cast");
        world.tally(&on).await;
        until(&here, &path, "1 voter").await;
        until(&there, &path, "1 voter").await;
    }
}

#[tokio::test]
async fn a_page_with_a_session_asks_little_of_the_database() {
    statements::watch();
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let on = world.publish(&forum, Draft { results: Results::Live, ..world.draft(&json!({"kind": "vote"})) }).await;
    talks(&world, &forum, &on, 30).await;
    let ana = world.account_with_password("ana").await;
    world.casts(&forum, &on, &ana, &["for"]).await.expect("cast");
    world.tally(&on).await;
    let mut browser = Browser::signed_in(&world, "ana").await;
    let page = format!("/c/{}", on.slug);
    // What is the same for everybody is read once for each version.
    let debate = format!("{page}/debate");
    for (path, most) in [(page.as_str(), 2), (debate.as_str(), 2), ("/", 2)] {
        let first = browser.get(path).await;
        assert!(first.status == StatusCode::OK && first.has(">ana</a>"), "{path}");
        let before = statements::sent();
        let again = browser.get(path).await;
        let sent = statements::sent() - before;
        assert!((1..=most).contains(&sent), "{path} sends {sent}, at most {most}");
        assert_eq!(first.html, again.html, "{path}");
    }
    assert!(browser.get(&page).await.has("Taking part, day by day"));
    // What is one's own is never what was kept.
    assert!(browser.get(&page).await.has("Withdraw my vote"));
    says(&world, &forum, &on, "Une parole encore").await;
    assert!(browser.get(&debate).await.has("Une parole encore"), "nor is what came since");
}
