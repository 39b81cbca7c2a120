//! The debate as a page of its own, versions, outcome, search, help.

use std::time::Duration;

use http::StatusCode;
use model::debate::comment::{self, Draft, State};
use model::debate::consultation::View;
use model::debate::forum::Visibility;
use model::debate::{consultation, forum, outcome};
use model::people::account::Account;
use model::testing::World;
use serde_json::json;

use super::browser::Browser;

async fn says(
    world: &World,
    who: &Account,
    slug: &str,
    text: &str,
    parent: Option<&comment::Comment>,
) -> comment::Comment {
    let mut tx = world.store.begin().await.unwrap();
    let View { consultation: on, forum, standing } = consultation::view(&mut tx, slug, Some(who)).await.unwrap();
    let draft = Draft { text: text.into(), parent: parent.map(|it| it.id), ..Draft::default() };
    let said = comment::post(&mut tx, world.now(), &forum, &on, &standing, &draft).await.unwrap();
    tx.commit().await.unwrap();
    said
}

#[tokio::test]
async fn every_published_consultation_has_a_debate_and_an_outcome_whatever_its_method() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let methods = [
        json!({"kind": "vote"}),
        json!({"kind": "poll", "options": ["A", "B"], "multiple": false}),
        json!({"kind": "support", "goal": 100}),
        json!({"kind": "scale", "min": 0, "max": 10, "step": 5}),
        json!({"kind": "ranking", "options": ["A", "B"]}),
        json!({"kind": "articles"}),
        json!({"kind": "none"}),
    ];
    let mut visitor = Browser::of(&world);
    for method in methods {
        let mut draft = world.draft(&method);
        draft.text = "# Un\n\nA\n\n# Deux\n\nB".into();
        let on = world.publish(&forum, draft).await;
        for (part, words) in
            [("debate", "Nobody has written anything yet."), ("outcome", "The consultation is not over.")]
        {
            let page = visitor.get(&format!("/c/{}/{part}", on.slug)).await;
            assert!(page.status == StatusCode::OK && page.has(words), "{method} {part}: {}", page.html);
        }
        let same = visitor.get(&format!("/c/{}/versions/1..1", on.slug)).await;
        assert!(same.status == StatusCode::OK && same.has("Both are the same version."));
    }
    for missing in ["/c/nothing/debate", "/c/nothing/outcome", "/c/nothing/versions/1..2"] {
        assert_eq!(visitor.get(missing).await.status, StatusCode::NOT_FOUND);
    }
    for page in ["/search", "/help"] {
        assert_eq!(visitor.get(page).await.status, StatusCode::OK, "{page}");
    }
}

#[tokio::test]
async fn a_private_debate_answers_as_nothing() {
    let world = World::sqlite().await;
    let forum = world.forum("conseil", Visibility::Private).await;
    let on = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
    let said = says(&world, &world.admin, &on.slug, "Secret", None).await;
    world.account_with_password("eve").await;
    let mut eve = Browser::signed_in(&world, "eve").await;
    let c = format!("/c/{}", on.slug);
    for path in [
        format!("{c}/debate"),
        format!("{c}/outcome"),
        format!("{c}/versions/1..1"),
        format!("{c}/feed.atom"),
        format!("{c}/calendar.ics"),
        format!("{c}/live"),
        format!("{c}/comments/{}/history", said.id),
        format!("{c}/comments/{}/report", said.id),
        "/f/conseil/feed.atom".into(),
        "/f/conseil/calendar.ics".into(),
    ] {
        let page = eve.get(&path).await;
        assert!(page.status == StatusCode::NOT_FOUND && !page.has("Secret") && !page.has("piétonne"), "{path}");
    }
    for path in [format!("{c}/follow"), "/f/conseil/follow".into(), format!("{c}/comments/{}/report", said.id)] {
        assert_eq!(eve.post(&path, &[("act", "follow")]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!eve.get("/search?q=secret").await.has("Secret</"));
    let mut admin = Browser::signed_in(&world, "admina").await;
    assert!(admin.get(&format!("{c}/debate")).await.has("Secret"));
    assert_eq!(
        admin.get(&format!("{c}/feed.atom")).await.status,
        StatusCode::NOT_FOUND,
        "readers of feeds sign in nowhere"
    );
}

#[tokio::test]
async fn words_are_changed_read_as_they_were_deleted_and_reported() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let ana = world.account_with_password("ana").await;
    world.account_with_password("ben").await;
    let said = says(&world, &ana, &on.slug, "Le *premier* jet", None).await;
    let at = format!("/c/{}/comments/{}", on.slug, said.id);
    let (mut hers, mut his) = (Browser::signed_in(&world, "ana").await, Browser::signed_in(&world, "ben").await);

    assert!(hers.get(&format!("{at}/edit")).await.has("Le *premier* jet</textarea>"));
    assert_eq!(his.get(&format!("{at}/edit")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(his.post(&format!("{at}/edit"), &[("text", "Faux")]).await.status, StatusCode::FORBIDDEN);
    let empty = hers.post(&format!("{at}/edit"), &[("text", " ")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.title().starts_with("Error:"));
    world.clock.advance(Duration::from_secs(60));
    let changed = hers.post(&format!("{at}/edit"), &[("text", "Le second")]).await;
    assert!(hers.get(changed.location()).await.has("Your message is changed."));
    let debate = his.get(&format!("/c/{}/debate", on.slug)).await;
    assert!(
        debate.has("Le second")
            && debate.has(&format!("{at}/history"))
            && debate.has("Reply<span class=\"vh\"> to ana")
    );
    let history = his.get(&format!("{at}/history")).await;
    assert!(history.has("Le second") && history.has("<em>premier</em>"));

    assert_eq!(hers.get(&format!("{at}/report")).await.status, StatusCode::FORBIDDEN, "one's own");
    assert!(his.get(&format!("{at}/report")).await.has("Report the message of ana"));
    let reason = his.post(&format!("{at}/report"), &[("text", "Non")]).await;
    assert!(
        reason.status == StatusCode::UNPROCESSABLE_ENTITY
            && reason.has("href=\"#reason\"")
            && reason.has("Non</textarea>")
    );
    let sent = his.post(&format!("{at}/report"), &[("reason", "abuse"), ("text", "Non")]).await;
    assert!(his.get(sent.location()).await.has("Your report is sent."));
    let again = his.post(&format!("{at}/report"), &[("reason", "spam")]).await;
    assert!(again.has("reported this already") || again.has("already"), "{}", again.html);

    assert!(hers.get(&format!("{at}/delete")).await.has("The text goes"));
    let gone = hers.post(&format!("{at}/delete"), &[]).await;
    assert!(hers.get(gone.location()).await.has("Your message is deleted."));
    let mut conn = world.store.conn().await.unwrap();
    assert_eq!(comment::by_id(&mut conn, said.id).await.unwrap().state, State::Deleted);
    assert_eq!(his.get(&format!("{at}/history")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_comment_is_about_an_article_and_deep_threads_go_on_elsewhere() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let mut draft = world.draft(&json!({"kind": "vote"}));
    draft.text = "# La place\n\nA\n\n# Le parking\n\nB".into();
    let on = world.publish(&forum, draft).await;
    let ana = world.account_with_password("ana").await;
    let mut hers = Browser::signed_in(&world, "ana").await;
    let page = format!("/c/{}/debate", on.slug);
    assert!(hers.get(&page).await.has("<option value=\"a2\">Le parking</option>"));
    let form = [("text", "Trop cher"), ("stance", "against"), ("article", "a2")];
    hers.post(&format!("/c/{}/comments", on.slug), &form).await;
    hers.post(&format!("/c/{}/comments", on.slug), &[("text", "Joli"), ("stance", "for")]).await;
    assert!(hers.get(&page).await.has("On the article: <a href="));
    let part = hers.get(&format!("{page}?article=a2")).await;
    assert!(part.has("Trop cher") && !part.has("Joli") && part.has("See the whole discussion"));
    let wrong = hers.post(&format!("/c/{}/comments", on.slug), &[("text", "Ailleurs"), ("article", "a9")]).await;
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY
            && wrong.has("href=\"#article\"")
            && wrong.has("Ailleurs</textarea>")
    );

    let mut last = says(&world, &ana, &on.slug, "Niveau 0", None).await;
    for level in 1..=6 {
        world.clock.advance(Duration::from_secs(1));
        last = says(&world, &ana, &on.slug, &format!("Niveau {level}"), Some(&last)).await;
    }
    let whole = hers.get(&page).await;
    assert!(whole.has("Niveau 4") && !whole.has("Niveau 5") && whole.has("See how this thread goes on"));
    let deep = hers.get(&format!("{page}?comment={}", last.id)).await;
    assert!(deep.has("Niveau 6") && deep.has("Niveau 3"));
}

#[tokio::test]
async fn the_outcome_is_promised_late_and_told() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let mut draft = world.draft(&json!({"kind": "vote"}));
    draft.answer_by = Some(world.now().plus(Duration::from_secs(20 * 86_400)));
    let on = world.publish(&forum, draft).await;
    let ana = world.account("ana").await;
    let argument = says(&world, &ana, &on.slug, "Et le bus ?", None).await;
    let mut visitor = Browser::of(&world);
    let page = format!("/c/{}/outcome", on.slug);
    assert!(visitor.get(&page).await.has("An answer is promised by 22 March 2026."));
    world.passes(Duration::from_secs(8 * 86_400)).await;
    world.passes(Duration::from_secs(14 * 86_400)).await;
    // Another process: this one keeps a page for a moment of the machine's clock.
    let mut visitor = Browser::of(&world);
    assert!(visitor.get(&page).await.has("An answer is expected since 22 March 2026."));
    let mut tx = world.store.begin().await.unwrap();
    let view = consultation::view(&mut tx, &on.slug, Some(&world.admin)).await.unwrap();
    let draft = outcome::Draft {
        decision: "La place devient piétonne.".into(),
        text: "Le conseil a **voté**.".into(),
        answers: vec![(argument.id, "Il passe quai Sud.".into())],
        ..outcome::Draft::default()
    };
    outcome::publish(&mut tx, world.now(), &view, draft).await.unwrap();
    tx.commit().await.unwrap();
    let told = Browser::of(&world).get(&page).await;
    for words in ["La place devient piétonne.", "<strong>voté</strong>", "Et le bus ?", "Il passe quai Sud."] {
        assert!(told.has(words), "{words}");
    }
}

#[tokio::test]
async fn versions_stand_in_one_and_side_by_side() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let mut tx = world.store.begin().await.unwrap();
    let standing = forum::standing(&mut tx, &forum, Some(&world.admin)).await.unwrap();
    let mut draft = world.draft(&json!({"kind": "vote"}));
    draft.text = "# Le projet\n\nLa rue **devient** piétonne.".into();
    consultation::edit(&mut tx, world.now(), &standing, &forum, &on, draft).await.unwrap();
    tx.commit().await.unwrap();
    let mut visitor = Browser::of(&world);
    let latest = visitor.get(&format!("/c/{}/versions", on.slug)).await;
    assert_eq!(latest.location(), format!("/c/{}/versions/1..2", on.slug));
    let inline = visitor.get(latest.location()).await;
    assert!(
        inline.has("<del>place</del>") && inline.has("<ins>rue</ins>") && !inline.has("<table>"),
        "{}",
        inline.html
    );
    let side = visitor.get(&format!("/c/{}/versions/1..2?view=side", on.slug)).await;
    assert!(side.has("<table>") && side.has("<del>place</del>") && side.has("<ins>rue</ins>"));
    for wrong in ["1..9", "x..2", "1", "..", "2..1..3"] {
        let page = visitor.get(&format!("/c/{}/versions/{wrong}", on.slug)).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn a_search_finds_forums_consultations_and_comments_and_keeps_what_was_typed() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let ana = world.account("ana").await;
    says(&world, &ana, &on.slug, "Une fontaine <b>au</b> milieu", None).await;
    let mut visitor = Browser::of(&world);
    let found = visitor.get("/search?q=fontaine").await;
    assert!(found.has("/debate?comment=") && found.has("value=\"fontaine\"") && found.has("Comment"));
    assert!(!found.has("<b>au</b>"), "what people wrote is text");
    assert!(visitor.get("/search?q=voitures&kind=consultation").await.has(&format!("href=\"/c/{}\"", on.slug)));
    let strong = visitor.get("/search?q=devient").await;
    assert!(strong.has("La place devient pi") && !strong.has("**devient**"), "{}", strong.html);
    assert!(visitor.get("/search?q=fontaine&kind=forum").await.has("Nothing has these words"));
    assert!(visitor.get("/search?q=fontaine&forum=ailleurs").await.has("Nothing has these words"));
    let long = "mot ".repeat(200);
    let refused = visitor.get(&format!("/search?q={}", long.trim().replace(' ', "+"))).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.has("href=\"#q\""), "{}", refused.html);
}

#[tokio::test]
async fn a_debate_of_thousands_is_read_a_page_at_a_time() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let ana = world.account("ana").await;
    let mut tx = world.store.begin().await.unwrap();
    let View { consultation, forum, standing } = consultation::view(&mut tx, &on.slug, Some(&ana)).await.unwrap();
    for n in 0..300 {
        let draft = Draft { text: format!("Parole {n} "), ..Draft::default() };
        comment::post(&mut tx, world.now(), &forum, &consultation, &standing, &draft).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut visitor = Browser::of(&world);
    let below = visitor.get(&format!("/c/{}", on.slug)).await;
    assert_eq!(below.html.matches("class=\"arg\"").count(), 20);
    let (mut next, mut seen) = (Some(format!("/c/{}/debate?sort=oldest", on.slug)), 0);
    while let Some(path) = next {
        let page = visitor.get(&path).await;
        let here = page.html.matches("class=\"arg\"").count();
        assert!(here <= 50, "{here}");
        seen += here;
        let link = page.html.split("href=\"").filter(|rest| rest.contains(">See the next comments<")).last();
        next = link.filter(|_| page.has("See the next comments")).and_then(|_| {
            let before = page.html.split("\">See the next comments").next()?;
            Some(before.rsplit("href=\"").next()?.replace("&#38;", "&"))
        });
    }
    assert_eq!(seen, 300);
}
