//! A consultation from its first step to its conclusion, by plain forms.

use std::time::Duration;

use http::StatusCode;
use model::data::media;
use model::debate::attribute::{self, Attribute, Kind};
use model::debate::comment::{self, Stance};
use model::debate::forum::Visibility;
use model::people::role::Standing;
use model::testing::World;
use serde_json::json;

use crate::browser::{Browser, Page};

/// The path of a new draft with this question.
async fn begun(clerk: &mut Browser, title: &str) -> String {
    let made = clerk.post("/new", &[("forum", "mobilite"), ("title", title), ("language", "en")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    made.location().strip_suffix("/edit/text").expect("the text comes next").to_owned()
}

/// The fields of the third step for a vote.
const VOTE: [(&str, &str); 6] = [
    ("method", "vote"),
    ("tiers", "member"),
    ("tiers", "open"),
    ("official", "member"),
    ("requires", "account"),
    ("results", "live"),
];

fn refused(page: &Page, field: &str) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
    assert!(page.has(&format!("id=\"{field}-error\"")) && page.title().starts_with("Error:"), "{}", page.html);
}

model::both_databases! {
    async fn a_clerk_writes_in_five_steps_publishes_closes_and_concludes(world: World) {
        world.forum("mobilite", Visibility::Public).await;
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let nothing = clerk.post("/new", &[("forum", "mobilite"), ("summary", "A trial"), ("language", "en")]).await;
        refused(&nothing, "title");
        assert!(nothing.has("A trial"), "what was typed stays");
        let path = begun(&mut clerk, "Shall the square close?").await;
        assert_eq!(Browser::of(&world).get(&path).await.status, StatusCode::NOT_FOUND, "a draft is nobody else's");
        let early = clerk.get(&format!("{path}/edit/review")).await;
        assert!(early.has("Fill in “Text”") && early.has("Fill in “Closing”"), "{}", early.html);
        assert_eq!(clerk.post(&format!("{path}/publish"), &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);

        let empty = clerk.post(&format!("{path}/edit/text"), &[("text", " "), ("what", "Forty places go")]).await;
        refused(&empty, "text");
        assert!(empty.has("Forty places go"));
        let text = [("text", "## Why\n\nNoise.\n\n## When\n\nIn spring."), ("what", "Forty places go"), ("act", "next")];
        let next = clerk.post(&format!("{path}/edit/text"), &text).await;
        assert_eq!(next.location(), format!("{path}/edit/participation"));
        let shown = clerk.get(&format!("{path}/edit/text")).await;
        assert!(shown.has("2 articles:") && shown.has("<li>When</li>"), "{}", shown.html);

        let nobody = clerk.post(&format!("{path}/edit/participation"), &[("method", "vote"), ("official", "member"),
            ("requires", "account"), ("results", "live")]).await;
        refused(&nobody, "tiers");
        let next = clerk.post(&format!("{path}/edit/participation"), &VOTE).await;
        assert_eq!(next.location(), format!("{path}/edit/calendar"));

        let skipped = clerk.post(&format!("{path}/edit/calendar"), &[("closes-at", "2026-03-29T02:30")]).await;
        refused(&skipped, "closes-at");
        let dates = [("closes-at", "2026-03-30T20:00"), ("answer-by", "2026-04-10T12:00")];
        let next = clerk.post(&format!("{path}/edit/calendar"), &dates).await;
        assert_eq!(next.location(), format!("{path}/edit/review?done=drafted"));
        let review = clerk.get(next.location()).await;
        assert!(review.has("Monday 30 March 2026 at 20:00 (Paris time)"), "right across the change of the clocks");
        assert!(review.has("As a post in Mastodon") && review.has("@mobilite@a.test"), "{}", review.html);
        // The mail that is shown is the one that is sent.
        assert!(review.has("Consultation open: ") && review.has("You get this mail because you follow"), "{}", review.html);
        assert!(!review.has("id=\"missing\""), "{}", review.html);
        assert_eq!(clerk.post(&format!("{path}/publish"), &[]).await.location(), format!("{path}?done=published"));
        assert!(Browser::of(&world).get(&path).await.has("Forty places go"));

        assert_eq!(clerk.post(&format!("{path}/close"), &[]).await.location(), format!("{path}?done=closed"));
        assert!(clerk.get("/admin").await.has("“Shall the square close?” is closed"));
        let form = clerk.get(&format!("{path}/close")).await;
        assert!(form.has("Conclude the consultation") && form.has("## Figures"), "{}", form.html);
        let mute = clerk.post(&format!("{path}/close"), &[("act", "conclude"), ("decision", "We close it.")]).await;
        refused(&mute, "text");
        assert!(mute.has("We close it."));
        let said = [("act", "conclude"), ("decision", "We close it."), ("text", "Because of the noise."),
            ("next-step", "The works begin"), ("next-at", "2026-09-01T09:00")];
        assert_eq!(clerk.post(&format!("{path}/close"), &said).await.location(), format!("{path}?done=concluded"));
        assert!(Browser::of(&world).get(&path).await.has("We close it."));
        assert!(!clerk.get("/admin").await.has("“Shall the square close?” is closed"));
    }

    async fn each_method_is_asked_with_its_own_options(world: World) {
        world.forum("mobilite", Visibility::Public).await;
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let path = begun(&mut clerk, "How?").await;
        let step = format!("{path}/edit/participation");
        for (kind, options, shown) in [
            ("scale", vec![("scale-min", "0"), ("scale-max", "100"), ("scale-step", "25")], "0 · 25 · 50 · 75 · 100"),
            ("ranking", vec![("option", "Bus"), ("option-id", ""), ("option", "Tram"), ("option-id", "")], "Bus · Tram"),
            ("support", vec![("goal", "1 000")], "Support"),
            ("articles", vec![], "Vote on articles"),
            ("none", vec![], "Discussion"),
            ("poll", vec![("option", "Station"), ("option", "School"), ("multiple", "1"), ("max", "2")], "Station · School"),
        ] {
            let mut form: Vec<_> = VOTE.into_iter().filter(|(name, _)| *name != "method").collect();
            form.push(("method", kind));
            form.extend(options);
            assert_eq!(clerk.post(&step, &form).await.status, StatusCode::SEE_OTHER, "{kind}");
            let review = clerk.get(&format!("{path}/edit/review")).await;
            assert!(review.has(shown), "{kind}: {}", review.html);
        }
        for (kind, options, field) in [
            ("scale", vec![("scale-min", "5"), ("scale-max", "1")], "scale-max"),
            ("poll", vec![("option", "Alone")], "options"),
            ("support", vec![("goal", "many")], "goal"),
        ] {
            let mut form: Vec<_> = VOTE.into_iter().filter(|(name, _)| *name != "method").collect();
            form.push(("method", kind));
            form.extend(options);
            refused(&clerk.post(&step, &form).await, field);
        }
    }

    async fn answers_move_by_buttons_and_nothing_is_lost_on_the_way(world: World) {
        world.forum("mobilite", Visibility::Public).await;
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let path = begun(&mut clerk, "Where?").await;
        let step = format!("{path}/edit/participation");
        let form = |act: &'static str, options: &[(&'static str, &'static str)]| {
            let mut form: Vec<_> = VOTE.into_iter().filter(|(name, _)| *name != "method").collect();
            form.push(("method", "poll"));
            for (label, id) in options {
                form.extend([("option", *label), ("option-id", *id)]);
            }
            form.push(("act", act));
            form
        };
        let one = clerk.post(&step, &form("add", &[("Station", "")])).await;
        assert!(one.status == StatusCode::OK && one.has("value=\"Station\""), "one answer is not enough yet, and stays");
        assert!(!one.has("id=\"errors\""));
        let moved = clerk.post(&step, &form("down-0", &[("Station", ""), ("School", "")])).await;
        assert_eq!(moved.location(), format!("{step}#options"));
        let page = clerk.get(&step).await;
        let (school, station) = (page.html.find("value=\"School\""), page.html.find("value=\"Station\""));
        assert!(school < station && school.is_some(), "{}", page.html);
        clerk.post(&step, &form("up-1", &[("School", "o1"), ("Station", "o2")])).await;
        let page = clerk.get(&step).await;
        assert!(page.html.find("value=\"o2\"") < page.html.find("value=\"o1\""), "the ids move with the answers");
    }

    async fn under_votes_it_is_extended_corrected_or_cancelled_with_a_reason(world: World) {
        let (forum, on) = world.vote().await;
        let path = format!("/c/{}", on.slug);
        let mut clerk = Browser::signed_in(&world, "admina").await;
        assert!(!clerk.get(&format!("{path}/edit/text")).await.has("name=\"reason\""), "nobody has voted");
        let ana = world.account("ana").await;
        world.casts(&forum, &on, &ana, &["for"]).await.expect("cast");
        world.tally(&on).await;
        assert!(clerk.get(&format!("{path}/edit/text")).await.has("name=\"reason\""));
        let mut text = vec![("text", "# Le projet\r\n\r\nLa place **devient** calme."), ("what", "La place"),
            ("why", "Le bruit"), ("outcome", "Un vote du conseil")];
        let locked = clerk.post(&format!("{path}/edit/text"), &text).await;
        assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(locked.has("It can be extended, corrected or cancelled"), "{}", locked.html);
        text.push(("reason", "Une faute <b>de frappe</b>."));
        let corrected = clerk.post(&format!("{path}/edit/text"), &text).await;
        assert_eq!(corrected.location(), format!("{path}?done=saved"));
        let page = Browser::of(&world).get(&path).await;
        assert!(page.has("Corrected on") && page.has("Une faute &#60;b&#62;de frappe"), "{}", page.html);

        let other = [("method", "support"), ("tiers", "member"), ("official", "member"), ("requires", "account"),
            ("results", "live")];
        let locked = clerk.post(&format!("{path}/edit/participation"), &other).await;
        assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY, "what is asked no longer changes");
        let calendar = format!("{path}/edit/calendar");
        let mute = clerk.post(&calendar, &[("act", "extend"), ("closes-at", "2026-04-30T20:00"), ("reason", " ")]).await;
        refused(&mute, "reason");
        let longer = [("act", "extend"), ("closes-at", "2026-04-30T20:00"), ("reason", "Les vacances")];
        assert_eq!(clerk.post(&calendar, &longer).await.location(), format!("{path}?done=extended"));
        assert!(Browser::of(&world).get(&path).await.has("Les vacances"));
        let off = [("act", "cancel"), ("reason", "Le projet est abandonné")];
        assert_eq!(clerk.post(&calendar, &off).await.location(), format!("{path}?done=cancelled"));
        assert!(Browser::of(&world).get(&path).await.has("Le projet est abandonné"));
        assert_eq!(clerk.get(&format!("{path}/close")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn what_the_forum_asks_and_what_stands_beside_is_kept_with_the_text(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let area = Attribute {
            name: "area".into(),
            label: "Area".into(),
            kind: Kind::Number,
            options: Vec::new(),
            required: true,
        };
        let mut tx = world.store.begin().await.expect("a transaction");
        attribute::ask(&mut tx, world.now(), &world.as_admin(), &forum, &[area]).await.expect("asked");
        tx.commit().await.expect("committed");
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let path = begun(&mut clerk, "Where?").await;
        let step = format!("{path}/edit/text");
        let wrong = clerk.post(&step, &[("text", "Here"), ("asked-area", "large")]).await;
        refused(&wrong, "asked");
        let link = [("text", "Here"), ("asked-area", "12"), ("act", "attach"), ("beside-kind", "link"),
            ("beside-title", "The plan"), ("beside-url", "javascript:alert(1)")];
        refused(&clerk.post(&step, &link).await, "beside-url");
        let mut link = link;
        link[5].1 = "https://plans.example/square";
        assert_eq!(clerk.post(&step, &link).await.location(), format!("{step}?done=attached#beside"));
        let page = clerk.get(&step).await;
        assert!(page.has("The plan") && page.has("value=\"12\""), "{}", page.html);
        let id = page.html.split("value=\"detach-").nth(1).and_then(|rest| rest.split('"').next()).expect("a button");
        let act = format!("detach-{id}");
        let gone = clerk.post(&step, &[("text", "Here"), ("asked-area", "12"), ("act", &act)]).await;
        assert_eq!(gone.location(), format!("{step}?done=detached#beside"));
        assert!(!clerk.get(&step).await.has("The plan"));
    }

    async fn a_file_takes_the_place_of_the_text_and_only_text_does(world: World) {
        world.forum("mobilite", Visibility::Public).await;
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let path = begun(&mut clerk, "Where?").await;
        let step = format!("{path}/edit/text");
        let kept = clerk.upload(&step, &[("text", "Typed"), ("act", "stay")], ("markdown", b"## From a file\r\n\r\nHere.")).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.html);
        let page = clerk.get(&step).await;
        assert!(page.has("From a file") && !page.has("Typed"));
        refused(&clerk.upload(&step, &[("text", "Typed")], ("markdown", b"\xff\xfe\x00")).await, "markdown");
        let fake = [("text", "Typed"), ("act", "attach"), ("beside-kind", "cover"), ("beside-title", "The square")];
        refused(&clerk.upload(&step, &fake, ("beside-file", b"<svg onload=alert(1)>")).await, "beside-file");
        let large = vec![b'a'; media::LARGEST + 3 * 1024 * 1024];
        assert_eq!(clerk.upload(&step, &fake, ("beside-file", &large)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn a_draft_is_deleted_and_a_stranger_deletes_none(world: World) {
        world.forum("mobilite", Visibility::Public).await;
        world.account_with_password("ana").await;
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let path = begun(&mut clerk, "Where?").await;
        let review = format!("{path}/edit/review");
        let mut ana = Browser::signed_in(&world, "ana").await;
        assert_eq!(ana.post(&review, &[("act", "delete")]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(clerk.post(&review, &[("act", "delete")]).await.location(), "/f/mobilite?done=deleted");
        assert_eq!(clerk.get(&path).await.status, StatusCode::NOT_FOUND);
    }

    async fn in_a_collaborative_forum_participants_propose_in_their_own_name(world: World) {
        world.forum("mobilite", Visibility::Collaborative).await;
        world.account_with_password("ana").await;
        let mut ana = Browser::signed_in(&world, "ana").await;
        let path = begun(&mut ana, "Benches?").await;
        ana.post(&format!("{path}/edit/text"), &[("text", "Everywhere.")]).await;
        let page = ana.get(&format!("{path}/edit/participation")).await;
        assert!(page.status == StatusCode::OK && !page.has("value=\"codes\""), "lists and codes are the forum's");
        let codes = [("method", "vote"), ("tiers", "member"), ("official", "member"), ("requires", "codes"),
            ("results", "live")];
        let refused = ana.post(&format!("{path}/edit/participation"), &codes).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        ana.post(&format!("{path}/edit/participation"), &VOTE).await;
        ana.post(&format!("{path}/edit/calendar"), &[("closes-at", "2026-03-30T20:00")]).await;
        assert_eq!(ana.post(&format!("{path}/publish"), &[]).await.location(), format!("{path}?done=published"));
        assert!(Browser::of(&world).get(&path).await.has("ana"));
        assert_eq!(ana.get(&format!("{path}/close")).await.status, StatusCode::FORBIDDEN);
    }

    async fn leading_arguments_are_answered_in_the_institutions_name(world: World) {
        let (forum, on) = world.vote().await;
        let ana = world.account("ana").await;
        let by = Standing { account: Some(ana), member: None };
        let said = comment::Draft { text: "Le bruit".into(), stance: Some(Stance::For), ..comment::Draft::default() };
        let mut tx = world.store.begin().await.expect("a transaction");
        let said = comment::post(&mut tx, world.now(), &forum, &on, &by, &said).await.expect("said");
        tx.commit().await.expect("committed");
        let path = format!("/c/{}/answers", on.slug);
        let page = Browser::of(&world).get(&path).await;
        assert!(page.status == StatusCode::OK && page.has("Le bruit") && page.has("No official answer yet."));
        assert!(!page.has("<textarea"), "a visitor reads");
        let id = said.id.to_string();
        let form = [("argument", id.as_str()), ("answer", "Des arbres l’étouffent.")];
        assert_eq!(Browser::of(&world).post(&path, &form).await.status, StatusCode::UNAUTHORIZED);
        let mut clerk = Browser::signed_in(&world, "admina").await;
        assert_eq!(clerk.post(&path, &form).await.location(), format!("{path}?done=answered"));
        let page = Browser::of(&world).get(&path).await;
        assert!(page.has("Des arbres") && !page.has("No official answer yet."), "{}", page.html);
    }

    async fn what_closes_late_is_said_to_be_overdue(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let mut draft = world.draft(&json!({"kind": "vote"}));
        draft.answer_by = Some(world.now().plus(Duration::from_secs(8 * 86_400)));
        let on = world.publish(&forum, draft).await;
        world.passes(Duration::from_secs(9 * 86_400)).await;
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let today = clerk.get("/admin").await;
        assert!(today.has("Answer expected since 10 March 2026"), "{}", today.html);
        assert!(clerk.get(&format!("/c/{}/close", on.slug)).await.has("An answer was expected by 10 March 2026"));
    }
}
