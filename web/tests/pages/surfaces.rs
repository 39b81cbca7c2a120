//! Every surface of a consultation, whatever its method and state: each answers, says why where there is nothing, and asks
//! whether results may be seen.

use std::time::Duration;

use http::StatusCode;
use model::count::tally::Results;
use model::debate::consultation::{self, Consultation, Draft};
use model::debate::forum::{Forum, Visibility};
use model::debate::{comment, outcome};
use model::people::role::Standing;
use model::testing::World;
use serde_json::{Value, json};

use super::browser::Browser;

const SURFACES: [&str; 6] = ["", "/ballot", "/results", "/print", "/embed", "/tally"];
const DAY: u64 = 86_400;

fn methods() -> Vec<Value> {
    vec![
        json!({"kind": "vote"}),
        json!({"kind": "poll", "options": ["Gare", "Lycée"], "multiple": true}),
        json!({"kind": "support", "goal": 10}),
        json!({"kind": "scale", "min": 0, "max": 10}),
        json!({"kind": "scale", "min": 0, "max": 100}),
        json!({"kind": "ranking", "options": ["Gare", "Lycée", "Piscine"]}),
        json!({"kind": "articles"}),
        json!({"kind": "none"}),
    ]
}

fn draft(world: &World, method: &Value, results: Results) -> Draft {
    let text = "## Place\n\nLibre.\n\n## Rue\n\nCalme.".to_owned();
    Draft { results, text, title: format!("Question {method}"), ..world.draft(method) }
}

async fn published(world: &World, forum: &Forum, method: &Value, results: Results) -> Consultation {
    world.publish(forum, draft(world, method, results)).await
}

#[tokio::test]
async fn every_surface_answers_whatever_the_method_and_the_state() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let mut all = Vec::new();
    for method in methods() {
        all.push(published(&world, &forum, &method, Results::Live).await);
        let later = Draft {
            opens_at: Some(world.now().plus(Duration::from_secs(DAY))),
            title: format!("Plus tard {method}"),
            ..draft(&world, &method, Results::AfterClose)
        };
        all.push(world.publish(&forum, later).await);
    }
    for (when, days) in [("at first", 0), ("while all are open", 2), ("at the end", 30)] {
        world.passes(Duration::from_secs(days * DAY)).await;
        let mut anybody = Browser::of(&world);
        for on in &all {
            for surface in SURFACES {
                let page = anybody.get(&format!("/c/{}{surface}", on.slug)).await;
                assert_eq!(page.status, StatusCode::OK, "{} {surface} {when}", on.title);
                assert!(!page.has("⟦"), "{} {surface} {when}: {}", on.title, page.html);
            }
            for picture in ["result", "tiers", "participation", "agreement"] {
                let (status, headers, _) = anybody.get_bytes(&format!("/c/{}/results/{picture}.svg", on.slug)).await;
                assert_eq!(status, StatusCode::OK, "{} {picture} {when}", on.title);
                assert_eq!(headers["content-type"], "image/svg+xml; charset=utf-8");
            }
        }
    }
    let none = all.iter().find(|on| !on.method.0.takes_ballots()).expect("a debate");
    let mut anybody = Browser::of(&world);
    assert!(anybody.get(&format!("/c/{}/ballot", none.slug)).await.has("Discussion without a vote"));
    assert!(anybody.get(&format!("/c/{}/results", none.slug)).await.has("there is no result to show"));
    let wrong = format!("/c/{}/results/other.svg", none.slug);
    assert_eq!(anybody.get(&wrong).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn hidden_results_are_in_no_surface_not_even_in_its_size() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    for when in [Results::AfterVote, Results::AfterClose] {
        let on = published(&world, &forum, &json!({"kind": "vote"}), when).await;
        let path = format!("/c/{}", on.slug);
        let surfaces =
            ["/results", "/results/result.svg", "/results/participation.svg", "/results/tiers.svg", "/card.png"];
        let surfaces: Vec<String> = SURFACES.iter().chain(&surfaces).map(|it| format!("{path}{it}")).collect();
        let mut before = Vec::new();
        for surface in &surfaces {
            before.push(Browser::of(&world).get_bytes(surface).await.2);
        }
        let stats = Browser::of(&world).get_bytes("/f/mobilite/stats").await.2;
        for n in 0..7 {
            let name = format!("voter-{}-{n}", when.as_str().replace('_', "-"));
            let voter = world.account_with_password(&name).await;
            world.casts(&forum, &on, &voter, &[if n < 5 { "for" } else { "against" }]).await.expect("cast");
        }
        world.tally(&on).await;
        for (surface, before) in surfaces.iter().zip(before) {
            let after = Browser::of(&world).get_bytes(surface).await.2;
            assert!(before == after, "{surface} tells of votes, {when}");
        }
        assert!(stats == Browser::of(&world).get_bytes("/f/mobilite/stats").await.2, "the forum's figures tell");
        let sheet = Browser::of(&world).get(&format!("{path}/results/result.csv")).await;
        assert_eq!(sheet.status, StatusCode::NOT_FOUND);
        let name = format!("voter-{}-0", when.as_str().replace('_', "-"));
        let mut voter = Browser::signed_in(&world, &name).await;
        let sees = when == Results::AfterVote;
        assert_eq!(voter.get(&format!("{path}/results")).await.has("7 voters"), sees, "{when}");
        assert_eq!(voter.get(&format!("{path}/results/result.svg")).await.has("7 voters"), sees, "{when}");
        assert!(!voter.get(&format!("{path}/embed")).await.has("7 voters"), "a frame shows what anybody sees");
        world.passes(Duration::from_secs(8 * DAY)).await;
        let shown = Browser::of(&world).get(&format!("{path}/results")).await;
        assert!(shown.has("7 voters") && shown.has("71%"), "{}", shown.html);
        let sheet = Browser::of(&world).get(&format!("{path}/results/participation.csv")).await;
        assert!(sheet.has("2026-03-"), "{}", sheet.html);
    }
}

#[tokio::test]
async fn the_words_of_each_side_are_a_picture_a_table_and_a_file() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let path = format!("/c/{}", on.slug);
    let sheet = format!("{path}/results/sides.csv");
    assert_eq!(Browser::of(&world).get(&sheet).await.status, StatusCode::NOT_FOUND, "of too few words");
    for n in 0..4 {
        let by = Standing { account: Some(world.account(&format!("voisin{n}")).await), member: None };
        let text = format!("Les terrasses, le marché, le vélo et les arbres {n}");
        let draft = comment::Draft { text, stance: Some(comment::Stance::For), ..comment::Draft::default() };
        let mut tx = world.store.begin().await.expect("a transaction");
        comment::post(&mut tx, world.now(), &forum, &on, &by, &draft).await.expect("said");
        tx.commit().await.expect("committed");
    }
    let page = Browser::of(&world).get(&format!("{path}/debate")).await;
    assert!(
        page.has("<a href=\"/u/voisin0\"><bdi>voisin0</bdi></a>"),
        "who speaks in public has a page: {}",
        page.html
    );
    assert!(Browser::of(&world).get("/u/voisin0").await.has("Les terrasses"));
    for page in ["", "/debate", "/results"] {
        let page = Browser::of(&world).get(&format!("{path}{page}")).await;
        assert!(page.has("id=\"sides\"") && page.has(&format!("href=\"{sheet}\"")), "{}", page.html);
    }
    let told = Browser::of(&world).get(&sheet).await;
    assert!(told.has("\r\nterrasses,4,0\r\n") && told.has("Word,"), "{}", told.html);
    assert!(Browser::of(&world).get(&format!("{path}/results/sides.svg")).await.has("terrasses"));
}

#[tokio::test]
async fn an_embed_sets_no_cookie_runs_no_script_and_stands_in_a_frame() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let path = format!("/c/{}/embed", on.slug);
    let page = Browser::signed_in(&world, "ana").await.get(&path).await;
    assert!(page.headers.get("set-cookie").is_none() && page.headers.get("x-frame-options").is_none());
    let policy = page.headers["content-security-policy"].to_str().expect("a policy");
    assert!(policy.contains("frame-ancestors *") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("script-src") && !page.has("<script") && !page.has("ana"));
    let framed = Browser::of(&world).get(&format!("/c/{}", on.slug)).await;
    let policy = framed.headers["content-security-policy"].to_str().expect("a policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let spanish = Browser::of(&world).get(&format!("{path}?lang=es")).await;
    assert!(spanish.has("<html lang=\"es\"") && spanish.has("Dar mi opinión"));
}

#[tokio::test]
async fn other_sites_learn_how_to_show_a_consultation() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let mut anybody = Browser::of(&world);
    let page = anybody.get(&format!("/c/{}", on.slug)).await;
    let link = page.html.split("application/json+oembed\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let link = link.expect("the page says where").replace("&#38;", "&").replace("&amp;", "&");
    let told = anybody.get(link.strip_prefix("https://a.test").expect("an address of ours")).await;
    let told: Value = serde_json::from_str(&told.html).expect("JSON");
    assert_eq!((told["version"].as_str(), told["type"].as_str()), (Some("1.0"), Some("rich")));
    assert!(told["html"].as_str().is_some_and(|html| html.contains(&format!("https://a.test/c/{}/embed", on.slug))));
    for (query, status) in [
        (format!("url=https://a.test/c/{}&format=xml", on.slug), StatusCode::NOT_IMPLEMENTED),
        (format!("url=https://b.test/c/{}", on.slug), StatusCode::NOT_FOUND),
        ("url=https://a.test/c/nothing".to_owned(), StatusCode::NOT_FOUND),
        ("url=%22%3E".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(anybody.get(&format!("/oembed?{query}")).await.status, status, "{query}");
    }
    assert!(page.has("og:image\" content=\"https://a.test/c/") && page.has("og:image:alt"));
    let secret = world.forum("conseil", Visibility::Private).await;
    let hidden = world.publish(&secret, world.draft(&json!({"kind": "vote"}))).await;
    for path in [format!("/oembed?url=https://a.test/c/{}", hidden.slug), format!("/c/{}/embed", hidden.slug)] {
        assert_eq!(anybody.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_ranking_is_put_in_order_by_buttons_and_cast_by_none_of_them() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let on =
        published(&world, &forum, &json!({"kind": "ranking", "options": ["Gare", "Lycée", "Piscine"]}), Results::Live)
            .await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let ballot = format!("/c/{}/ballot", on.slug);
    let mut order: Vec<&str> = Vec::new();
    for (act, expected) in [
        ("add:o2", vec!["o2"]),
        ("add:o1", vec!["o2", "o1"]),
        ("add:o3", vec!["o2", "o1", "o3"]),
        ("up:o3", vec!["o2", "o3", "o1"]),
        ("down:o2", vec!["o3", "o2", "o1"]),
        ("drop:o1", vec!["o3", "o2"]),
        ("up:o3", vec!["o3", "o2"]),
    ] {
        let mut form: Vec<(&str, &str)> = order.iter().map(|id| ("choice", *id)).collect();
        form.push(("act", act));
        let led = ana.post(&ballot, &form).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER);
        let page = ana.get(led.location().split('#').next().expect("a path")).await;
        let shown: Vec<&str> =
            page.html.split("name=\"choice\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(shown, expected, "{act}");
        assert!(page.has("Nothing is recorded yet"));
        order = expected;
    }
    assert!(world.tally(&on).await.0.is_empty(), "a press of a button is no vote");
    let cast = ana.post(&ballot, &[("choice", "o3"), ("choice", "o2"), ("act", "cast")]).await;
    assert_eq!(cast.status, StatusCode::SEE_OTHER);
    world.tally(&on).await;
    assert!(ana.get(&format!("/c/{}", on.slug)).await.has("<b>Piscine, Lycée</b>"));
}

#[tokio::test]
async fn each_article_has_its_own_choice() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let on = published(&world, &forum, &json!({"kind": "articles"}), Results::Live).await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let ballot = format!("/c/{}/ballot", on.slug);
    let page = ana.get(&ballot).await;
    assert!(page.has("name=\"choice.a1\" value=\"a1:for\"") && page.has("name=\"choice.a2\""), "{}", page.html);
    let cast = ana.post(&ballot, &[("choice.a1", "a1:for"), ("choice.a2", ""), ("act", "cast")]).await;
    assert_eq!(cast.status, StatusCode::SEE_OTHER);
    let counts = serde_json::to_value(world.tally(&on).await).expect("counts");
    assert_eq!(counts, json!({"member": {"voters": 1, "choices": {"a1:for": 1}}}));
    assert!(ana.get(&format!("{ballot}?change=1")).await.has("value=\"a1:for\" checked"));
}

#[tokio::test]
async fn an_answer_is_awaited_then_overdue_then_given() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let promised = world.now().plus(Duration::from_secs(20 * DAY));
    let asked = Draft { answer_by: Some(promised), ..draft(&world, &json!({"kind": "vote"}), Results::Live) };
    let on = world.publish(&forum, asked).await;
    let path = format!("/c/{}", on.slug);
    let mut anybody = Browser::of(&world);
    let states = [
        (0, "Answer promised by"),
        (8, "Answer promised by 22 March 2026."),
        (15, "Answer expected since 22 March 2026."),
    ];
    for (days, words) in states {
        world.passes(Duration::from_secs(days * DAY)).await;
        let page = Browser::of(&world).get(&path).await;
        assert!(page.has(words), "{words}");
    }
    let mut tx = world.store.begin().await.expect("a transaction");
    let view = consultation::view(&mut tx, &on.slug, Some(&world.admin)).await.expect("it");
    let answer =
        outcome::Draft { decision: "Adopté.".into(), text: "Le conseil a voté.".into(), ..outcome::Draft::default() };
    outcome::publish(&mut tx, world.now(), &view, answer).await.expect("answered");
    tx.commit().await.expect("committed");
    let page = Browser::of(&world).get(&path).await;
    assert!(page.has("Answer published on") && page.has("Adopté.") && page.has(&format!("{path}/outcome")));
    let home = anybody.get("/").await;
    assert!(home.has("What your opinions changed") && home.has("Adopté."), "{}", home.html);
}

#[tokio::test]
async fn a_theme_is_a_style_sheet_that_a_browser_keeps() {
    use model::care::theme::{self, Colours, Logo, Theme};
    let world = World::sqlite().await;
    let style = |html: &str| {
        let found = html.split("href=\"/assets/theme.").nth(1)?.split('"').next()?;
        Some(format!("/assets/theme.{found}"))
    };
    assert_eq!(style(&Browser::of(&world).get("/").await.html), None, "a node as it comes has one style sheet");
    let mut old = String::new();
    for brand in ["#204a20", "#ffe600"] {
        let colours = Colours::from_one(brand.parse().expect("a colour"));
        let wanted = Theme { colours, tagline: "Paroles <ici>".into(), ..Theme::default() };
        let mut tx = world.store.begin().await.expect("a transaction");
        theme::set(&mut tx, world.now(), &world.as_admin(), &wanted, Logo::Keep).await.expect("set");
        tx.commit().await.expect("committed");
        let page = Browser::of(&world).get("/").await;
        assert!(
            page.has("Paroles &#60;ici&#62;") && page.has(&format!("theme-color\" content=\"{brand}\"")),
            "{}",
            page.html
        );
        let path = style(&page.html).expect("a style sheet");
        assert_ne!(path, old);
        let sheet = Browser::of(&world).get(&path).await;
        assert!(sheet.has(&format!("--brand:{brand}")), "{}", sheet.html);
        assert!(sheet.headers["cache-control"].to_str().expect("text").contains("immutable"));
        if !old.is_empty() {
            let sheet = Browser::of(&world).get(&old).await;
            assert!(sheet.has("--brand:#ffe600") && sheet.headers["cache-control"] == "no-cache");
        }
        old = path;
    }
}

#[tokio::test]
async fn a_forum_is_sorted_and_told_in_figures() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    for (title, days) in [("Bientôt", 2), ("Tard", 20)] {
        let closes = world.now().plus(Duration::from_secs(days * DAY));
        let asked = Draft {
            title: title.into(),
            tags: vec!["rue".into()],
            closes_at: Some(closes),
            ..draft(&world, &json!({"kind": "vote"}), Results::Live)
        };
        let on = world.publish(&forum, asked).await;
        let voter = world.account(&format!("voter-{days}")).await;
        world.casts(&forum, &on, &voter, &["for"]).await.expect("cast");
        world.tally(&on).await;
        world.passes(Duration::from_secs(60)).await;
    }
    let mut anybody = Browser::of(&world);
    let at = |html: &str, title: &str| html.find(title).expect("it is listed");
    let soon = anybody.get("/f/mobilite?state=open&sort=closing").await.html;
    assert!(at(&soon, "Bientôt") < at(&soon, "Tard"));
    let newest = anybody.get("/f/mobilite?state=open&sort=newest").await.html;
    assert!(at(&newest, "Tard") < at(&newest, "Bientôt"));
    assert_eq!(anybody.get("/f/mobilite?sort=random").await.status, StatusCode::BAD_REQUEST);
    let tabs = anybody.get("/f/mobilite?state=closed").await;
    assert!(tabs.has(">Open (2)</a>") && tabs.has(">To come (0)</a>") && tabs.has(">Closed (0)</a>"), "{}", tabs.html);
    let tagged = anybody.get("/f/mobilite?tag=rue&sort=closing").await;
    assert!(tagged.has("name=\"tag\" value=\"rue\"") && at(&tagged.html, "Bientôt") < at(&tagged.html, "Tard"));
    assert!(tagged.has("<option value=\"closing\" selected>"), "the order is kept: {}", tagged.html);
    let newest = anybody.get("/f/mobilite?tag=rue&sort=newest").await.html;
    assert!(at(&newest, "Tard") < at(&newest, "Bientôt"));
    let today = Browser::signed_in(&world, "admina").await.get("/admin").await;
    assert!(today.has("The last thirty days") && today.has("Taking part, day by day"), "{}", today.html);
    let stats = anybody.get("/f/mobilite/stats").await;
    assert!(stats.has("participants") && stats.has("Votes month by month") && stats.has("March"), "{}", stats.html);
    let secret = world.forum("conseil", Visibility::Private).await;
    assert_eq!(anybody.get(&format!("/f/{}/stats", secret.slug)).await.status, StatusCode::NOT_FOUND);
}
