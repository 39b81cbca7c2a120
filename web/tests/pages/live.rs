//! Pages that stay open.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use http::{Request, StatusCode};
use model::count::sequence;
use model::count::tally::Results;
use model::debate::comment;
use model::debate::consultation::{self, Consultation, Draft, View};
use model::debate::forum::Visibility;
use model::people::account::Account;
use model::testing::World;
use serde_json::json;
use tower::ServiceExt as _;
use web::App;

use super::browser::{Browser, app};

async fn watch(app: &App, slug: &str) -> BodyDataStream {
    let request = Request::get(format!("/c/{slug}/live")).body(Body::empty()).unwrap();
    let answer = web::router(app.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    answer.into_body().into_data_stream()
}

/// Reads until a word comes; answers all that came.
async fn until(stream: &mut BodyDataStream, word: &str) -> String {
    let mut heard = String::new();
    let hear = async {
        while !heard.contains(word) {
            let piece = stream.next().await.expect("more").expect("a piece");
            heard.push_str(std::str::from_utf8(&piece).expect("text"));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), hear).await.unwrap_or_else(|_| panic!("no {word}"));
    heard
}

async fn says(world: &World, who: &Account, on: &Consultation, text: &str) {
    let mut tx = world.store.begin().await.unwrap();
    let View { consultation: on, forum, standing } = consultation::view(&mut tx, &on.slug, Some(who)).await.unwrap();
    let draft = comment::Draft { text: text.into(), ..comment::Draft::default() };
    comment::post(&mut tx, world.now(), &forum, &on, &standing, &draft).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn one_producer_tells_however_many_watch() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let mut draft = world.draft(&json!({"kind": "vote"}));
    draft.results = Results::Live;
    let on = world.publish(&forum, draft).await;
    let app = app(&world);
    let ana = world.account("ana").await;
    let mut watchers = Vec::new();
    for _ in 0..300 {
        watchers.push(watch(&app, &on.slug).await);
    }
    assert_eq!(app.watched(), (1, 300, 1), "one consultation, one producer");
    // The first look is what the page shows already; what comes after it is told.
    let mut first = watchers.pop().unwrap();
    until(&mut first, "retry").await;
    tokio::time::timeout(Duration::from_secs(30), async {
        let mut n = 0;
        loop {
            n += 1;
            says(&world, &ana, &on, &format!("Parole {n}")).await;
            if let Ok(heard) =
                tokio::time::timeout(Duration::from_millis(1500), until(&mut first, "event: comment")).await
            {
                break heard;
            }
        }
    })
    .await
    .expect("a comment is told");
    for watcher in &mut watchers {
        let heard = until(watcher, "event: comment").await;
        assert!(!heard.contains("Parole"), "the words are read on the page");
    }
    world.casts(&forum, &on, &ana, &["for"]).await.unwrap();
    sequence::sweep(&world.store, world.now(), Duration::ZERO).await.unwrap();
    // With the part of the page that shows it, in the language of who watches.
    let heard = until(&mut first, "\"voters\":1").await;
    assert!(heard.contains("event: tally") && heard.contains("data-count=\\\"member:for\\\""), "{heard}");
    let mut late = watch(&app, &on.slug).await;
    let told = until(&mut late, "\"voters\":1").await;
    assert!(told.contains("event: tally"), "who comes later is told too: {told}");
    let french = Request::get(format!("/c/{}/live", on.slug)).header("accept-language", "fr");
    let answer = web::router(app.clone()).oneshot(french.body(Body::empty()).unwrap()).await.unwrap();
    let mut french = answer.into_body().into_data_stream();
    assert!(until(&mut french, "1 votant").await.contains("event: tally"));
    drop((late, french));
    world.passes(Duration::from_secs(8 * 86_400)).await;
    until(&mut first, "event: close").await;
    drop((first, watchers));
    assert_eq!(app.watched().0, 0);
}

#[tokio::test]
async fn pages_that_stay_open_say_where_they_hear_and_link_to_what_is_new() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let draft = |results| Draft { results, ..world.draft(&json!({"kind": "vote"})) };
    let live = world.publish(&forum, draft(Results::Live)).await;
    let secret = world.publish(&forum, Draft { title: "Secret".into(), ..draft(Results::AfterClose) }).await;
    let mut anybody = Browser::of(&world);
    let (at, script) = (format!("/c/{}", live.slug), "src=\"/assets/live.");
    for part in ["", "/debate"] {
        let page = anybody.get(&format!("{at}{part}")).await;
        assert!(page.has(&format!("data-live=\"{at}/live\"")) && page.has(script), "{}", page.html);
        assert!(page.has(&format!("<a href=\"{at}/debate?sort=newest#debate\" data-new hidden>")), "{}", page.html);
        assert!(page.has("data-one=\"1 new comment.\"") && page.has("data-more=\"2 new comments.\""));
        assert!(page.has(&format!("href=\"{at}{part}\">Load the page again")), "without a script");
    }
    let page = anybody.get(&format!("{at}/results")).await;
    assert!(
        page.has(&format!("data-live=\"{at}/live\"")) && page.has(script) && !page.has("data-new"),
        "{}",
        page.html
    );
    let tally = anybody.get(&format!("{at}/tally")).await;
    for spot in ["member:for", "member:bar", "tiers:picture", "tiers:numbers", "table"] {
        let spot = format!("data-count=\"{spot}\"");
        assert!(page.has(&spot) && tally.has(&spot), "{spot}: {}", page.html);
    }
    let hidden = anybody.get(&format!("/c/{}/results", secret.slug)).await;
    assert!(!hidden.has("data-live") && !hidden.has(script), "nothing is told of what is hidden");
    world.passes(Duration::from_secs(8 * 86_400)).await;
    // By a process that has kept no page: what no version tells shows within moments, and the clock was moved at once.
    let mut anybody = Browser::of(&world);
    for part in ["/debate", "/results"] {
        let page = anybody.get(&format!("{at}{part}")).await;
        assert!(!page.has("data-live") && !page.has(script), "it is over: {}", page.html);
    }
}

#[tokio::test]
async fn hidden_results_are_never_told_and_the_end_lets_everybody_go() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let app = app(&world);
    let ana = world.account("ana").await;
    let mut watcher = watch(&app, &on.slug).await;
    world.casts(&forum, &on, &ana, &["for"]).await.unwrap();
    sequence::sweep(&world.store, world.now(), Duration::ZERO).await.unwrap();
    says(&world, &ana, &on, "Une parole").await;
    app.let_go();
    let mut heard = String::new();
    while let Some(piece) = tokio::time::timeout(Duration::from_secs(30), watcher.next()).await.expect("let go") {
        heard.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
    }
    assert!(!heard.contains("tally"), "{heard}");
    let request = Request::get(format!("/c/{}/live", on.slug)).body(Body::empty()).unwrap();
    let refused = web::router(app).oneshot(request).await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
}
