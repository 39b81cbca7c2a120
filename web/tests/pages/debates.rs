//! Comments, replies, agreement.

use http::StatusCode;
use model::care::settings;
use model::debate::comment;
use model::debate::forum::Visibility;
use model::testing::World;
use serde_json::json;

use super::browser::Browser;

#[tokio::test]
async fn a_comment_is_written_answered_and_agreed_with() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    world.account_with_password("ben").await;
    let path = format!("/c/{}", on.slug);
    let mut ana = Browser::signed_in(&world, "ana").await;
    assert!(ana.get(&path).await.has("copied to other servers under the name @ana@a.test"));
    let form = [("text", "Where would the **market** go?"), ("stance", "for"), ("told", "1")];
    let said = ana.post(&format!("{path}/comments"), &form).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    let page = ana.get(&path).await;
    assert!(page.has("<strong>market</strong>") && !page.has("copied to other servers"), "asked once");
    let id = said.location().rsplit("#comment-").next().unwrap().to_owned();

    let mut ben = Browser::signed_in(&world, "ben").await;
    assert!(ben.get(&format!("{path}?reply={id}")).await.has("Reply to ana"));
    ben.post(&format!("{path}/comments"), &[("text", "To the station."), ("parent", &id)]).await;
    let reaction = format!("{path}/comments/{id}/reaction");
    ben.post(&reaction, &[("value", "1"), ("back", &path)]).await;
    let page = ben.get(&path).await;
    assert!(page.has("1 reply") && page.has("aria-pressed=\"true\">Agree <span class=\"num\">1</span>"));
    let back = ben.post(&reaction, &[("value", "1"), ("back", &path)]).await;
    assert_eq!(back.location(), format!("{path}#comment-{id}"));
    assert!(!ben.get(&path).await.has("aria-pressed=\"true\">Agree"), "the same button takes it back");
    let thread = ben.get(&format!("{path}?comment={id}")).await;
    assert!(thread.has("To the station.") && thread.has("See the whole discussion"));
}

#[tokio::test]
async fn a_refused_comment_keeps_what_was_typed() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let address = format!("/c/{}/comments", on.slug);
    let empty = ana.post(&address, &[("text", " "), ("stance", "against")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        empty.title().starts_with("Error:") && empty.has("href=\"#text\"") && empty.has("value=\"against\" checked")
    );
    let long = "é".repeat(comment::LONGEST + 1);
    let refused = ana.post(&address, &[("text", &long)]).await;
    assert!(refused.has("too long") && refused.has(&long));
    let lost = ana.post(&address, &[("text", "x"), ("parent", &uuid_of_nobody())]).await;
    assert!(lost.status == StatusCode::UNPROCESSABLE_ENTITY || lost.status == StatusCode::NOT_FOUND);
    assert_eq!(world.again(&on).await.comment_count, 0);
}

fn uuid_of_nobody() -> String {
    "019a0000-0000-7000-8000-000000000000".into()
}

#[tokio::test]
async fn nobody_signed_out_or_outside_writes() {
    let world = World::sqlite().await;
    let forum = world.forum("conseil", Visibility::Closed).await;
    let on = world.publish(&forum, world.draft(&json!({"kind": "none"}))).await;
    let address = format!("/c/{}/comments", on.slug);
    let mut visitor = Browser::of(&world);
    assert_eq!(visitor.post(&address, &[("text", "Hello")]).await.status, StatusCode::UNAUTHORIZED);
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    assert!(ana.get(&format!("/c/{}", on.slug)).await.has("Only the members of this forum comment"));
    assert_eq!(ana.post(&address, &[("text", "Hello")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_author_answers_in_the_institutions_name() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let mut clerk = Browser::signed_in(&world, "admina").await;
    let path = format!("/c/{}", on.slug);
    assert!(clerk.get(&path).await.has("Official answer, in the name of Valmont"));
    clerk.post(&format!("{path}/comments"), &[("text", "The council votes in June."), ("official", "1")]).await;
    let page = Browser::of(&world).get(&path).await;
    let official = settings::official(&mut world.store.conn().await.unwrap()).await.unwrap();
    assert!(page.has("official answer") && page.has(&format!("<bdi>{}</bdi>", official.display_name)));
    assert!(!page.has("<b>admina</b>"));
}
