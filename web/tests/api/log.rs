//! The public log as files: who may have them, in which form.

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::json;

use crate::desk::{Answer, Caller, Desk};

const FILES: [&str; 4] = ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "tile/0/000"];

async fn file(who: &Caller, slug: &str, file: &str) -> Answer {
    who.raw(Method::GET, &format!("/c/{slug}/log/{file}"), String::new(), &[]).await
}

async fn votes(who: &Caller, slug: &str, choice: &str) {
    who.put(&format!("/consultations/{slug}/ballot"), json!({"choice": [choice]})).await;
}

both_databases! {
    async fn a_log_is_given_to_who_may_see_results(world: World) {
        let desk = Desk::of(world);
        let (voter, other, admin) = (desk.person("ana").await, desk.person("ben").await, desk.admin().await);
        for (results, anyone, voted) in [("live", true, true), ("after_vote", false, true), ("after_close", false, false)] {
            let forum = format!("forum-{}", results.replace('_', "-"));
            let slug = desk.asks(&forum, "public", desk.draft_with("results", json!(results))).await;
            votes(&voter, &slug, "for").await;
            desk.counts().await;
            for (who, sees) in [(&desk.anyone(), anyone), (&other, anyone), (&admin, anyone), (&voter, voted)] {
                for name in FILES {
                    let answer = file(who, &slug, name).await;
                    match (sees, name) {
                        (false, _) => drop(answer.refused(403, "results-hidden")),
                        (true, "tile/0/000") => assert_eq!(answer.status, 404),
                        (true, _) => assert_eq!(answer.status, 200, "{name}: {}", answer.text),
                    }
                }
                assert_eq!(file(who, &slug, "vkey").await.status, 200, "a key tells nothing");
            }
            admin.post(&format!("/consultations/{slug}/close"), json!({})).await.is(200);
            assert_eq!(file(&desk.anyone(), &slug, "checkpoint").await.status, 200, "{results}");
        }
    }

    async fn files_have_their_forms(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("mobility", "public", desk.draft_with("results", json!("live"))).await;
        let anyone = desk.anyone();
        let empty = file(&anyone, &slug, "checkpoint").await.text;
        assert!(empty.starts_with(&format!("a.test/c/{slug}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} a.test/c/{slug} ")), "{empty}");
        for name in ["ana", "ben"] {
            votes(&desk.person(name).await, &slug, "for").await;
        }
        desk.counts().await;
        let checkpoint = file(&anyone, &slug, "checkpoint").await;
        assert_eq!(checkpoint.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(checkpoint.headers["cache-control"], "public, no-cache");
        let results = anyone.get(&format!("/consultations/{slug}/results")).await.is(200);
        let lines: Vec<&str> = checkpoint.text.lines().collect();
        assert_eq!((lines[1], lines[2]), ("2", results["log"]["root"].as_str().unwrap()));
        let bundle = file(&anyone, &slug, "tile/entries/000.p/2").await;
        assert_eq!(bundle.headers["content-type"], "application/octet-stream");
        assert!(bundle.headers["cache-control"].to_str().unwrap().contains("immutable"));
        let line = bundle.text.get(bundle.text.find('{').unwrap()..).unwrap().as_bytes();
        assert!(line.starts_with(br#"{"seq":0,"kind":"cast","at":""#), "{}", bundle.text);
        let tag = bundle.headers["etag"].to_str().unwrap().to_owned();
        let path = format!("/c/{slug}/log/tile/entries/000.p/2");
        let again = anyone.raw(Method::GET, &path, String::new(), &[("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        for wrong in ["tile/0/000.p/3", "tile/0/001", "tile/1/000.p/1", "tile/0/0", "tile/0/000.p/0", "tile/x/000", "nothing"] {
            assert_eq!(file(&anyone, &slug, wrong).await.status, 404, "{wrong}");
        }
        let vkey = file(&anyone, &slug, "vkey").await.text;
        assert!(vkey.starts_with(&format!("a.test/c/{slug}+")), "{vkey}");
    }

    async fn a_private_log_is_not_there_for_others(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("council", "private", desk.draft_with("results", json!("live"))).await;
        for name in FILES.iter().chain(&["vkey"]) {
            let hidden = file(&desk.anyone(), &slug, name).await;
            let nothing = file(&desk.anyone(), "nothing", name).await;
            let bare = |answer: &Answer, slug: &str| answer.text.replace(slug, "");
            assert_eq!((hidden.status.as_u16(), bare(&hidden, &slug)), (404, bare(&nothing, "nothing")));
        }
        let inside = file(&desk.admin().await, &slug, "checkpoint").await;
        assert_eq!((inside.status.as_u16(), inside.headers["cache-control"].to_str().unwrap()), (200, "private, no-store"));
    }

    async fn a_stuffed_ballot_is_taken_out_and_the_log_says_why(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("mobility", "public", desk.draft_with("results", json!("live"))).await;
        let (ana, admin, anyone) = (desk.person("ana").await, desk.admin().await, desk.anyone());
        votes(&ana, &slug, "for").await;
        desk.counts().await;
        let entries = file(&anyone, &slug, "tile/entries/000.p/1").await.text;
        let entry = entries.find('{').map(|at| &entries[at..]).unwrap();
        let entry: serde_json::Value = serde_json::from_str(entry).unwrap();
        let voter = entry["voter"].as_str().unwrap();
        let path = format!("/consultations/{slug}/ballots/{voter}");
        let remove = async |who: &Caller, path: &str, body: serde_json::Value| {
            who.call(Method::DELETE, path, body.to_string(), &[]).await
        };
        let reason = || json!({"reason": "Paid for."});
        remove(&anyone, &path, reason()).await.refused(401, "not-signed-in");
        remove(&ana, &path, reason()).await.refused(403, "not-allowed");
        remove(&admin, &path, json!({"reason": " "})).await.refused(422, "invalid");
        remove(&admin, &format!("/consultations/{slug}/ballots/nobody"), reason()).await.refused(404, "not-found");
        remove(&admin, &path, reason()).await.is(204);
        desk.counts().await;
        let entries = file(&anyone, &slug, "tile/entries/000.p/2").await.text;
        assert!(entries.contains("Paid for."), "{entries}");
        let results = anyone.get(&format!("/consultations/{slug}/results")).await.is(200);
        assert_eq!(results["tiers"]["member"]["voters"], 0);
        ana.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.refused(422, "ballot-removed");
    }

    async fn administrators_read_what_the_last_check_found(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("mobility", "public", desk.draft()).await;
        let (ana, admin) = (desk.person("ana").await, desk.admin().await);
        let path = format!("/consultations/{slug}/check");
        votes(&ana, &slug, "for").await;
        desk.counts().await;
        ana.get(&path).await.refused(403, "not-allowed");
        admin.get(&path).await.refused(404, "not-found");
        let on = model::debate::consultation::by_slug(&mut desk.world.store.conn().await.unwrap(), &slug).await.unwrap();
        model::count::check::run(&desk.world.store, desk.world.now(), on.id).await.unwrap();
        let found = admin.get(&path).await.is(200);
        assert_eq!((&found["holds"], &found["size"], &found["detail"]), (&json!(true), &serde_json::Value::Null, &serde_json::Value::Null), "results are hidden");
        admin.post(&format!("/consultations/{slug}/close"), json!({})).await.is(200);
        let found = admin.get(&path).await.is(200);
        assert_eq!((&found["holds"], &found["size"]), (&json!(true), &json!(1)), "{found}");
    }
}
