//! Texts: articles, versions, what changed between them, and which one a ballot saw.

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::desk::{Answer, Caller, Desk, items};

const LAW: &str = "# Charte\n\nPréambule.\n\n## Place\n\nLa place est libre.\n\n## Rue\n\nLa rue est calme.\n";

async fn versions(who: &Caller, slug: &str) -> Vec<Value> {
    items(&who.get(&format!("/consultations/{slug}/versions")).await.is(200)).to_vec()
}

async fn file(who: &Caller, slug: &str, name: &str) -> Answer {
    who.raw(Method::GET, &format!("/c/{slug}/text/{name}"), String::new(), &[]).await
}

both_databases! {
    async fn each_version_is_given_octet_for_octet_with_its_hash(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft_with("text", "La place\r\nest libre.\r\n".into())).await;
        let admin = desk.admin().await;
        admin.patch(&format!("/consultations/{slug}"), json!({"text": "La place est calme."})).await.is(200);
        let all = versions(&desk.anyone(), &slug).await;
        assert_eq!(all.iter().map(|v| (&v["version"], &v["current"])).collect::<Vec<_>>(), [(&json!(1), &json!(false)), (&json!(2), &json!(true))]);
        for (version, words) in all.iter().zip(["La place\nest libre.\n", "La place est calme."]) {
            let found = file(&desk.anyone(), &slug, &format!("{}.md", version["version"])).await;
            assert_eq!((found.status.as_u16(), found.text.as_str()), (200, words));
            assert_eq!(found.headers["content-type"], "text/markdown; charset=utf-8");
            assert_eq!(hex::encode(Sha256::digest(found.text.as_bytes())), version["sha256"], "what sha256sum prints");
            let tag = found.headers["etag"].to_str().unwrap();
            let again = admin.raw(Method::GET, &format!("/c/{slug}/text/{}.md", version["version"]), String::new(), &[("if-none-match", tag)]).await;
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
            assert_eq!(version["url"], format!("https://a.test/c/{slug}/text/{}.md", version["version"]));
            let read = admin.get(&format!("/consultations/{slug}/versions/{}", version["version"])).await.is(200);
            assert_eq!((&read["text"], &read["sha256"]), (&json!(words), &version["sha256"]));
        }
        for nothing in ["3.md", "0.md", "1", "x.md", "1.txt"] {
            assert_eq!(file(&desk.anyone(), &slug, nothing).await.status, 404, "{nothing}");
        }
        admin.get(&format!("/consultations/{slug}/versions/9")).await.refused(404, "not-found");
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        assert_eq!(file(&desk.anyone(), &draft, "1.md").await.status, 404, "a draft is not there for others");
        desk.anyone().get(&format!("/consultations/{draft}/versions")).await.refused(404, "not-found");
        assert_eq!(file(&admin, &draft, "1.md").await.headers["cache-control"], "no-store");
    }

    async fn what_changed_is_shown_side_by_side_and_inline(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft_with("text", LAW.into())).await;
        let admin = desk.admin().await;
        let text = LAW.replace("est libre", "est <b>piétonne</b>") + "\n## Gare\n\nElle reste.\n";
        admin.patch(&format!("/consultations/{slug}"), json!({"text": text})).await.is(200);
        let path = format!("/consultations/{slug}/difference");
        let found = desk.anyone().get(&format!("{path}?from=1&to=2")).await.is(200);
        let lines = found["lines"].as_array().unwrap();
        let reworded = lines.iter().find(|l| l["before"] != l["after"] && l["before"].is_array()).unwrap();
        assert!(reworded["before"].as_array().unwrap().iter().any(|p| p["change"] == "removed" && p["text"].as_str().unwrap().contains("libre")), "{reworded}");
        assert!(lines.iter().any(|l| l["before"].is_null() && l["after"][0]["text"] == "## Gare"), "{found}");
        let (inline, table) = (found["inline_html"].as_str().unwrap(), found["side_by_side_html"].as_str().unwrap());
        assert!(inline.contains("<del>libre") && inline.contains("<ins>") && !inline.contains("<b>"), "{inline}");
        assert!(table.contains("<table>") && table.contains("<td>"), "{table}");
        let backwards = desk.anyone().get(&format!("{path}?from=2&to=1")).await.is(200);
        assert!(backwards["inline_html"].as_str().unwrap().contains("<ins>libre"));
        desk.anyone().get(&format!("{path}?from=1&to=9")).await.refused(404, "not-found");
        desk.anyone().get(&format!("{path}?from=1")).await.refused(400, "malformed");
    }

    async fn a_correction_is_a_new_version_that_says_why(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft_with("text", LAW.into())).await;
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let path = format!("/consultations/{slug}");
        ana.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.is(201);
        let mended = LAW.replace("calme", "apaisée");
        let body = json!({"text": mended, "title": "Fermer la place ? (bis)", "reason": "Une faute de frappe."});
        let shown = admin.post(&format!("{path}/correct"), body.clone()).await.is(200);
        assert_eq!((&shown["text_version"], &shown["title"]), (&json!(2), &json!("Fermer la place ? (bis)")));
        assert_eq!(shown["text_sha256"], hex::encode(Sha256::digest(mended.as_bytes())));
        let all = versions(&admin, &slug).await;
        assert_eq!((&all[0]["correction"], &all[1]["correction"]), (&Value::Null, &json!("Une faute de frappe.")));
        assert_eq!(all[0]["articles"], all[1]["articles"], "anchors stay");
        let told = admin.get(&format!("{path}/changes")).await.is(200);
        let change = &items(&told)[0];
        assert_eq!((&change["kind"], &change["version"]), (&json!("corrected"), &json!({"from": 1, "to": 2})));
        assert_eq!(change["fields"], json!(["title", "text"]));
        // The same again corrects nothing; a summary alone makes no version.
        admin.post(&format!("{path}/correct"), body).await.refused(422, "invalid");
        admin.post(&format!("{path}/correct"), json!({"summary": "En bref", "reason": "Oubli"})).await.is(200);
        assert_eq!(versions(&admin, &slug).await.len(), 2);
        for (body, status, code) in [
            (json!({"text": "x", "reason": ""}), 422, "invalid"),
            (json!({"reason": "Rien"}), 422, "invalid"),
            (json!({"title": "", "reason": "Rien"}), 422, "invalid"),
            (json!({"text": "x"}), 400, "malformed"),
            (json!({"method": {"kind": "support"}, "reason": "Non"}), 400, "malformed"),
        ] {
            admin.post(&format!("{path}/correct"), body).await.refused(status, code);
        }
        ana.post(&format!("{path}/correct"), json!({"text": "x", "reason": "x"})).await.refused(403, "not-allowed");
        desk.counts().await;
        let results = ana.get(&format!("{path}/results")).await.is(200);
        assert_eq!(results["tiers"]["member"]["voters"], 1, "ballots stay");
        admin.post(&format!("{path}/close"), json!({})).await.is(200);
        admin.post(&format!("{path}/correct"), json!({"text": "x", "reason": "x"})).await.refused(422, "closed");
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        admin.post(&format!("/consultations/{draft}/correct"), json!({"text": "x", "reason": "x"})).await.refused(422, "not-published");
    }

    async fn articles_that_are_voted_on_stay(world: World) {
        let desk = Desk::of(world);
        let mut draft = desk.draft_with("method", json!({"kind": "articles"}));
        draft["text"] = LAW.into();
        let slug = desk.asks("rue", "public", draft).await;
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let path = format!("/consultations/{slug}");
        let shown = admin.get(&path).await.is(200);
        assert_eq!(shown["articles"], json!([{"anchor": "a1", "heading": "Place"}, {"anchor": "a2", "heading": "Rue"}]));
        assert!(shown["html"].as_str().unwrap().contains("<h2 id=\"a2\">Rue</h2>"));
        ana.put(&format!("{path}/ballot"), json!({"choice": ["a2:for"]})).await.is(201);
        let correct = format!("{path}/correct");
        let dropped = json!({"text": "## Place\n\nSeule.\n", "reason": "x"});
        admin.post(&correct, dropped).await.refused(422, "invalid");
        let renamed = admin.post(&correct, json!({"text": LAW.replace("## Rue", "## La rue"), "reason": "Titre"})).await.is(200);
        assert_eq!(renamed["choices"][3]["id"], "a2:for");
        assert!(renamed["choices"][3]["label"].as_str().unwrap().starts_with("La rue"));
        desk.counts().await;
        let results = ana.get(&format!("{path}/results")).await.is(200);
        assert_eq!((&results["tiers"]["member"]["choices"][3]["id"], &results["tiers"]["member"]["choices"][3]["count"]), (&json!("a2:for"), &json!(1)));
    }

    async fn a_ballot_names_the_version_that_its_voter_saw(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft_with("results", json!("live"))).await;
        let (admin, ana, ben) = (desk.admin().await, desk.person("ana").await, desk.person("ben").await);
        let path = format!("/consultations/{slug}");
        let first = admin.get(&path).await.is(200)["text_sha256"].clone();
        let receipt = ana.put(&format!("{path}/ballot"), json!({"choice": ["for"], "text": first})).await.is(201);
        assert_eq!(receipt["text"], first);
        let corrected = admin.post(&format!("{path}/correct"), json!({"text": "Autrement dit.", "reason": "Clarté"})).await.is(200);
        for key in [None, Some("ben-1")] {
            let headers: Vec<(&str, &str)> = key.iter().map(|key| ("idempotency-key", *key)).collect();
            let body = json!({"choice": ["for"], "text": first}).to_string();
            ben.call(Method::PUT, &format!("{path}/ballot"), body, &headers).await.refused(422, "text-changed");
        }
        let with_reason = json!({"choice": ["for"], "text": first, "reason": "Oui"});
        ben.put(&format!("{path}/ballot"), with_reason).await.refused(422, "text-changed");
        assert_eq!(items(&admin.get(&format!("{path}/comments")).await.is(200)).len(), 1, "the correction alone");
        ben.put(&format!("{path}/ballot"), json!({"choice": ["for"], "text": "x"})).await.refused(422, "text-changed");
        ben.put(&format!("{path}/ballot"), json!({"choice": ["for"], "text": corrected["text_sha256"]})).await.is(201);
        desk.counts().await;
        let tile = desk.anyone().raw(Method::GET, &format!("/c/{slug}/log/tile/entries/000.p/2"), String::new(), &[]).await.text;
        let seen: Vec<bool> = [&first, &corrected["text_sha256"]].iter().map(|sha| tile.contains(sha.as_str().unwrap())).collect();
        assert_eq!(seen, [true, true], "each entry names the text of its voter");
    }

    async fn a_ballot_by_code_names_it_too(world: World) {
        let desk = Desk::of(world);
        let codes = json!({"tiers": ["member"], "official": "member", "requires": "codes"});
        let slug = desk.asks("rue", "public", desk.draft_with("electorate", codes)).await;
        let (admin, anyone) = (desk.admin().await, desk.anyone());
        let made = admin.post(&format!("/consultations/{slug}/codes"), json!({"count": 1})).await.is(201);
        let (code, once) = (&made["items"][0]["code"], format!("/consultations/{slug}/once"));
        anyone.put(&once, json!({"code": code, "choice": ["for"], "text": "x"})).await.refused(422, "text-changed");
        let text = admin.get(&format!("/consultations/{slug}")).await.is(200)["text_sha256"].clone();
        let receipt = anyone.put(&once, json!({"code": code, "choice": ["for"], "text": text})).await.is(201);
        assert_eq!(receipt["text"], text);
    }

    async fn a_page_says_which_version_it_shows(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let page = desk.anyone().raw(Method::GET, &format!("/c/{slug}"), String::new(), &[]).await.text;
        assert!(page.contains("<input type=\"hidden\" name=\"text\" value=\"1\">"), "{page}");
    }

    async fn a_reason_becomes_a_comment_with_a_stance_if_the_voter_agrees(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let path = format!("/consultations/{slug}");
        for (name, body, stance) in [
            ("ana", json!({"choice": ["for"], "reason": "Le calme.", "stance": true}), json!("for")),
            ("ben", json!({"choice": ["Contre"], "reason": "Le bruit.", "stance": true}), json!("against")),
            ("cleo", json!({"choice": ["neutral"], "reason": "Je ne sais.", "stance": true}), Value::Null),
            ("dan", json!({"choice": ["for"], "reason": "Sans le dire.", "stance": false}), Value::Null),
            ("eva", json!({"choice": ["for"], "reason": "Sans le dire non plus."}), Value::Null),
        ] {
            desk.person(name).await.put(&format!("{path}/ballot"), body.clone()).await.is(201);
            let comments = desk.anyone().get(&format!("{path}/comments")).await.is(200);
            let said = items(&comments).iter().find(|c| c["text"] == body["reason"]).unwrap();
            assert_eq!(said["stance"], stance, "{name}");
        }
        let fay = desk.person("fay").await;
        for (reason, code) in [("x".repeat(501), "too-long"), ("Deux\nlignes".to_owned(), "invalid")] {
            fay.put(&format!("{path}/ballot"), json!({"choice": ["for"], "reason": reason})).await.refused(422, code);
        }
        fay.get(&format!("{path}/ballot")).await.refused(404, "not-found");
    }
}
