//! Open data: which files there are, for whom, and what stays out of them.

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Answer, Caller, Desk};

async fn get(who: &Caller, path: &str) -> Answer {
    who.raw(Method::GET, path, String::new(), &[]).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

both_databases! {
    async fn each_file_says_what_it_is_and_under_which_licence(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("mobility", "public", desk.draft_with("results", json!("live"))).await;
        let anyone = desk.anyone();
        for (path, media) in [
            (format!("/c/{slug}/consultation.json"), "application/json"),
            (format!("/c/{slug}/archive.zip"), "application/zip"),
            ("/f/mobility/consultations.csv".to_owned(), "text/csv; charset=utf-8; header=present"),
            ("/data/catalog.jsonld".to_owned(), "application/ld+json"),
            ("/data/catalog.ttl".to_owned(), "text/turtle; charset=utf-8"),
            (format!("/c/{slug}/comments.csv?profile=democracyos"), "text/csv; charset=utf-8; header=present"),
        ] {
            let answer = get(&anyone, &path).await;
            assert_eq!((answer.status.as_u16(), header(&answer, "content-type")), (200, media), "{path}");
            assert!(header(&answer, "link").contains("creativecommons.org/licenses/by/4.0/>; rel=\"license\""), "{path}");
        }
        let schema: Value = serde_json::from_str(&get(&anyone, "/f/mobility/consultations.csv.schema.json").await.text).unwrap();
        assert_eq!(schema["primaryKey"], json!(["slug"]));
        let listed = get(&anyone, "/f/mobility/consultations.csv").await.text;
        assert!(listed.starts_with("\u{feff}slug,url,title,") && listed.contains(&slug), "{listed}");
        for nothing in ["/c/nothing/consultation.json", "/c/nothing/archive.zip", "/f/nothing/consultations.csv"] {
            assert_eq!(get(&anyone, nothing).await.status, 404, "{nothing}");
        }
        let unknown = format!("/c/{slug}/comments.csv?profile=unknown");
        assert_eq!(get(&anyone, &unknown).await.status, 404);
    }

    async fn what_is_private_a_draft_or_hidden_is_in_no_file(world: World) {
        let desk = Desk::of(world);
        let (anyone, admin) = (desk.anyone(), desk.admin().await);
        let secret = desk.asks("council", "private", desk.draft_with("results", json!("live"))).await;
        let sealed = desk.asks("mobility", "public", desk.draft_with("results", json!("after_close"))).await;
        let draft = desk.drafts(&admin, "mobility", desk.draft()).await;
        for slug in [&secret, &draft] {
            for file in ["consultation.json", "archive.zip", "comments.csv"] {
                assert_eq!(get(&anyone, &format!("/c/{slug}/{file}")).await.status, 404, "{slug} {file}");
            }
        }
        for path in ["/data/catalog.jsonld", "/data/catalog.ttl", "/f/mobility/consultations.csv"] {
            let text = get(&anyone, path).await.text;
            assert!(text.contains(&sealed) && !text.contains(&secret) && !text.contains(&draft), "{text}");
            assert!(!text.contains("ballots.csv"), "{text}");
        }
        desk.person("ana").await.put(&format!("/consultations/{sealed}/ballot"), json!({"choice": ["for"]})).await.is(201);
        desk.counts().await;
        let whole: Value = serde_json::from_str(&get(&anyone, &format!("/c/{sealed}/consultation.json")).await.text).unwrap();
        assert!(whole.get("ballots").is_none() && whole.get("log").is_none() && whole["results"].get("tiers").is_none(), "{whole}");
        let archive = get(&anyone, &format!("/c/{sealed}/archive.zip")).await.text;
        assert!(archive.contains("comments.csv") && !archive.contains("log/") && !archive.contains("ballots.csv"));
        admin.post(&format!("/consultations/{sealed}/close"), json!({})).await.is(200);
        let archive = get(&anyone, &format!("/c/{sealed}/archive.zip")).await.text;
        assert!(archive.contains("log/checkpoint") && archive.contains("ballots.csv") && archive.contains("log/tile/entries/000.p/1"));
    }
}
