//! What moderators decide by pages, what everybody reads of it, and how it is taken back.

use std::time::Duration;

use http::StatusCode;
use model::care::decision;
use model::care::report::{self, Draft, Reason};
use model::debate::comment::{self, Comment, State};
use model::debate::consultation::{Consultation, View};
use model::debate::forum::{self, Forum};
use model::debate::held;
use model::people::account::Account;
use model::people::role::{Role, Standing};
use model::testing::{PASSWORD, World};

use crate::browser::{Browser, mailed};

/// A comment by an account.
async fn says(world: &World, (forum, on): (&Forum, &Consultation), who: &Account, text: &str) -> Comment {
    let mut tx = world.store.begin().await.expect("a transaction");
    let by = forum::standing(&mut tx, forum, Some(who)).await.expect("a standing");
    let draft = comment::Draft { text: text.into(), ..comment::Draft::default() };
    let said = comment::post(&mut tx, world.now(), forum, on, &by, &draft).await.expect("said");
    tx.commit().await.expect("committed");
    said
}

/// The path of a report of that comment.
async fn reported(world: &World, (forum, on): (&Forum, &Consultation), who: &Account, said: &Comment) -> String {
    let standing = Standing { account: Some(who.clone()), member: None };
    let view = View { consultation: on.clone(), forum: forum.clone(), standing };
    let draft = Draft { reason: Reason::Abuse, text: "Il insulte".into(), forward: false };
    let mut tx = world.store.begin().await.expect("a transaction");
    let uri = world.address.comment(&on.slug, said.id);
    let filed = report::file(&mut tx, world.now(), &view, said, &uri, &draft).await.expect("filed");
    tx.commit().await.expect("committed");
    format!("/mod/r/{}", filed.id)
}

/// Moderators who can sign in.
async fn moderator(world: &World, name: &str) -> Browser {
    let account = world.account_with_password(name).await;
    let mut tx = world.store.begin().await.expect("a transaction");
    model::people::account::give_role(&mut tx, world.now(), &world.as_admin(), account.id, Role::Moderator)
        .await
        .expect("given");
    tx.commit().await.expect("committed");
    Browser::signed_in(world, name).await
}

async fn state(world: &World, said: &Comment) -> State {
    comment::by_id(&mut world.store.conn().await.expect("a connection"), said.id).await.expect("a comment").state
}

/// The identity of the latest decision.
async fn latest(world: &World) -> decision::Decision {
    let mut conn = world.store.conn().await.expect("a connection");
    decision::latest(&mut conn, None, None, 1).await.expect("decisions").remove(0)
}

model::both_databases! {
    async fn a_message_is_hidden_by_a_rule_told_to_its_author_and_shown_again(world: World) {
        let (forum, on) = world.vote().await;
        let (ana, luc) = (world.account("ana").await, world.account("luc").await);
        let said = says(&world, (&forum, &on), &ana, "Espèce d’idiot").await;
        let path = reported(&world, (&forum, &on), &luc, &said).await;
        world.clock.advance(Duration::from_secs(30 * 3600));
        let mut marc = moderator(&world, "marc").await;
        let queue = marc.get("/mod").await;
        assert!(queue.has("Insult or threat") && queue.has("30 hours") && queue.has("tag bad"), "{}", queue.html);
        let page = marc.get(&path).await;
        assert!(page.has("Espèce d’idiot") && page.has("Il insulte") && page.has("Respecter les personnes"), "{}", page.html);
        assert!(!page.has("value=\"block\""), "there is no server to refuse");
        let mute = marc.post(&path, &[("rule", "Respecter les personnes")]).await;
        assert!(mute.status == StatusCode::UNPROCESSABLE_ENTITY && mute.has("id=\"act-error\""), "{}", mute.html);
        let hide = [("act", "hide"), ("rule", "Respecter les personnes"), ("reason", "Une insulte.")];
        assert_eq!(marc.post(&path, &hide).await.location(), "/mod?done=decided");
        assert_eq!(state(&world, &said).await, State::Hidden);
        assert!(marc.get("/mod").await.has("Nothing waits."));
        let log = Browser::of(&world).get("/modlog").await;
        assert!(log.has("Message hidden") && log.has("Respecter les personnes – Une insulte.") && !log.has("ana"), "{}", log.html);
        let letter = mailed(&world, "ana@mail.example").await;
        assert!(letter.starts_with("/appeal/"), "{letter}");
        let again = marc.post(&path, &hide).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        let undo = format!("/mod/d/{}/undo", latest(&world).await.id);
        assert_eq!(marc.post(&undo, &[]).await.location(), "/mod/log?done=undone");
        assert_eq!(state(&world, &said).await, State::Visible);
        assert!(Browser::of(&world).get("/modlog").await.has("Taken back on"));
        assert!(marc.post(&undo, &[]).await.has("already"), "once");
    }

    async fn a_decision_is_taken_back_within_thirty_days_alone(world: World) {
        let (forum, on) = world.vote().await;
        let (ana, luc) = (world.account("ana").await, world.account("luc").await);
        let said = says(&world, (&forum, &on), &ana, "Non").await;
        let path = reported(&world, (&forum, &on), &luc, &said).await;
        let mut marc = moderator(&world, "marc").await;
        marc.post(&path, &[("act", "hide"), ("rule", "Respecter les personnes")]).await;
        world.clock.advance(Duration::from_secs(31 * 86_400));
        let mut marc = Browser::signed_in(&world, "marc").await;
        let late = marc.post(&format!("/mod/d/{}/undo", latest(&world).await.id), &[]).await;
        assert!(late.status == StatusCode::UNPROCESSABLE_ENTITY && late.has("thirty days"), "{}", late.html);
        assert_eq!(state(&world, &said).await, State::Hidden);
    }

    async fn an_appeal_is_answered_by_somebody_else(world: World) {
        let (forum, on) = world.vote().await;
        let (ana, luc) = (world.account("ana").await, world.account("luc").await);
        let said = says(&world, (&forum, &on), &ana, "Non").await;
        let path = reported(&world, (&forum, &on), &luc, &said).await;
        let mut marc = moderator(&world, "marc").await;
        marc.post(&path, &[("act", "hide"), ("rule", "Respecter les personnes")]).await;
        let link = mailed(&world, "ana@mail.example").await;
        let mut ana = Browser::of(&world);
        assert!(ana.get(&link).await.has("Ask for another reading"));
        assert!(ana.post(&link, &[("text", " ")]).await.has("id=\"text-error\""));
        assert!(ana.post(&link, &[("text", "Je dis non, rien de plus.")]).await.has("is with the moderators"));
        assert!(ana.post(&link, &[("text", "Encore")]).await.status == StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(ana.get("/appeal/made-up").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = format!("/mod/appeals/{}", latest(&world).await.id);
        let form = [("act", "undo"), ("reason", "La règle ne s’applique pas.")];
        assert!(marc.get("/mod").await.has("somebody else answers"));
        assert_eq!(marc.post(&answer, &form).await.status, StatusCode::FORBIDDEN);
        let mut other = moderator(&world, "zoe").await;
        assert!(other.get("/mod").await.has("Je dis non, rien de plus."));
        assert_eq!(other.post(&answer, &form).await.location(), "/mod?done=appeal-answered#appeals");
        assert_eq!(state(&world, &said).await, State::Visible);
        assert_eq!(other.post(&answer, &form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    }

    async fn somebody_suspended_neither_signs_in_nor_acts_until_it_is_lifted(world: World) {
        let (forum, on) = world.vote().await;
        let luc = world.account("luc").await;
        let ana = world.account_with_password("ana").await;
        let said = says(&world, (&forum, &on), &ana, "Espèce d’idiot").await;
        let path = reported(&world, (&forum, &on), &luc, &said).await;
        let mut hers = Browser::signed_in(&world, "ana").await;
        let mut marc = moderator(&world, "marc").await;
        assert_eq!(marc.post(&path, &[("act", "suspend"), ("rule", "Respecter les personnes")]).await.location(), "/mod?done=decided");
        let vote = [("act", "cast"), ("choice", "for")];
        let ballot = format!("/c/{}/ballot", on.slug);
        assert!(hers.post(&ballot, &vote).await.location().starts_with("/login"), "her session has ended");
        let refused = Browser::of(&world).post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
        assert!(refused.status == StatusCode::FORBIDDEN, "{}", refused.html);
        assert!(Browser::of(&world).get("/modlog").await.has("Person suspended"));
        marc.post(&format!("/mod/d/{}/undo", latest(&world).await.id), &[]).await;
        Browser::signed_in(&world, "ana").await;
    }

    async fn a_server_is_refused_for_a_reason_that_everybody_reads(world: World) {
        let (forum, on) = world.vote().await;
        let (luc, eve) = (world.account("luc").await, world.stranger("eve", "spam.test").await);
        let remote = comment::Remote {
            uri: "https://spam.test/notes/1".into(),
            url: None,
            html: "<p>Buy</p>".into(),
            parent: None,
            language: None,
            published: world.now(),
            updated: None,
        };
        let mut tx = world.store.begin().await.expect("a transaction");
        let said = comment::receive(&mut tx, world.now(), &forum, &on, eve.id, &remote).await.expect("received");
        tx.commit().await.expect("committed");
        let path = reported(&world, (&forum, &on), &luc, &said).await;
        let mut marc = moderator(&world, "marc").await;
        assert!(marc.get(&path).await.has("value=\"block\""));
        assert_eq!(marc.post(&path, &[("act", "block"), ("rule", "Pas de publicité")]).await.location(), "/mod?done=decided");
        let mut conn = world.store.conn().await.expect("a connection");
        let treated = model::network::peer::policy(&mut conn, "spam.test").await.expect("a policy");
        assert_eq!(treated, model::network::peer::Policy::Block);
        drop(conn);
        assert!(Browser::of(&world).get("/modlog").await.has("spam.test"));
        let kept = [("act", "keep"), ("rule", "Pas de publicité")];
        assert_eq!(marc.post(&path, &kept).await.status, StatusCode::UNPROCESSABLE_ENTITY, "it is decided");
    }

    async fn comments_wait_where_they_are_read_first_and_nobody_sees_them(world: World) {
        let (forum, on) = world.vote().await;
        let mut tx = world.store.begin().await.expect("a transaction");
        held::turn(&mut tx, world.now(), &world.as_admin(), &forum, true).await.expect("turned");
        tx.commit().await.expect("committed");
        world.account_with_password("ana").await;
        let mut ana = Browser::signed_in(&world, "ana").await;
        let path = format!("/c/{}", on.slug);
        for text in ["Un avis qui attend", "Une publicité"] {
            let said = ana.post(&format!("{path}/comments"), &[("text", text), ("stance", "for")]).await;
            assert_eq!(said.location(), format!("{path}?done=held#debate"));
        }
        for surface in [path.clone(), format!("{path}/comments.csv"), format!("/api/v1/consultations/{}/comments", on.slug)] {
            assert!(!Browser::of(&world).get(&surface).await.has("Un avis qui attend"), "{surface}");
        }
        let mut marc = moderator(&world, "marc").await;
        assert!(marc.get("/mod").await.has("Un avis qui attend"));
        assert_eq!(ana.get("/mod").await.status, StatusCode::FORBIDDEN);
        let mut conn = world.store.conn().await.expect("a connection");
        let waiting = held::waiting(&mut conn, None, None, 10).await.expect("waiting");
        drop(conn);
        let [first, second] = [&waiting[0].0.id, &waiting[1].0.id];
        assert_eq!(ana.post(&format!("/mod/held/{first}"), &[("act", "approve")]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(marc.post(&format!("/mod/held/{first}"), &[("act", "approve")]).await.location(), "/mod?done=shown#held");
        assert!(Browser::of(&world).get(&path).await.has("Un avis qui attend"));
        let mute = marc.post(&format!("/mod/held/{second}"), &[("act", "reject")]).await;
        assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is given");
        let rejected = marc.post(&format!("/mod/held/{second}"), &[("act", "reject"), ("rule", "Pas de publicité")]).await;
        assert_eq!(rejected.location(), "/mod?done=rejected#held");
        assert!(!Browser::of(&world).get(&path).await.has("Une publicité"));
        assert!(Browser::of(&world).get("/modlog").await.has("Message not shown"));
        assert!(mailed(&world, "ana@mail.example").await.starts_with("/appeal/"));
    }

    async fn a_moderator_of_one_forum_sees_nothing_of_another(world: World) {
        let (forum, on) = world.vote().await;
        let other = world.forum("ecole", forum::Visibility::Public).await;
        let (ana, luc) = (world.account("ana").await, world.account("luc").await);
        let said = says(&world, (&forum, &on), &ana, "Non").await;
        let path = reported(&world, (&forum, &on), &luc, &said).await;
        let zoe = world.account_with_password("zoe").await;
        let mut tx = world.store.begin().await.expect("a transaction");
        forum::give_role(&mut tx, world.now(), &world.as_admin(), &other, &zoe, Role::Moderator).await.expect("given");
        tx.commit().await.expect("committed");
        let mut zoe = Browser::signed_in(&world, "zoe").await;
        assert!(zoe.get("/mod").await.has("Nothing waits."));
        assert_eq!(zoe.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(zoe.post(&path, &[("act", "keep"), ("rule", "x")]).await.status, StatusCode::NOT_FOUND);
        let mut marc = moderator(&world, "marc").await;
        marc.post(&path, &[("act", "hide"), ("rule", "Respecter les personnes")]).await;
        let undo = format!("/mod/d/{}/undo", latest(&world).await.id);
        assert_eq!(zoe.post(&undo, &[]).await.status, StatusCode::NOT_FOUND);
        assert!(!zoe.get("/mod/log").await.has("Message hidden"));
    }
}
