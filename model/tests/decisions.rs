//! Decisions of moderators, people suspended, comments that wait, pages that the institution writes: who may, and what then.

use model::both_databases;
use model::care::decision::{self, Act};
use model::care::page::{self, Name};
use model::care::punctuality::{self, Punctuality};
use model::care::{report, today};
use model::debate::comment::{self, Draft, Remote, State};
use model::debate::forum;
use model::debate::{ban, consultation, held};
use model::error::Error;
use model::people::role::{Role, Standing};
use model::people::{account, actor, suspension};
use model::store::Tx;
use model::testing::{World, refused};

both_databases! {
    async fn who_moderates_is_not_suspended_and_who_does_not_suspends_nobody(world: World) {
        let (ana, luc) = (world.account("ana").await, world.account("luc").await);
        let mona = world.account_with_role("mona", Role::Moderator).await;
        let mut tx = world.store.begin().await.expect("a transaction");
        let by = |account: &account::Account| Standing { account: Some(account.clone()), member: None };
        let whom = actor::by_id(&mut tx, ana.actor_id).await.expect("ana");
        assert_eq!(refused(suspension::suspend(&mut tx, world.now(), &by(&luc), &whom, "Non").await), "not-allowed");
        assert_eq!(refused(suspension::suspend(&mut tx, world.now(), &by(&mona), &whom, " ").await), "invalid");
        let boss = actor::by_id(&mut tx, world.admin.actor_id).await.expect("admina");
        assert_eq!(refused(suspension::suspend(&mut tx, world.now(), &by(&mona), &boss, "Non").await), "not-allowed");
        let official = model::care::settings::official(&mut tx).await.expect("official");
        assert_eq!(refused(suspension::suspend(&mut tx, world.now(), &by(&mona), &official, "Non").await), "not-allowed");
        suspension::suspend(&mut tx, world.now(), &by(&mona), &whom, "Insultes").await.expect("suspended");
        let whom = actor::by_id(&mut tx, ana.actor_id).await.expect("ana");
        assert_eq!(refused(suspension::suspend(&mut tx, world.now(), &by(&mona), &whom, "Insultes").await), "already-suspended");
        let hers = account::by_id(&mut tx, ana.id).await.expect("ana");
        assert_eq!(refused(by(&hers).may(model::people::role::Act::Vote, None)), "account-disabled");
        suspension::lift(&mut tx, world.now(), &by(&mona), &whom).await.expect("lifted");
        let whom = actor::by_id(&mut tx, ana.actor_id).await.expect("ana");
        assert!(matches!(suspension::lift(&mut tx, world.now(), &by(&mona), &whom).await, Err(Error::NotFound)));
        let hers = account::by_id(&mut tx, ana.id).await.expect("ana");
        by(&hers).may(model::people::role::Act::Vote, None).expect("she votes again");
        tx.commit().await.expect("committed");
    }

    async fn an_account_disabled_for_another_reason_stays_so_when_a_suspension_ends(world: World) {
        let ana = world.account("ana").await;
        let mut tx = world.store.begin().await.expect("a transaction");
        account::disable(&mut tx, world.now(), Some(&world.as_admin()), ana.id).await.expect("disabled");
        world.clock.advance(std::time::Duration::from_secs(60));
        let whom = actor::by_id(&mut tx, ana.actor_id).await.expect("ana");
        suspension::suspend(&mut tx, world.now(), &world.as_admin(), &whom, "Insultes").await.expect("suspended");
        let whom = actor::by_id(&mut tx, ana.actor_id).await.expect("ana");
        suspension::lift(&mut tx, world.now(), &world.as_admin(), &whom).await.expect("lifted");
        assert!(account::by_id(&mut tx, ana.id).await.expect("ana").disabled_at.is_some());
        tx.commit().await.expect("committed");
    }

    async fn what_is_hidden_comes_back_unless_its_author_took_it_away(world: World) {
        let (forum, on) = world.vote().await;
        let ana = world.account("ana").await;
        let by = Standing { account: Some(ana), member: None };
        let mut tx = world.store.begin().await.expect("a transaction");
        let draft = |text: &str| Draft { text: text.into(), ..Draft::default() };
        let (one, two) = (
            comment::post(&mut tx, world.now(), &forum, &on, &by, &draft("Un")).await.expect("said"),
            comment::post(&mut tx, world.now(), &forum, &on, &by, &draft("Deux")).await.expect("said"),
        );
        for said in [&one, &two] {
            comment::hide(&mut tx, world.now(), &forum, &world.as_admin(), said, "Hors sujet").await.expect("hidden");
        }
        comment::retract(&mut tx, world.now(), two.actor_id, &two).await.expect("retracted");
        let made = decision::latest(&mut tx, None, None, 10).await.expect("decisions");
        assert_eq!(made.iter().map(|it| it.act).collect::<Vec<_>>(), [Act::Hide, Act::Hide]);
        let of = |id| made.iter().find(|it| it.comment_id == Some(id)).expect("a decision").id;
        decision::undo(&mut tx, world.now(), &world.as_admin(), of(one.id)).await.expect("undone");
        assert_eq!(comment::by_id(&mut tx, one.id).await.expect("it").state, State::Visible);
        assert_eq!(refused(decision::undo(&mut tx, world.now(), &world.as_admin(), of(one.id)).await), "already-undone");
        assert_eq!(refused(decision::undo(&mut tx, world.now(), &world.as_admin(), of(two.id)).await), "not-undoable");
        tx.commit().await.expect("committed");
        assert_eq!(world.again(&on).await.comment_count, 1);
    }

    async fn a_ban_is_told_in_the_log_and_ended_by_taking_it_back(world: World) {
        let (forum, _) = world.vote().await;
        let ana = world.account("ana").await;
        let mut tx = world.store.begin().await.expect("a transaction");
        let whom = actor::by_id(&mut tx, ana.actor_id).await.expect("ana");
        let draft = ban::Draft { reason: "Insultes".into(), ..ban::Draft::default() };
        ban::set(&mut tx, world.now(), &world.as_admin(), &forum, &whom, &draft).await.expect("banned");
        let told = decision::published(&mut tx, None, 10).await.expect("told");
        assert_eq!((told[0].0.act, told[0].1.as_ref().map(|it| it.id)), (Act::Ban, Some(forum.id)));
        decision::undo(&mut tx, world.now(), &world.as_admin(), told[0].0.id).await.expect("undone");
        ban::open(&mut tx, world.now(), forum.id, ana.actor_id).await.expect("no ban");
        tx.commit().await.expect("committed");
    }

    async fn nothing_of_a_private_forum_stands_in_the_public_log(world: World) {
        let forum = world.forum("secret", forum::Visibility::Private).await;
        let on = world.publish(&forum, world.draft(&serde_json::json!({"kind": "vote"}))).await;
        let mut tx = world.store.begin().await.expect("a transaction");
        let draft = Draft { text: "Entre nous".into(), ..Draft::default() };
        let said = comment::post(&mut tx, world.now(), &forum, &on, &world.as_admin(), &draft).await.expect("said");
        comment::hide(&mut tx, world.now(), &forum, &world.as_admin(), &said, "Hors sujet").await.expect("hidden");
        assert!(decision::published(&mut tx, None, 10).await.expect("told").is_empty());
        assert_eq!(decision::latest(&mut tx, None, None, 10).await.expect("own").len(), 1);
        tx.commit().await.expect("committed");
    }

    async fn what_waits_from_elsewhere_waits_once_and_is_no_comment_yet(world: World) {
        let (forum, on) = world.vote().await;
        let eve = world.stranger("eve", "b.test").await;
        let stranger = Standing { account: Some(world.account("luc").await), member: None };
        let mut tx = world.store.begin().await.expect("a transaction");
        held::turn(&mut tx, world.now(), &world.as_admin(), &forum, true).await.expect("turned");
        let remote = Remote {
            uri: "https://b.test/notes/1".into(),
            url: None,
            html: "<p>Bonjour</p>".into(),
            parent: None,
            language: None,
            published: world.now(),
            updated: None,
        };
        for _ in 0..2 {
            let said = comment::receive(&mut tx, world.now(), &forum, &on, eve.id, &remote).await.expect("received");
            assert_eq!(said.state, State::Held);
        }
        assert_eq!(held::waiting(&mut tx, None, None, 10).await.expect("waiting").len(), 1);
        assert!(comment::by_uri(&mut tx, &remote.uri).await.expect("asked").is_none());
        let id = held::by_uri(&mut tx, &remote.uri).await.expect("asked").expect("it waits").id;
        assert_eq!(refused(held::approve(&mut tx, world.now(), &stranger, id).await), "not-allowed");
        assert_eq!(refused(held::turn(&mut tx, world.now(), &stranger, &forum, false).await), "not-allowed");
        assert!(!held::withdraw(&mut tx, world.admin.actor_id, &remote.uri).await.expect("asked"), "not theirs");
        held::approve(&mut tx, world.now(), &world.as_admin(), id).await.expect("shown");
        assert_eq!(comment::by_uri(&mut tx, &remote.uri).await.expect("asked").expect("shown").state, State::Visible);
        tx.commit().await.expect("committed");
    }

    async fn what_there_is_to_do_is_the_administrators(world: World) {
        let (_, on) = world.vote().await;
        let luc = world.account("luc").await;
        let mut conn = world.store.conn().await.expect("a connection");
        let luc = Standing { account: Some(luc), member: None };
        assert_eq!(refused(today::of(&mut conn, world.now(), &luc).await), "not-allowed");
        let now = today::of(&mut conn, world.now(), &world.as_admin()).await.expect("today");
        assert_eq!((now.running.len(), now.closing.len(), now.blank.len(), now.backup), (1, 0, Name::ALL.len(), None));
        drop(conn);
        let mut tx = world.store.begin().await.expect("a transaction");
        page::write(&mut tx, world.now(), &world.as_admin(), Name::Legal, "fr", "## Nous\n\nValmont").await.expect("written");
        page::write(&mut tx, world.now(), &world.as_admin(), Name::Rules, "fr", "## Ici\n\n[[Ce qu’il faut]]").await.expect("written");
        assert_eq!(refused(page::write(&mut tx, world.now(), &luc, Name::Legal, "fr", "Moi").await), "not-allowed");
        assert_eq!(refused(page::write(&mut tx, world.now(), &world.as_admin(), Name::Legal, "français", "Moi").await), "invalid");
        model::care::settings::note_backup(&mut tx, world.now()).await.expect("noted");
        tx.commit().await.expect("committed");
        // The clock's job has not run: it is over all the same.
        world.clock.advance(std::time::Duration::from_secs(8 * 86_400));
        let mut conn = world.store.conn().await.expect("a connection");
        let later = today::of(&mut conn, world.now(), &world.as_admin()).await.expect("today");
        assert_eq!(later.awaiting.iter().map(|it| it.id).collect::<Vec<_>>(), [on.id]);
        assert_eq!((later.running.len(), later.blank.len(), later.backup.is_some()), (0, Name::ALL.len() - 1, true));
    }

    async fn delays_are_those_of_reports_and_of_what_waited_outside_private_forums(world: World) {
        let (forum, on) = world.vote().await;
        let secret = world.forum("secret", forum::Visibility::Private).await;
        let behind = world.publish(&secret, world.draft(&serde_json::json!({"kind": "vote"}))).await;
        let (ana, luc) = (world.account("ana").await, world.account("luc").await);
        let (admin, hour) = (world.as_admin(), std::time::Duration::from_secs(3600));
        let mut tx = world.store.begin().await.expect("a transaction");
        for forum in [&forum, &secret] {
            held::turn(&mut tx, world.now(), &admin, forum, true).await.expect("turned");
        }
        let mut waiting = Vec::new();
        for (n, (forum, on)) in [(&forum, &on), (&forum, &on), (&forum, &on), (&secret, &behind), (&forum, &on)].into_iter().enumerate() {
            let by = Standing { account: Some(ana.clone()), member: Some(Role::Participant) };
            let draft = Draft { text: format!("Parole {n}"), ..Draft::default() };
            let said = comment::post(&mut tx, world.now(), forum, on, &by, &draft).await.expect("said");
            assert_eq!(said.state, State::Held);
            waiting.push(said.id);
        }
        let known = async |tx: &mut Tx| punctuality::of(tx, world.now()).await.expect("read");
        world.clock.advance(hour);
        let shown = held::approve(&mut tx, world.now(), &admin, waiting[0]).await.expect("shown");
        world.clock.advance(hour);
        held::reject(&mut tx, world.now(), &admin, waiting[1], "Insultes").await.expect("not shown");
        world.clock.advance(hour);
        held::approve(&mut tx, world.now(), &admin, waiting[2]).await.expect("shown");
        held::approve(&mut tx, world.now(), &admin, waiting[3]).await.expect("shown, in private");
        assert_eq!(known(&mut tx).await, Punctuality { decisions: 3, median: None });
        let view = consultation::view(&mut tx, &on.slug, Some(&luc)).await.expect("the consultation");
        let draft = report::Draft { reason: report::Reason::Spam, text: String::new(), forward: false };
        let report = report::file(&mut tx, world.now(), &view, &shown, "https://a.test/x", &draft).await.expect("reported");
        world.clock.advance(hour * 10);
        held::approve(&mut tx, world.now(), &admin, waiting[4]).await.expect("shown");
        report::decide(&mut tx, world.now(), &admin, report.id, report::Decision::Dismiss, "Rien").await.expect("decided");
        // One, two, three, ten and thirteen hours.
        assert_eq!(known(&mut tx).await, Punctuality { decisions: 5, median: Some(hour * 3) });
        world.clock.advance(punctuality::WITHIN);
        assert_eq!(known(&mut tx).await.decisions, 2, "those at this very moment");
        world.clock.advance(hour);
        assert_eq!(known(&mut tx).await, Punctuality::default());
        tx.commit().await.expect("committed");
    }
}
