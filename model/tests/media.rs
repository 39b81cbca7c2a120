//! Pictures, documents, links and attributes: who may show what, and who sees it.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use model::both_databases;
use model::data::media::{self, File, Format};
use model::debate::attachment::{self, Kind, Place};
use model::debate::attribute::{self, Attribute, Given};
use model::debate::consultation::{self, Consultation};
use model::debate::forum::{self, Forum, Visibility};
use model::error::Error;
use model::people::role::{Role, Standing};
use model::testing::{World, refused};
use serde_json::json;

fn picture(red: u8) -> File {
    let mut octets = Vec::new();
    let picture: DynamicImage = RgbImage::from_pixel(8, 6, Rgb([red, 0, 0])).into();
    picture.write_to(&mut Cursor::new(&mut octets), ImageFormat::Png).unwrap();
    File::read(octets).unwrap()
}

fn document() -> File {
    File::read(b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n".to_vec()).unwrap()
}

fn place<'a>(world: &World, by: &'a Standing, forum: &'a Forum, on: &'a Consultation) -> Place<'a> {
    Place { now: world.now(), by, forum, on }
}

fn asks(name: &str, kind: attribute::Kind, options: &[&str], required: bool) -> Attribute {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    Attribute { name: name.into(), label: name.to_uppercase(), kind, options, required }
}

fn told(given: serde_json::Value) -> Given {
    serde_json::from_value(given).unwrap()
}

both_databases! {
    async fn a_consultation_shows_files_and_links_the_cover_first(world: World) {
        let (forum, vote) = world.vote().await;
        let by = world.as_admin();
        let at = place(&world, &by, &forum, &vote);
        let mut tx = world.store.begin().await.unwrap();
        attachment::attach(&mut tx, at, Kind::Document, "Le plan", &document()).await.unwrap();
        attachment::link(&mut tx, at, "La loi", " https://loi.example/1 ").await.unwrap();
        attachment::attach(&mut tx, at, Kind::Cover, "La place, vide", &picture(1)).await.unwrap();
        let cover = attachment::attach(&mut tx, at, Kind::Cover, "La place, pleine", &picture(2)).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = world.store.conn().await.unwrap();
        let all = attachment::list(&mut conn, vote.id).await.unwrap();
        let titles: Vec<&str> = all.iter().map(|(it, _)| it.title.as_str()).collect();
        assert_eq!(titles, ["La place, pleine", "Le plan", "La loi"], "one cover alone");
        assert_eq!(all[2].0.url.as_deref(), Some("https://loi.example/1"));
        let facts = all[0].1.as_ref().unwrap();
        assert_eq!((facts.format, facts.width, facts.height), (Format::Jpeg, Some(8), Some(6)));
        assert!(matches!(media::serve(&mut conn, &picture(1).name(), None).await, Err(Error::NotFound)), "its file is gone");
        let served = media::serve(&mut conn, &picture(2).name(), None).await.unwrap();
        assert_eq!((served.file, served.public), (picture(2), true));
        assert!(matches!(media::serve(&mut conn, &format!("{}.pdf", picture(2).hash), None).await, Err(Error::NotFound)));
        assert!(matches!(media::serve(&mut conn, "nothing", None).await, Err(Error::NotFound)));
        let changed = consultation::by_id(&mut conn, vote.id).await.unwrap();
        assert!(changed.version > vote.version && changed.edited_at == Some(world.now()), "others are told");
        drop(conn);
        let mut tx = world.store.begin().await.unwrap();
        let renamed = attachment::describe(&mut tx, at, &cover, "La place").await.unwrap();
        assert_eq!(renamed.title, "La place");
        attachment::detach(&mut tx, at, &cover).await.unwrap();
        assert!(matches!(attachment::by_id(&mut tx, cover.id).await, Err(Error::NotFound)));
        assert!(matches!(media::serve(&mut tx, &picture(2).name(), None).await, Err(Error::NotFound)));
    }

    async fn one_file_shown_twice_is_kept_until_the_last_is_gone(world: World) {
        let (forum, vote) = world.vote().await;
        let by = world.as_admin();
        let at = place(&world, &by, &forum, &vote);
        let mut tx = world.store.begin().await.unwrap();
        let first = attachment::attach(&mut tx, at, Kind::Picture, "Un", &picture(1)).await.unwrap();
        attachment::attach(&mut tx, at, Kind::Picture, "Deux", &picture(1)).await.unwrap();
        attachment::detach(&mut tx, at, &first).await.unwrap();
        assert!(media::serve(&mut tx, &picture(1).name(), None).await.is_ok());
        let draft = consultation::create(&mut tx, world.now(), &by, &forum, world.draft(&json!({"kind": "vote"}))).await.unwrap();
        let there = place(&world, &by, &forum, &draft);
        attachment::attach(&mut tx, there, Kind::Document, "Plan", &document()).await.unwrap();
        assert!(matches!(media::serve(&mut tx, &document().name(), None).await, Err(Error::NotFound)), "a draft's");
        assert!(!media::serve(&mut tx, &document().name(), Some(&world.admin)).await.unwrap().public);
        consultation::delete(&mut tx, world.now(), &by, &forum, &draft).await.unwrap();
        assert!(matches!(media::serve(&mut tx, &document().name(), Some(&world.admin)).await, Err(Error::NotFound)));
    }

    async fn what_may_not_be_shown_is_refused(world: World) {
        let (forum, vote) = world.vote().await;
        let (by, ana) = (world.as_admin(), Standing { account: Some(world.account("ana").await), member: None });
        let at = place(&world, &by, &forum, &vote);
        let mut tx = world.store.begin().await.unwrap();
        let it = attachment::link(&mut tx, at, "La loi", "https://loi.example/").await.unwrap();
        for stranger in [&ana, &Standing::visitor()] {
            let there = place(&world, stranger, &forum, &vote);
            let wanted = if stranger.account.is_some() { "not-allowed" } else { "not-signed-in" };
            assert_eq!(refused(attachment::attach(&mut tx, there, Kind::Picture, "Un", &picture(1)).await), wanted);
            assert_eq!(refused(attachment::link(&mut tx, there, "Un", "https://x.example/").await), wanted);
            assert_eq!(refused(attachment::describe(&mut tx, there, &it, "Un").await), wanted);
            assert_eq!(refused(attachment::detach(&mut tx, there, &it).await), wanted);
        }
        for title in ["", "  ", &"x".repeat(301)] {
            assert_eq!(refused(attachment::attach(&mut tx, at, Kind::Picture, title, &picture(1)).await), "invalid");
        }
        for url in ["", "loi", "javascript:alert(1)", "ftp://a.example/", "data:text/html,x", &format!("https://a.example/{}", "x".repeat(2000))] {
            assert_eq!(refused(attachment::link(&mut tx, at, "Un", url).await), "invalid", "{url}");
        }
        for (kind, file) in [(Kind::Cover, document()), (Kind::Picture, document()), (Kind::Document, picture(1)), (Kind::Link, picture(1))] {
            assert_eq!(refused(attachment::attach(&mut tx, at, kind, "Un", &file).await), "unsupported-media", "{kind}");
        }
        for number in 1..20 {
            attachment::link(&mut tx, at, &number.to_string(), "https://loi.example/").await.unwrap();
        }
        assert_eq!(refused(attachment::link(&mut tx, at, "Un", "https://loi.example/").await), "too-many-attachments");
        assert_eq!(refused(attachment::attach(&mut tx, at, Kind::Cover, "Un", &picture(1)).await), "too-many-attachments");
        let late = Place { now: vote.closes_at.unwrap(), ..at };
        assert_eq!(refused(attachment::detach(&mut tx, late, &it).await), "closed");
    }

    async fn a_private_forum_shows_its_files_to_its_members_alone(world: World) {
        let private = world.forum("bureau", Visibility::Private).await;
        let inside = world.publish(&private, world.draft(&json!({"kind": "vote"}))).await;
        let (ana, bea) = (world.account("ana").await, world.account("bea").await);
        let by = world.as_admin();
        let mut tx = world.store.begin().await.unwrap();
        attachment::attach(&mut tx, place(&world, &by, &private, &inside), Kind::Document, "Plan", &document()).await.unwrap();
        forum::give_role(&mut tx, world.now(), &by, &private, &bea, Role::Participant).await.unwrap();
        let name = document().name();
        for stranger in [None, Some(&ana)] {
            assert!(matches!(media::serve(&mut tx, &name, stranger).await, Err(Error::NotFound)));
        }
        assert!(!media::serve(&mut tx, &name, Some(&bea)).await.unwrap().public);
    }

    async fn a_forum_asks_and_its_consultations_answer(world: World) {
        use attribute::Kind::{Choice, Number, Text, YesNo};
        let forum = world.forum("mobilite", Visibility::Public).await;
        let by = world.as_admin();
        let now = world.now();
        let mut tx = world.store.begin().await.unwrap();
        let asked = [asks("cost", Number, &[], true), asks("place", Text, &[], false), asks("area", Choice, &["Nord", "Sud"], true), asks("urgent", YesNo, &[], false)];
        attribute::ask(&mut tx, now, &by, &forum, &asked).await.unwrap();
        assert_eq!(attribute::asked(&mut tx, forum.id).await.unwrap(), asked);
        let draft = consultation::create(&mut tx, now, &by, &forum, world.draft(&json!({"kind": "vote"}))).await.unwrap();
        assert_eq!(refused(consultation::publish(&mut tx, now, &by, &forum, &draft).await), "invalid", "what is required is missing");
        let wrong = [
            json!({"cost": "dix"}), json!({"cost": true}), json!({"place": ""}), json!({"place": "x".repeat(501)}), json!({"place": "a\nb"}),
            json!({"area": "Est"}), json!({"area": ["Nord"]}), json!({"urgent": "oui"}), json!({"urgent": null}), json!({"colour": "red"}),
        ];
        for given in wrong {
            assert_eq!(refused(attribute::tell(&mut tx, now, &by, &forum, &draft, &told(given.clone())).await), "invalid", "{given}");
        }
        let given = told(json!({"cost": 12.5, "area": "Nord", "urgent": false}));
        attribute::tell(&mut tx, now, &by, &forum, &draft, &given).await.unwrap();
        let it = consultation::publish(&mut tx, now, &by, &forum, &draft).await.unwrap();
        assert_eq!(attribute::shown(&mut tx, &it).await.unwrap(), given);
        assert_eq!(refused(attribute::tell(&mut tx, now, &by, &forum, &it, &told(json!({"cost": 1}))).await), "invalid", "required once published");
        let ana = Standing { account: Some(world.admin.clone()), member: None };
        let stranger = Standing::visitor();
        assert_eq!(refused(attribute::tell(&mut tx, now, &stranger, &forum, &it, &given).await), "not-signed-in");
        assert_eq!(refused(attribute::tell(&mut tx, it.closes_at.unwrap(), &ana, &forum, &it, &given).await), "closed");
        // What no longer answers is not shown.
        attribute::ask(&mut tx, now, &by, &forum, &[asks("cost", Text, &[], false), asks("area", Choice, &["Nord", "Est"], false)]).await.unwrap();
        assert_eq!(attribute::shown(&mut tx, &it).await.unwrap(), told(json!({"area": "Nord"})));
    }

    async fn a_forum_cannot_ask_anything(world: World) {
        use attribute::Kind::{Choice, Number};
        let forum = world.forum("mobilite", Visibility::Public).await;
        let by = world.as_admin();
        let ana = Standing { account: Some(world.account("ana").await), member: None };
        let mut tx = world.store.begin().await.unwrap();
        let many: Vec<Attribute> = (0..31).map(|n| asks(&format!("n{n}"), Number, &[], false)).collect();
        let wrong = [
            vec![asks("", Number, &[], false)], vec![asks("Cost", Number, &[], false)], vec![asks(&"x".repeat(41), Number, &[], false)],
            vec![Attribute { label: " ".into(), ..asks("cost", Number, &[], false) }], vec![asks("cost", Number, &["1"], false)],
            vec![asks("area", Choice, &["Nord"], false)], vec![asks("area", Choice, &["Nord", "Nord"], false)],
            vec![asks("area", Choice, &["Nord", ""], false)], vec![asks("cost", Number, &[], false), asks("cost", Number, &[], false)], many,
        ];
        for all in wrong {
            assert_eq!(refused(attribute::ask(&mut tx, world.now(), &by, &forum, &all).await), "invalid", "{all:?}");
        }
        assert_eq!(refused(attribute::ask(&mut tx, world.now(), &ana, &forum, &[]).await), "not-allowed");
    }
}
