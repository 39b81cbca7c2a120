//! Feeds and calendars, read by the parsers that others use.

use std::time::Duration;

use http::{StatusCode, header};
use icalendar::{Calendar, CalendarComponent, Component as _, DatePerhapsTime};
use model::count::tally::Results;
use model::debate::comment::{self, Draft};
use model::debate::consultation::View;
use model::debate::forum::Visibility;
use model::debate::{change, consultation};
use model::testing::World;
use serde_json::json;

use super::browser::Browser;

async fn atom(browser: &mut Browser, path: &str) -> atom_syndication::Feed {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    assert_eq!(page.headers[header::CONTENT_TYPE], "application/atom+xml; charset=utf-8");
    atom_syndication::Feed::read_from(page.html.as_bytes()).unwrap_or_else(|why| panic!("{path}: {why}: {}", page.html))
}

#[tokio::test]
async fn atom_feeds_hold_what_everybody_may_read_and_no_result() {
    let world = World::sqlite().await;
    let open = world.forum("mobilite", Visibility::Public).await;
    let secret = world.forum("conseil", Visibility::Private).await;
    let mut draft = world.draft(&json!({"kind": "vote"}));
    (draft.title, draft.results) = ("R&D <b>ou</b> place ?".into(), Results::AfterClose);
    let on = world.publish(&open, draft).await;
    let mut other = world.draft(&json!({"kind": "none"}));
    other.tags = vec!["Vélo".into()];
    let tagged = world.publish(&open, other).await;
    world.publish(&secret, world.draft(&json!({"kind": "vote"}))).await;
    let ana = world.account("ana").await;
    let mut tx = world.store.begin().await.unwrap();
    let View { consultation: held, forum, standing } = consultation::view(&mut tx, &on.slug, Some(&ana)).await.unwrap();
    let words = Draft { text: "Oui & **non** ]]> <script>".into(), ..Draft::default() };
    comment::post(&mut tx, world.now(), &forum, &held, &standing, &words).await.unwrap();
    tx.commit().await.unwrap();
    world.casts(&open, &on, &ana, &["for"]).await.unwrap();
    world.tally(&on).await;

    let mut reader = Browser::of(&world);
    let node = atom(&mut reader, "/feed.atom").await;
    assert_eq!(node.entries.len(), 2, "the private one is not there");
    assert_eq!(node.id, "https://a.test/feed.atom");
    let first = node.entries.iter().find(|it| it.id == format!("https://a.test/c/{}", on.slug)).unwrap();
    assert_eq!(first.title.value, "R&D <b>ou</b> place ?");
    let forum = atom(&mut reader, "/f/mobilite/feed.atom").await;
    assert_eq!(forum.entries.len(), 2);
    for path in ["/feed.atom?tag=v%C3%A9lo", "/f/mobilite/feed.atom?tag=%23V%C3%A9lo"] {
        let found = atom(&mut reader, path).await;
        assert_eq!(found.entries.len(), 1, "{path}");
        assert_eq!(found.entries[0].id, format!("https://a.test/c/{}", tagged.slug));
    }
    let said = atom(&mut reader, &format!("/c/{}/feed.atom", on.slug)).await;
    let content = said.entries[0].content.as_ref().unwrap().value.clone().unwrap();
    assert!(content.contains("<strong>non</strong>") && !content.contains("<script>"), "{content}");
    let raw = reader.get(&format!("/c/{}/feed.atom", on.slug)).await;
    assert!(!raw.has("%") && !raw.has("voter"), "nothing of the result");
    let again = http::Request::get("/feed.atom")
        .header(header::IF_NONE_MATCH, reader.get("/feed.atom").await.headers[header::ETAG].clone());
    let same = reader.send(again.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    let page = reader.get(&format!("/c/{}", on.slug)).await;
    assert!(page.has(&format!("type=\"application/atom+xml\" href=\"/c/{}/feed.atom\"", on.slug)), "named in the head");
}

#[tokio::test]
async fn calendars_hold_the_dates_and_follow_their_changes() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let mut draft = world.draft(&json!({"kind": "vote"}));
    draft.title =
        "Fermer la place; la rue, et tout ce qui va avec — même le très très très long quai des pêcheurs ?".into();
    draft.answer_by = Some(world.now().plus(Duration::from_secs(30 * 86_400)));
    let on = world.publish(&forum, draft).await;
    let mut reader = Browser::of(&world);
    let page = reader.get(&format!("/c/{}/calendar.ics", on.slug)).await;
    assert_eq!(page.headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
    assert!(page.html.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{}", page.html);
    let calendar: Calendar = page.html.parse().unwrap();
    let events = |calendar: &Calendar| {
        let found = calendar.components.iter().filter_map(CalendarComponent::as_event);
        found
            .map(|it| (it.get_uid().unwrap().to_owned(), it.get_summary().unwrap().to_owned(), it.get_start().unwrap()))
            .collect::<Vec<_>>()
    };
    let before = events(&calendar);
    assert_eq!(before.len(), 3, "opened, closes, answered");
    let closes = before.iter().find(|it| it.0.contains("-closes@")).unwrap();
    assert_eq!(closes.1.replace("\\;", ";").replace("\\,", ","), format!("Clôture : {}", on.title));
    let DatePerhapsTime::DateTime(icalendar::CalendarDateTime::Utc(at)) = closes.2.clone() else {
        panic!("{closes:?}")
    };
    assert_eq!(at.timestamp(), on.closes_at.unwrap().as_second());

    let mut tx = world.store.begin().await.unwrap();
    let view = consultation::view(&mut tx, &on.slug, Some(&world.admin)).await.unwrap();
    change::cancel(&mut tx, world.now(), &view, "Erreur").await.unwrap();
    tx.commit().await.unwrap();
    let whole = reader.get("/f/mobilite/calendar.ics").await;
    assert!(whole.has("STATUS:CANCELLED"));
    let after: Calendar = whole.html.parse().unwrap();
    let uids = |all: Vec<(String, String, DatePerhapsTime)>| all.into_iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(uids(events(&after)), uids(before), "the same events");
}
