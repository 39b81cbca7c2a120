//! The administrator's pages: what there is to do, what the institution writes, how the site looks, what it is called.

use http::StatusCode;
use model::care::notice::News;
use model::care::page::{self, Name};
use model::care::settings;
use model::care::subscription::{self, Subject};
use model::care::work::{self, Work};
use model::debate::forum::Visibility;
use model::debate::{comment, held};
use model::job::{self, Job};
use model::people::role::Standing;
use model::testing::World;

use crate::browser::{Browser, app, mailed};

/// A picture of one point.
fn picture() -> Vec<u8> {
    let mut octets = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(4, 4).write_to(&mut octets, image::ImageFormat::Png).expect("written");
    octets.into_inner()
}

model::both_databases! {
    async fn an_unwritten_page_says_so_and_is_a_task_until_it_is_whole(world: World) {
        let mut clerk = Browser::signed_in(&world, "admina").await;
        for path in ["/legal", "/privacy", "/rules", "/faq", "/accessibility"] {
            let page = Browser::of(&world).get(path).await;
            assert!(page.status == StatusCode::OK && page.has("has not written this page yet"), "{path}");
        }
        assert!(clerk.get("/admin").await.has("Pages that the law asks for are not finished"));
        let model = clerk.get("/admin/pages/legal/fr").await;
        assert!(model.has("loi n° 2004-575") && model.has("[[Nom de l’hébergeur]]"), "{}", model.html);
        let half = [("text", "## Éditeur\n\n[[Nom]] <script>alert(1)</script>")];
        assert_eq!(clerk.post("/admin/pages/legal/fr", &half).await.location(), "/admin/pages?done=kept");
        let page = Browser::of(&world).get("/legal").await;
        assert!(page.has("has not finished this page") && page.has("lang=\"fr\"") && !page.has("<script>alert"));
        let empty = clerk.post("/admin/pages/legal/fr", &[("text", " ")]).await;
        assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.has("id=\"text-error\""));
        for name in Name::ALL {
            let path = format!("/admin/pages/{name}/fr");
            clerk.post(&path, &[("text", "## Tout\n\nTout est dit.")]).await;
        }
        let page = Browser::of(&world).get("/legal").await;
        assert!(page.has("Tout est dit.") && !page.has("has not"), "{}", page.html);
        assert!(!clerk.get("/admin").await.has("Pages that the law asks for"));
        clerk.post("/admin/pages/legal/en", &[("text", "## All\n\nIt is said.")]).await;
        assert!(Browser::of(&world).get("/legal").await.has("It is said."), "in the reader's language where there is one");
        assert_eq!(clerk.get("/admin/pages/legal/de").await.status, StatusCode::NOT_FOUND);
        assert_eq!(clerk.get("/admin/pages/secrets/fr").await.status, StatusCode::NOT_FOUND);
        let rules = page::rules(&mut world.store.conn().await.expect("a connection"), &["fr"]).await.expect("rules");
        assert_eq!(rules, ["Tout"]);
    }

    async fn colours_that_cannot_be_read_are_refused_and_the_nearest_offered(world: World) {
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let mut form = vec![("brand", "#ffe600"), ("on-brand", "#ffffff"), ("link", "#1d4487"), ("soft", "#e9eef8"),
            ("font", "serif"), ("tagline", "La parole aux habitants"), ("sharing", "")];
        let faint = clerk.post("/admin/appearance", &form).await;
        assert_eq!(faint.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(faint.has("id=\"on-brand-error\"") && faint.has("value=\"#ffe600\""), "{}", faint.html);
        assert!(faint.has("value=\"correct\""), "the nearest are offered");
        form.push(("act", "correct"));
        assert_eq!(clerk.post("/admin/appearance", &form).await.location(), "/admin/appearance?done=kept");
        let page = Browser::of(&world).get("/").await;
        assert!(page.has("La parole aux habitants") && page.has("/assets/theme."), "{}", page.html);
        let pairs = [("brand", "#1e3563"), ("on-brand", "#ffffff"), ("link", "#1d4487"), ("soft", "#e9eef8"), ("font", "system")];
        let marked = clerk.upload("/admin/appearance", &pairs, ("logo", &picture())).await;
        assert_eq!(marked.location(), "/admin/appearance?done=kept", "{}", marked.html);
        assert!(Browser::of(&world).get("/").await.has("/assets/logo."));
        let fake = clerk.upload("/admin/appearance", &pairs, ("logo", b"<svg/>")).await;
        assert!(fake.status == StatusCode::UNPROCESSABLE_ENTITY && fake.has("id=\"logo-error\""));
        let mut none = pairs.to_vec();
        none.push(("no-logo", "1"));
        clerk.post("/admin/appearance", &none).await;
        assert!(!Browser::of(&world).get("/").await.has("/assets/logo."));
    }

    async fn what_was_said_at_set_up_changes_as_far_as_it_can(world: World) {
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let form = [("institution", "Valmont-sur-Orne"), ("language", "en"), ("time-zone", "Europe/Madrid"), ("domain", "b.test")];
        assert_eq!(clerk.post("/admin/settings", &form).await.location(), "/admin/settings?done=kept");
        assert!(Browser::of(&world).get("/").await.has("Valmont-sur-Orne"));
        let node = settings::node(&mut world.store.conn().await.expect("a connection")).await.expect("a node");
        assert_eq!((node.domain.as_deref(), node.time_zone.as_str()), (Some("b.test"), "Europe/Madrid"));
        let mut tx = world.store.begin().await.expect("a transaction");
        settings::mark_published(&mut tx).await.expect("marked");
        tx.commit().await.expect("committed");
        assert!(clerk.get("/admin/settings").await.has("is permanent"));
        let late = clerk.post("/admin/settings", &[("institution", "V"), ("language", "en"), ("time-zone", "UTC"), ("domain", "c.test")]).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = clerk.post("/admin/settings", &[("institution", ""), ("language", "en"), ("time-zone", "Mars")]).await;
        assert!(wrong.has("id=\"institution-error\"") && wrong.has("id=\"time-zone-error\""), "{}", wrong.html);
    }

    async fn the_delay_of_decisions_stands_beside_the_promised_one(world: World) {
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let page = clerk.get("/admin").await;
        assert!(page.has("<dt>decisions of moderation in 90 days, too few for a median delay; promised: 24 hours</dt><dd class=\"num\">0</dd>"), "{}", page.html);
        let (forum, on) = world.vote().await;
        let luc = Standing { account: Some(world.account("luc").await), member: None };
        let admin = world.as_admin();
        let mut tx = world.store.begin().await.expect("a transaction");
        held::turn(&mut tx, world.now(), &admin, &forum, true).await.expect("turned");
        for n in 0..5 {
            let draft = comment::Draft { text: format!("Parole {n}"), ..comment::Draft::default() };
            comment::post(&mut tx, world.now(), &forum, &on, &luc, &draft).await.expect("said");
        }
        world.clock.advance(std::time::Duration::from_secs(90 * 60));
        for (it, _) in held::waiting(&mut tx, None, None, 10).await.expect("they wait") {
            held::approve(&mut tx, world.now(), &admin, it.id).await.expect("shown");
        }
        tx.commit().await.expect("committed");
        let page = clerk.get("/admin").await;
        assert!(page.has("<dt>median delay of moderation in 90 days; promised: 24 hours</dt><dd class=\"num\">2 hours</dd>"), "{}", page.html);
        let told = Browser::of(&world).get("/api/v1/node").await;
        assert!(told.has("\"moderation\":{\"promised_hours\":24,\"median_minutes\":90,\"decisions\":5}"), "{}", told.html);
    }

    async fn long_work_is_shown_with_how_far_it_has_come(world: World) {
        let mut clerk = Browser::signed_in(&world, "admina").await;
        assert!(clerk.get("/admin/work").await.has("Nothing that lasts"));
        let (forum, on) = world.vote().await;
        for n in 0..60 {
            let account = world.account(&format!("voisin{n}")).await;
            let mut tx = world.store.begin().await.expect("a transaction");
            subscription::follow(&mut tx, world.now(), &Standing { account: Some(account), member: None }, Subject::Forum(forum.id)).await.expect("follows");
            tx.commit().await.expect("committed");
        }
        let app = app(&world);
        let news = News::Opened { consultation: on.id };
        web::news::tell(&app, &Job::Notify { news, after: None }).await.expect("told");
        let page = clerk.get("/admin/work").await;
        assert!(page.has("50 of 60") && page.has("<progress max=\"60\" value=\"50\""), "{}", page.html);
        let mut tx = world.store.begin().await.expect("a transaction");
        let rest = loop {
            let claim = job::claim(&mut tx, world.now()).await.expect("read").expect("the rest waits");
            if matches!(claim.job, Job::Notify { after: Some(_), .. }) {
                break claim.job;
            }
        };
        tx.commit().await.expect("committed");
        web::news::tell(&app, &rest).await.expect("told");
        let page = clerk.get("/admin/work").await;
        assert!(page.has("60 of 60") && page.has("Done ") && !page.has("<progress"), "{}", page.html);
        let mut tx = world.store.begin().await.expect("a transaction");
        let begun = |kind, subject, done, total| Work { done, ..Work::new(world.now(), kind, subject, total) };
        work::keep(&mut tx, &begun(work::Kind::Import, "it.json", 30, 120)).await.expect("noted");
        work::keep(&mut tx, &begun(work::Kind::Export, "place", 4_200_000, 0)).await.expect("noted");
        let failed = Work { ended_at: Some(world.now()), failed: true, ..begun(work::Kind::Backup, "it.zip", 3, 60) };
        work::keep(&mut tx, &failed).await.expect("noted");
        tx.commit().await.expect("committed");
        let page = clerk.get("/admin/work").await;
        assert!(page.has("<progress max=\"120\" value=\"30\"") && page.has("25%"), "{}", page.html);
        assert!(page.has("<progress aria-label=\"Consultation exported place\"") && page.has("4,200 kB written"));
        assert!(page.has("href=\"/c/place\"") && page.has("3 of 60") && page.has("Failed "), "{}", page.html);
        world.clock.advance(std::time::Duration::from_secs(2 * 3600));
        let page = clerk.get("/admin/work").await;
        assert!(page.has("Nothing heard since") && !page.has("<progress"), "{}", page.html);
        assert_eq!(Browser::of(&world).get("/admin/work").await.location(), "/login?next=%2Fadmin%2Fwork");
    }

    async fn the_level_of_accessibility_is_said_at_the_foot_of_every_page(world: World) {
        let mut clerk = Browser::signed_in(&world, "admina").await;
        let before = Browser::of(&world).get("/accessibility").await;
        assert!(before.has("Accessibility: not compliant") && before.has("No audit by a third party"), "{}", before.html);
        let said = |level: &'static str, day: &'static str| {
            [("institution", "Valmont"), ("language", "en"), ("time-zone", "UTC"), ("registration", "invite"),
                ("moderation-hours", "48"), ("level", level), ("audited-on", day), ("auditor", "Cabinet & Fils")]
        };
        for (level, day) in [("full", ""), ("partial", "2126-01-01"), ("partial", "soon")] {
            let wrong = clerk.post("/admin/settings", &said(level, day)).await;
            assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.has("id=\"audited-on-error\""), "{level} {day}");
            assert!(wrong.has("Cabinet &#38; Fils") && wrong.has("selected>partially compliant") == (level == "partial"));
        }
        let kept = clerk.post("/admin/settings", &said("partial", "2026-01-09")).await;
        assert_eq!(kept.location(), "/admin/settings?done=kept", "{}", kept.html);
        let page = Browser::of(&world).get("/accessibility").await;
        assert!(page.has("Audit of 9 January 2026, by Cabinet &#38; Fils."), "{}", page.html);
        assert!(Browser::of(&world).get("/").await.has("Accessibility: partially compliant"));
        assert!(clerk.get("/mod").await.has("a decision within 48 hours"));
        assert!(Browser::of(&world).get("/rules").await.has("is answered within 48 hours"), "everybody reads it");
        let registration = settings::registration(&mut world.store.conn().await.expect("a connection")).await;
        assert_eq!(registration.expect("a mode"), settings::Registration::Invite);
        let mut tx = world.store.begin().await.expect("a transaction");
        // The configuration says it again at each start, and what was chosen stands.
        settings::set_registration(&mut tx, settings::Registration::Open).await.expect("set");
        tx.commit().await.expect("committed");
        let mut left = said("none", "").to_vec();
        left[3].1 = "";
        assert!(clerk.get("/admin/settings").await.has("selected>Only those invited can sign up."));
        clerk.post("/admin/settings", &left).await;
        let registration = settings::registration(&mut world.store.conn().await.expect("a connection")).await;
        assert_eq!(registration.expect("a mode"), settings::Registration::Open);
    }

    async fn mails_are_tried_and_forums_and_consultations_listed(world: World) {
        world.vote().await;
        world.forum("secret", Visibility::Private).await;
        let mut clerk = Browser::signed_in(&world, "admina").await;
        assert_eq!(clerk.post("/admin/mail", &[]).await.location(), "/admin/mail?done=test-mailed");
        assert_eq!(mailed(&world, "admin@valmont.example").await, "/admin/mail");
        let forums = clerk.get("/admin/forums").await;
        assert!(forums.has("@mobilite@a.test") && forums.has("/f/secret"), "{}", forums.html);
        assert!(clerk.get("/admin/consultations").await.has("Fermer la place"));
        assert_eq!(clerk.post("/admin/forums", &[("forum", "mobilite"), ("act", "hold")]).await.location(), "/admin/forums?done=kept");
        assert!(clerk.get("/admin/forums").await.has("Comments are read first."));
        clerk.post("/admin/forums", &[("forum", "mobilite"), ("act", "show")]).await;
        assert!(!clerk.get("/admin/forums").await.has("Comments are read first."));
    }
}
