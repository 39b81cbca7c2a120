//! What programs do: forums, drafts, ballots, debates, lists.

use std::time::Duration;

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Caller, Desk, all, items, words};

both_databases! {
    async fn a_forum_is_made_read_and_changed(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        let made = admin.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.is(201);
        for (field, value) in [
            ("slug", json!("rue")), ("url", json!("https://a.test/f/rue")), ("handle", json!("@rue@a.test")),
            ("visibility", json!("public")), ("language", json!("fr")), ("summary", json!("")),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        let seen = admin.get("/forums/rue").await.headers["etag"].to_str().unwrap().to_owned();
        let mends = |tag: &str| {
            let (body, tag) = (json!({"summary": "Seen before"}).to_string(), tag.to_owned());
            let admin = &admin;
            async move { admin.call(Method::PATCH, "/forums/rue", body, &[("if-match", &tag)]).await }
        };
        mends(&seen).await.is(200);
        mends(&seen).await.refused(412, "changed-meanwhile");
        mends("*").await.is(200);
        admin.call(Method::DELETE, "/consultations/none", String::new(), &[("if-match", "*")]).await.refused(412, "changed-meanwhile");
        let changed = admin.patch("/forums/rue", json!({"title": "Avenue", "visibility": "closed"})).await.is(200);
        assert_eq!((&changed["title"], &changed["visibility"], &changed["language"]), (&json!("Avenue"), &json!("closed"), &json!("fr")));
        let read = desk.anyone().get("/forums/rue").await;
        assert_eq!(read.headers["access-control-allow-origin"], "*");
        assert_eq!(read.is(200)["title"], "Avenue");
        for name in ["zoe", "ana", "mia"] {
            desk.person(name).await;
            admin.put(&format!("/forums/rue/members/{name}"), json!({"role": "participant"})).await.is(201);
        }
        let author = admin.put("/forums/rue/members/zoe", json!({"role": "author"})).await.is(200);
        assert_eq!(author, json!({"name": "zoe", "uri": "https://a.test/u/zoe", "role": "author", "state": "member"}));
        assert_eq!(words(&all(&admin, "/forums/rue/members").await, "name"), ["ana", "mia", "zoe"]);
        admin.delete("/forums/rue/members/mia").await.is(204);
        assert_eq!(words(&all(&admin, "/forums/rue/members").await, "name"), ["ana", "zoe"]);
    }

    async fn a_draft_has_its_defaults_and_comes_back_as_it_was_sent(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.is(201);
        let draft = desk.draft_with("method", json!({"kind": "poll", "options": ["Chêne", "Tilleul"], "multiple": true}));
        let made = admin.post("/forums/rue/consultations", draft).await.is(201);
        let slug = made["slug"].as_str().unwrap();
        let options = json!([{"id": "o1", "label": "Chêne"}, {"id": "o2", "label": "Tilleul"}]);
        for (field, value) in [
            ("url", json!(format!("https://a.test/c/{slug}"))), ("state", json!("draft")), ("forum", json!("rue")),
            ("results", json!("after_vote")), ("changeable", json!(true)), ("language", json!("fr")),
            ("electorate", json!({"tiers": ["member", "open"], "official": "member"})), ("opens_at", Value::Null),
            ("method", json!({"kind": "poll", "options": options, "multiple": true, "max": 2})), ("choices", options.clone()),
            ("closes_at", json!("2026-03-09T09:00:00Z")), ("comments", json!(0)), ("tags", json!([])),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        let path = format!("/consultations/{slug}");
        // What is read can be sent back.
        let same = json!({"method": made["method"], "electorate": made["electorate"], "brief": made["brief"], "opens_at": null});
        assert_eq!(admin.patch(&path, same).await.is(200)["method"], made["method"]);
        let moved = json!({"method": {"kind": "poll", "options": ["Érable", {"id": "o2", "label": "Tilleul"}]}});
        let moved = admin.patch(&path, moved).await.is(200);
        assert_eq!(words(moved["choices"].as_array().unwrap(), "id"), ["o1", "o2"]);
        assert_eq!(admin.patch(&path, json!({"answer_by": "2026-04-01T00:00:00+02:00"})).await.is(200)["answer_by"], "2026-03-31T22:00:00Z");
        assert_eq!(admin.patch(&path, json!({"answer_by": null})).await.is(200)["answer_by"], Value::Null);
        let published = admin.post(&format!("{path}/publish"), json!({})).await.is(200);
        assert_eq!(published["state"], "open");
        assert_eq!(published["html"].as_str().unwrap().matches("<strong>").count(), 1);
        let gone = desk.drafts(&admin, "rue", desk.draft()).await;
        admin.delete(&format!("/consultations/{gone}")).await.is(204);
        admin.get(&format!("/consultations/{gone}")).await.refused(404, "not-found");
    }

    async fn a_ballot_is_cast_changed_and_withdrawn(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft_with("results", json!("live"))).await;
        let ana = desk.person("ana").await;
        let path = format!("/consultations/{slug}/ballot");
        let receipt = ana.put(&path, json!({"choice": ["Pour"], "reason": "Le calme"})).await.is(201);
        assert_eq!(receipt["type"], "BallotReceipt");
        assert_eq!(receipt["consultation"], format!("https://a.test/c/{slug}"));
        assert_eq!((&receipt["choice"], &receipt["tier"]), (&json!(["for"]), &json!("member")));
        assert_eq!(receipt["cast_at"], "2026-03-02T09:00:00Z");
        assert!(receipt["voter"].as_str().is_some_and(|voter| voter.len() == 20 && !voter.contains("ana")));
        assert_eq!(ana.get(&path).await.is(200), receipt);
        let comments = ana.get(&format!("/consultations/{slug}/comments")).await.is(200);
        assert_eq!((&items(&comments)[0]["text"], &items(&comments)[0]["stance"]), (&json!("Le calme"), &Value::Null));
        let changed = ana.put(&path, json!({"choice": ["against"]})).await.is(200);
        assert_eq!((&changed["ballot"], &changed["voter"]), (&receipt["ballot"], &receipt["voter"]));
        desk.counts().await;
        let results = desk.anyone().get(&format!("/consultations/{slug}/results")).await.is(200);
        let counted = json!([
            {"id": "for", "label": "Pour", "count": 0}, {"id": "neutral", "label": "Abstention", "count": 0},
            {"id": "against", "label": "Contre", "count": 1},
        ]);
        assert_eq!(results["tiers"]["member"], json!({"voters": 1, "choices": counted}));
        assert_eq!(results["tiers"]["open"]["voters"], 0);
        assert_eq!(results["log"]["size"], 2);
        ana.delete(&path).await.is(204);
        ana.get(&path).await.refused(404, "not-found");
        ana.put(&path, json!({"choice": ["neutral"]})).await.is(201);
    }

    async fn many_vote_at_once_and_each_is_counted(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft_with("results", json!("live"))).await;
        let mut voters = Vec::new();
        for number in 0..20 {
            voters.push(desk.person(&format!("voter{number}")).await);
        }
        let path = format!("/consultations/{slug}/ballot");
        let ballots = voters.iter().enumerate().map(|(number, voter)| {
            let choice = if number % 5 == 0 { json!(["nonsense"]) } else { json!(["for"]) };
            voter.put(&path, json!({"choice": choice}))
        });
        let answers = futures_util::future::join_all(ballots).await;
        let cast = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.status == 422).count();
        assert_eq!((cast, refused), (16, 4));
        desk.counts().await;
        let results = desk.anyone().get(&format!("/consultations/{slug}/results")).await.is(200);
        assert_eq!(results["tiers"]["member"]["voters"], 16);
    }

    async fn a_debate_is_held(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, ben) = (desk.person("ana").await, desk.person("ben").await);
        let path = format!("/consultations/{slug}/comments");
        let said = ana.post(&path, json!({"text": "Un **oui**", "stance": "for"})).await.is(201);
        let id = said["id"].as_str().unwrap();
        for (field, value) in [
            ("uri", json!(format!("https://a.test/c/{slug}/comments/{id}"))), ("text", json!("Un **oui**")),
            ("author", json!({"name": "ana", "handle": "@ana@a.test", "uri": "https://a.test/u/ana"})),
            ("stance", json!("for")), ("parent", Value::Null), ("published", json!("2026-03-02T09:00:00Z")),
            ("updated", Value::Null), ("agrees", json!(0)), ("disagrees", json!(0)), ("passes", json!(0)), ("state", json!("visible")),
        ] {
            assert_eq!(said[field], value, "{field}");
        }
        assert!(said["html"].as_str().unwrap().contains("<strong>oui</strong>"));
        let reply = ben.post(&path, json!({"text": "Pourquoi ?", "stance": "question", "parent": id})).await.is(201);
        assert_eq!(reply["parent"], id);
        let reaction = format!("/comments/{id}/reaction");
        assert_eq!(ben.put(&reaction, json!({"value": 1})).await.is(201)["agrees"], 1);
        let changed = ben.put(&reaction, json!({"value": -1})).await.is(200);
        assert_eq!((&changed["agrees"], &changed["disagrees"]), (&json!(0), &json!(1)));
        ben.delete(&reaction).await.is(204);
        desk.world.clock.advance(Duration::from_secs(60));
        let edited = ana.patch(&format!("/comments/{id}"), json!({"text": "Un non"})).await.is(200);
        assert_eq!((&edited["text"], &edited["updated"]), (&json!("Un non"), &json!("2026-03-02T09:01:00Z")));
        for number in 0..3 {
            ana.post(&path, json!({"text": format!("Encore {number}")})).await.is(201);
        }
        let seen = all(&desk.anyone(), &path).await;
        assert_eq!(words(&seen, "text"), ["Un non", "Pourquoi ?", "Encore 0", "Encore 1", "Encore 2"]);
        ana.delete(&format!("/comments/{id}")).await.is(204);
        ana.delete(&format!("/comments/{id}")).await.refused(404, "not-found");
        let stone = &items(&desk.anyone().get(&path).await.is(200))[0].clone();
        assert_eq!((&stone["state"], &stone["text"], &stone["author"]), (&json!("deleted"), &json!(""), &Value::Null));
    }

    async fn consultations_are_found(world: World) {
        let desk = Desk::of(world);
        let first = desk.asks("rue", "public", desk.draft()).await;
        let (admin, paul) = (desk.admin().await, desk.person("paul").await);
        let mut made = vec![first];
        for (number, tag) in ["vélo", "bus", "Vélo"].into_iter().enumerate() {
            desk.world.clock.advance(Duration::from_secs(60));
            let mut draft = desk.draft_with("tags", json!([tag]));
            draft["title"] = json!(format!("Question {number}"));
            let closes_at = desk.world.now().plus(Duration::from_secs(86_400 * (5 - number as u64))).to_string();
            draft["closes_at"] = json!(closes_at);
            let slug = desk.drafts(&admin, "rue", draft).await;
            admin.post(&format!("/consultations/{slug}/publish"), json!({})).await.is(200);
            made.push(slug);
        }
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        let find = async |who: &Caller, query: &str| -> Vec<String> {
            words(&all(who, &format!("/consultations{query}")).await, "slug").into_iter().map(str::to_owned).collect()
        };
        let pick = |order: &[usize]| order.iter().map(|at| made[*at].clone()).collect::<Vec<_>>();
        assert_eq!(find(&paul, "").await, pick(&[3, 2, 1, 0]));
        assert_eq!(find(&paul, "?sort=closing").await, pick(&[3, 2, 1, 0]));
        assert_eq!(find(&paul, "?sort=newest&tag=v%C3%A9lo").await, pick(&[3, 1]));
        assert_eq!(find(&paul, "?q=question+1").await, pick(&[2]));
        assert_eq!(find(&paul, "?forum=rue&q=FERMER").await, pick(&[0]));
        assert_eq!(find(&paul, "?forum=nothing").await, pick(&[]));
        assert_eq!(find(&paul, "?state=draft").await, pick(&[]));
        assert_eq!(find(&admin, "?state=draft").await, std::slice::from_ref(&draft));
        assert_eq!(find(&admin, "").await.first(), Some(&draft), "drafts are listed to those who may edit them");
        // By the clock, whether or not its job has run.
        desk.world.clock.advance(Duration::from_secs(86_400 * 4));
        assert_eq!(find(&paul, "?state=closed").await, pick(&[3, 2]));
        assert_eq!(find(&paul, "?state=open").await, pick(&[1, 0]));
        assert!(items(&paul.get("/consultations").await.is(200))[0].get("text").is_none());
    }

    async fn one_reads_about_the_node_and_oneself(world: World) {
        let desk = Desk::of(world);
        desk.asks("rue", "public", desk.draft()).await;
        let node = desk.anyone().get("/node").await.is(200);
        for (field, value) in [
            ("name", json!("Valmont")), ("domain", json!("a.test")), ("uri", json!("https://a.test/")),
            ("registration", json!("open")), ("version", json!(env!("CARGO_PKG_VERSION"))), ("set_up", json!(true)),
            ("moderation", json!({"promised_hours": 24, "median_minutes": null, "decisions": 0})),
        ] {
            assert_eq!(node[field], value, "{field}");
        }
        let ana = desk.person("ana").await;
        desk.admin().await.put("/forums/rue/members/ana", json!({"role": "author"})).await.is(201);
        let me = ana.get("/me").await;
        assert_eq!(me.headers["cache-control"], "no-store");
        let me = me.is(200);
        assert_eq!((&me["name"], &me["email"], &me["role"]), (&json!("ana"), &json!("ana@mail.example"), &json!("participant")));
        assert_eq!(me["forums"], json!([{"forum": "rue", "title": "Mobilité", "role": "author"}]));
    }

    async fn a_session_is_no_token_and_no_other_site_writes(world: World) {
        let desk = Desk::of(world);
        let headers = [("cookie", "session=AAAAAAAAAAAAAAAAAAAAAA"), ("sec-fetch-site", "cross-site")];
        let body = json!({"slug": "rue", "title": "Rue"}).to_string();
        desk.anyone().call(Method::POST, "/forums", body, &headers).await.refused(401, "not-signed-in");
    }
}
