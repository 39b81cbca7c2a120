//! One's own account: following, notices, mails, votes, data, leaving.

use std::time::Duration;

use http::{Request, StatusCode};
use model::care::mail::{self, Mail};
use model::care::preference;
use model::count::tally::Results;
use model::debate::comment::{self, Comment, Draft, State};
use model::debate::consultation::View;
use model::debate::forum::Visibility;
use model::debate::outcome;
use model::debate::{consultation, forum};
use model::job::{self, Job};
use model::network::activity::{self, Outgoing};
use model::network::copy::Erasure;
use model::network::delivery::{self, Ended, How, Left, Report};
use model::network::erasure;
use model::people::account::{self, Account};
use model::people::actor;
use model::people::role::Role;
use model::testing::World;
use serde_json::{Value, json};

use super::browser::{Browser, app};

const DAY: Duration = Duration::from_secs(86_400);

/// Does every job that is due and tells people of this node something, and forgets the others.
async fn works(world: &World) {
    let app = app(world);
    loop {
        let mut tx = world.store.begin().await.unwrap();
        let Some(claim) = job::claim(&mut tx, world.now()).await.unwrap() else { break };
        tx.commit().await.unwrap();
        // Twice: a job that runs again tells nothing again.
        web::news::tell(&app, &claim.job).await.unwrap();
        web::news::tell(&app, &claim.job).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        job::finish(&mut tx, world.now(), &claim, &job::Outcome::Done).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn mails(world: &World, name: &str) -> Vec<Mail> {
    let to = format!("{name}@mail.example");
    mail::latest(&mut world.store.conn().await.unwrap(), Some(&to), 50).await.unwrap()
}

async fn says(world: &World, who: &Account, slug: &str, text: &str, parent: Option<&Comment>) -> Comment {
    let mut tx = world.store.begin().await.unwrap();
    let View { consultation: on, forum, standing } = consultation::view(&mut tx, slug, Some(who)).await.unwrap();
    let draft = Draft { text: text.into(), parent: parent.map(|it| it.id), ..Draft::default() };
    let said = comment::post(&mut tx, world.now(), &forum, &on, &standing, &draft).await.unwrap();
    tx.commit().await.unwrap();
    said
}

async fn concludes(world: &World, slug: &str, decision: &str) {
    let mut tx = world.store.begin().await.unwrap();
    let view = consultation::view(&mut tx, slug, Some(&world.admin)).await.unwrap();
    let draft = outcome::Draft { decision: decision.into(), text: "Voilà.".into(), ..outcome::Draft::default() };
    outcome::publish(&mut tx, world.now(), &view, draft).await.unwrap();
    tx.commit().await.unwrap();
}

async fn rhythm(browser: &mut Browser, rhythm: &str) {
    let saved = browser.post("/me/mail", &[("rhythm", rhythm), ("replies", "1")]).await;
    assert_eq!(saved.location(), "/me/mail?done=mail-saved");
}

#[tokio::test]
async fn who_follows_a_forum_gets_its_news_in_a_weekly_digest() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let back = ana.post("/f/mobilite/follow", &[("act", "follow"), ("back", "/f/mobilite")]).await;
    assert_eq!(back.location(), "/f/mobilite");
    assert!(ana.get("/me/follows").await.has("Mobilité"));
    assert!(ana.get("/me/mail").await.has("value=\"weekly\" checked"), "the default");
    let mut draft = world.draft(&json!({"kind": "vote"}));
    draft.closes_at = Some(world.now().plus(DAY * 30));
    let on = world.publish(&forum, draft).await;
    works(&world).await;
    assert!(mails(&world, "ana").await.is_empty(), "not before a week is over");
    let told = ana.get("/me/notifications").await;
    assert!(told.has("A consultation opens") && told.has(&on.title) && told.has("Notifications (1)"));
    ana.post("/me/notifications", &[]).await;
    assert!(!ana.get("/me/notifications").await.has("Notifications (1)"));

    world.clock.advance(DAY * 7);
    for _ in 0..3 {
        let mut tx = world.store.begin().await.unwrap();
        preference::gather(&mut tx, world.now()).await.unwrap();
        tx.commit().await.unwrap();
        works(&world).await;
    }
    let sent = mails(&world, "ana").await;
    assert_eq!(sent.len(), 1, "one digest, however often it is asked for");
    let html = sent[0].html.as_deref().unwrap();
    assert!(sent[0].body.contains(&on.title) && html.contains(&format!("https://a.test/c/{}", on.slug)));
    assert!(html.contains("<html lang=\"fr\">") && sent[0].subject.contains("semaine"), "in her language");
    assert!(sent[0].unsubscribe.as_deref().unwrap().starts_with("https://a.test/unsubscribe/"));
    world.clock.advance(DAY * 7);
    let mut tx = world.store.begin().await.unwrap();
    preference::gather(&mut tx, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    works(&world).await;
    assert_eq!(mails(&world, "ana").await.len(), 1, "nothing new: nothing sent");
}

#[tokio::test]
async fn who_follows_a_consultation_hears_of_its_end_and_outcome_once() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    for name in ["ana", "ben"] {
        world.account_with_password(name).await;
        let mut browser = Browser::signed_in(&world, name).await;
        let page = format!("/c/{}", on.slug);
        let follow = format!("{page}/follow");
        assert!(browser.get(&page).await.has("Follow this consultation"));
        browser.post(&follow, &[("act", "follow"), ("back", &page)]).await;
        assert!(browser.get(&page).await.has("Stop following"));
    }
    let ben = account::by_name(&mut world.store.conn().await.unwrap(), "ben").await.unwrap();
    world.casts(&forum, &on, &ben, &["for"]).await.unwrap();
    for _ in 0..30 {
        world.passes(Duration::from_secs(6 * 3600)).await;
        works(&world).await;
    }
    let subjects = |mails: &[Mail]| mails.iter().rev().map(|it| it.subject.clone()).collect::<Vec<_>>();
    assert_eq!(subjects(&mails(&world, "ana").await), [format!("Bientôt la clôture : {}", on.title)]);
    assert!(mails(&world, "ben").await.is_empty(), "he has voted");
    for decision in ["La place ferme.", "La place ferme en mai."] {
        concludes(&world, &on.slug, decision).await;
        works(&world).await;
    }
    for name in ["ana", "ben"] {
        let last = mails(&world, name).await;
        assert_eq!(last[0].subject, format!("La suite donnée : {}", on.title));
        assert_eq!(last.iter().filter(|it| it.subject.starts_with("La suite")).count(), 1);
        assert!(
            !last[0].body.contains('%') && !last[0].body.to_lowercase().contains("pour :"),
            "no number of a result"
        );
    }
}

#[tokio::test]
async fn a_reply_is_mailed_at_once_and_one_request_without_a_page_stops_that() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let (ana, ben) = (world.account_with_password("ana").await, world.account("ben").await);
    let mut language = Browser::signed_in(&world, "ana").await;
    let question = says(&world, &ana, &on.slug, "Et le marché ?", None).await;
    says(&world, &ana, &on.slug, "Je précise", Some(&question)).await;
    works(&world).await;
    assert!(mails(&world, "ana").await.is_empty(), "one is not told of one's own words");
    says(&world, &ben, &on.slug, "<img src=x onerror=alert(1)> À la *gare*", Some(&question)).await;
    works(&world).await;
    let sent = mails(&world, "ana").await;
    assert_eq!(sent.len(), 1);
    let (html, stop) = (sent[0].html.clone().unwrap(), sent[0].unsubscribe.clone().unwrap());
    assert!(html.contains("&#60;img") && !html.contains("<img") && sent[0].body.contains("> <img"));
    assert!(sent[0].body.contains(&format!("https://a.test/c/{}/debate?comment=", on.slug)));
    assert!(language.get("/me/notifications").await.has("ben replies to your message"));

    let path = stop.strip_prefix("https://a.test").unwrap();
    let mut anybody = Browser::of(&world);
    let page = anybody.get(path).await;
    assert!(page.status == StatusCode::OK && page.has("These are the replies to your messages."));
    assert!(
        preference::of(&mut world.store.conn().await.unwrap(), ana.id).await.unwrap().replies,
        "opening changes nothing"
    );
    // As RFC 8058 has it: no cookie, no origin, a body that is no form of ours; a multipart one as well.
    for (media, body) in [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\ncontent-disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
        ),
    ] {
        let request = Request::post(path).header("content-type", media).body(body.into()).unwrap();
        assert_eq!(Browser::of(&world).send(request).await.status, StatusCode::OK);
    }
    assert!(!preference::of(&mut world.store.conn().await.unwrap(), ana.id).await.unwrap().replies);
    says(&world, &ben, &on.slug, "Encore", Some(&question)).await;
    works(&world).await;
    assert_eq!(mails(&world, "ana").await.len(), 1);
    let all = path.split('.').next().unwrap();
    assert!(anybody.post(all, &[]).await.has("all the mails that you can stop"));
    let wanted = preference::of(&mut world.store.conn().await.unwrap(), ana.id).await.unwrap();
    assert_eq!(wanted.rhythm, preference::Rhythm::Never);
    for wrong in ["/unsubscribe/x", &format!("{all}.z"), &format!("/unsubscribe/{}", "a".repeat(300))] {
        assert_eq!(anybody.get(wrong).await.status, StatusCode::NOT_FOUND);
        assert_eq!(anybody.post(wrong, &[]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn no_mail_says_anything_of_a_private_forum_or_a_hidden_result() {
    let world = World::sqlite().await;
    let forum = world.forum("conseil", Visibility::Private).await;
    let mut draft = world.draft(&json!({"kind": "vote"}));
    draft.results = Results::AfterClose;
    let on = world.publish(&forum, draft).await;
    let (ana, eve) = (world.account_with_password("ana").await, world.account_with_password("eve").await);
    for who in [&ana, &eve] {
        let mut tx = world.store.begin().await.unwrap();
        forum::give_role(&mut tx, world.now(), &world.as_admin(), &forum, who, Role::Participant).await.unwrap();
        tx.commit().await.unwrap();
        let mut browser = Browser::signed_in(&world, &who.name).await;
        rhythm(&mut browser, "each").await;
        browser.post("/f/conseil/follow", &[("act", "follow")]).await;
        browser.post(&format!("/c/{}/follow", on.slug), &[("act", "follow")]).await;
    }
    let said = says(&world, &ana, &on.slug, "Parole secrète", None).await;
    says(&world, &world.admin, &on.slug, "Réponse secrète", Some(&said)).await;
    world.casts(&forum, &on, &world.admin, &["against"]).await.unwrap();
    // Eve is no longer a member: she hears of nothing.
    let mut tx = world.store.begin().await.unwrap();
    forum::remove_member(&mut tx, world.now(), &world.as_admin(), &forum, &eve).await.unwrap();
    tx.commit().await.unwrap();
    let second = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
    works(&world).await;
    world.passes(DAY * 6).await;
    works(&world).await;
    world.passes(DAY * 2).await;
    concludes(&world, &on.slug, "Décision secrète").await;
    works(&world).await;
    let sent = mails(&world, "ana").await;
    assert!(sent.len() >= 4, "{}", sent.len());
    for mail in &sent {
        let all = format!("{} {} {}", mail.subject, mail.body, mail.html.clone().unwrap());
        for secret in ["secrète", &on.title, &on.slug, &second.slug, "conseil", "Mobilité", "admina", "contre"] {
            assert!(!all.contains(secret), "{secret}: {all}");
        }
    }
    assert!(mails(&world, "eve").await.is_empty());
    let mut hers = Browser::signed_in(&world, "eve").await;
    for page in ["/me/follows", "/me/notifications", "/me/votes"] {
        assert!(!hers.get(page).await.has(&on.title), "{page}");
    }
}

#[tokio::test]
async fn ones_votes_are_listed_with_the_way_to_change_them_and_a_receipt_without_the_choice() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    assert!(ana.get("/me/votes").await.has("You have not voted yet."));
    ana.post(&format!("/c/{}/ballot", on.slug), &[("act", "cast"), ("choice", "against"), ("text", "1")]).await;
    assert!(mails(&world, "ana").await.is_empty(), "no receipt that nobody asked for");
    let votes = ana.get("/me/votes").await;
    assert!(votes.has("Contre") && votes.has(&format!("/c/{}?change=1#vote", on.slug)), "{}", votes.html);
    ana.post("/me/votes", &[("consultation", &on.slug)]).await;
    let receipt = mails(&world, "ana").await.remove(0);
    let all = format!("{} {} {}", receipt.subject, receipt.body, receipt.html.unwrap()).to_lowercase();
    assert!(all.contains("reçu") && !all.contains("contre") && !all.contains("against"), "{all}");
    ana.post("/me/mail", &[("rhythm", "weekly"), ("receipts", "1")]).await;
    ana.post(&format!("/c/{}/ballot", on.slug), &[("act", "cast"), ("choice", "for"), ("text", "1")]).await;
    assert_eq!(mails(&world, "ana").await.len(), 2, "each, since she wants them");
    assert_eq!(Browser::of(&world).get("/me/votes").await.status, StatusCode::SEE_OTHER);
    let missing = ana.post("/me/votes", &[("consultation", "nothing")]).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ones_data_are_a_file_and_leaving_takes_the_words_along() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let ana = world.account_with_password("ana").await;
    let said = says(&world, &ana, &on.slug, "Adieu la place", None).await;
    world.casts(&forum, &on, &ana, &["for"]).await.unwrap();
    let mut hers = Browser::signed_in(&world, "ana").await;
    hers.post(&format!("/c/{}/follow", on.slug), &[("act", "follow")]).await;
    let file: Value = serde_json::from_str(&hers.get("/me/data/file").await.html).unwrap();
    assert_eq!(file["account"]["email"], "ana@mail.example");
    assert_eq!(
        (&file["ballots"][0]["choice"][0], &file["comments"][0]["text"]),
        (&json!("for"), &json!("Adieu la place"))
    );
    assert_eq!(file["follows"][0]["uri"], format!("https://a.test/c/{}", on.slug));
    assert!(!file.to_string().contains("argon2"));

    let form = |password: &'static str| [("comments", "delete"), ("sure", "1"), ("password", password)];
    let unsure = hers.post("/me/data", &[("comments", "delete"), ("password", model::testing::PASSWORD)]).await;
    assert!(unsure.status == StatusCode::UNPROCESSABLE_ENTITY && unsure.has("href=\"#sure\""));
    let wrong = hers.post("/me/data", &form("not it")).await;
    assert!(wrong.status == StatusCode::UNAUTHORIZED && wrong.has("href=\"#password\""), "{}", wrong.status);
    let left = hers.post("/me/data", &form(model::testing::PASSWORD)).await;
    assert!(hers.get(left.location()).await.has("Your account is closed."));
    assert_eq!(hers.get("/me").await.status, StatusCode::SEE_OTHER, "signed out");
    let debate = hers.get(&format!("/c/{}/debate?sort=newest", on.slug)).await;
    assert!(!debate.has("Adieu la place") && !debate.has(">ana<"));
    let mut conn = world.store.conn().await.unwrap();
    assert_eq!(comment::by_id(&mut conn, said.id).await.unwrap().state, State::Deleted);
    assert!(account::by_login(&mut conn, "ana@mail.example").await.unwrap().is_none());
    assert!(mail::latest(&mut conn, Some("ana@mail.example"), 9).await.unwrap().is_empty());
    drop(conn);
    assert_eq!(world.tally(&on).await.0.values().map(|count| count.voters).sum::<i64>(), 1, "the ballot counts on");
    let mut tx = world.store.begin().await.unwrap();
    let mut told = false;
    while let Some(claim) = job::claim(&mut tx, world.now()).await.unwrap() {
        told |= matches!(claim.job, Job::Depart { actor, .. } if actor == ana.actor_id);
        job::finish(&mut tx, world.now(), &claim, &job::Outcome::Done).await.unwrap();
    }
    drop(tx);
    assert!(told, "the servers that know her are told");
    let taken =
        model::people::account::Newcomer { name: "ana".into(), email: "x@y.example".into(), language: "fr".into() };
    let mut conn = world.store.conn().await.unwrap();
    assert_eq!(model::testing::refused(account::check_form(&mut conn, &taken).await), "invalid", "never given again");
}

#[tokio::test]
async fn words_may_stay_without_a_name() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let ana = world.account_with_password("ana").await;
    says(&world, &ana, &on.slug, "Je reste lisible", None).await;
    let mut hers = Browser::signed_in(&world, "ana").await;
    let form = [("comments", "nameless"), ("sure", "1"), ("password", model::testing::PASSWORD)];
    hers.post("/me/data", &form).await;
    let page = Browser::of(&world).get(&format!("/c/{}/debate", on.slug)).await;
    assert!(
        page.has("Je reste lisible") && page.has("<bdi>Somebody</bdi>") && !page.has(">ana<") && !page.has("anonymous")
    );
    assert_eq!(Browser::of(&world).get("/u/ana").await.status, StatusCode::NOT_FOUND);
    let mut admin = Browser::signed_in(&world, "admina").await;
    let refused = admin.post("/me/data", &form).await;
    assert!(refused.has("needs an administrator") || refused.status == StatusCode::UNPROCESSABLE_ENTITY);
}

/// Something goes to these servers, which take it in.
async fn given(world: &World, object: &str, inboxes: &[&str]) {
    let inboxes: Vec<String> = inboxes.iter().map(|&inbox| inbox.to_owned()).collect();
    let mut tx = world.store.begin().await.unwrap();
    let signer = actor::node(&mut tx).await.unwrap().id;
    let told = Outgoing { signer, uri: "https://a.test/told", body: "{}", object: Some((object, false)) };
    activity::tell(&mut tx, world.now(), told, &inboxes).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    for taken in delivery::claim(&mut tx, world.now(), 10, true).await.unwrap() {
        let ended = taken.deliveries.iter().map(|one| {
            let (host, inbox) = (one.host.clone(), one.inbox.clone());
            Report::Ended(Ended {
                delivery: one.id,
                host,
                inbox,
                object: Some((object.to_owned(), false)),
                refused: None,
            })
        });
        let (host, lease) = (taken.lane.host.clone(), taken.lease);
        let left = Report::Left(Left { host, lease, how: How::Works, troubles: Vec::new() });
        let reports: Vec<Report> = ended.chain([left]).collect();
        delivery::settle(&mut tx, world.now(), &reports).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn who_has_confirmed_a_deletion_stands_with_ones_data() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let (ana, _) = (world.account_with_password("ana").await, world.account_with_password("marc").await);
    let said = says(&world, &ana, &on.slug, "Adieu la place", None).await;
    let uri = world.address.comment(&on.slug, said.id);
    given(&world, &uri, &["https://has.test/inbox", "https://slow.test/inbox"]).await;
    let mut hers = Browser::signed_in(&world, "ana").await;
    assert!(!hers.get("/me/data").await.has("Deleted messages"), "nothing was deleted");
    let mut tx = world.store.begin().await.unwrap();
    let by = forum::standing(&mut tx, &forum, Some(&ana)).await.unwrap();
    comment::delete(&mut tx, world.now(), &forum, &by, &said, None).await.unwrap();
    delivery::withdraw(&mut tx, world.now(), &uri).await.unwrap();
    let onward = [("far.test".to_owned(), Erasure::Asked)];
    erasure::acknowledged(&mut tx, world.now(), &uri, "has.test", &onward).await.unwrap();
    tx.commit().await.unwrap();
    let page = hers.get("/me/data").await;
    for words in ["Deleted messages", "Deleted on ", "Confirmed: has.test<", &on.title, &format!("/c/{}", on.slug)] {
        assert!(page.has(words), "{words}: {}", page.html);
    }
    assert!(page.has("No answer yet: slow.test, far.test (through has.test)"), "{}", page.html);
    let mut his = Browser::signed_in(&world, "marc").await;
    assert!(!his.get("/me/data").await.has("has.test"), "nobody else is told");
}
