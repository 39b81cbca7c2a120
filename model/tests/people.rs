//! Sign-up, links, sessions, tokens, roles.

use std::time::Duration;

use model::both_databases;
use model::care::settings::{self, Registration};
use model::care::setup;
use model::debate::forum::{self, Visibility};
use model::error::Error;
use model::people::account::{self, Newcomer, PasswordHash, SignUp};
use model::people::actor::{self, Kind};
use model::people::role::{Act, Role, Standing};
use model::people::{session, token};
use model::testing::{PASSWORD, World, refused};

fn newcomer(name: &str) -> Newcomer {
    Newcomer { name: name.into(), email: format!("{name}@mail.example"), language: "en".into() }
}

both_databases! {
    async fn a_newcomer_confirms_once_and_has_no_public_actor(world: World) {
        let hash = PasswordHash::new(PASSWORD).unwrap();
        let mut tx = world.store.begin().await.unwrap();
        let SignUp::Created { account, secret } =
            account::sign_up(&mut tx, world.now(), &newcomer("ana"), &hash, Some("/c/x")).await.unwrap()
        else { panic!("a new account") };
        assert!(account.confirmed_at.is_none());
        let (confirmed, next) = account::confirm(&mut tx, world.now(), &secret).await.unwrap();
        assert_eq!((confirmed.id, next.as_deref()), (account.id, Some("/c/x")));
        assert_eq!(refused(account::confirm(&mut tx, world.now(), &secret).await), "link-invalid");
        assert!(actor::by_id(&mut tx, account.actor_id).await.unwrap().published_at.is_none());
        let again = account::sign_up(&mut tx, world.now(), &Newcomer { name: "other".into(), ..newcomer("ana") }, &hash, None).await;
        assert!(matches!(again, Ok(SignUp::AlreadyThere(_))), "the page cannot tell");
        let known = Newcomer { email: "new@mail.example".into(), ..newcomer("other") };
        assert_eq!(refused(account::sign_up(&mut tx, world.now(), &known, &hash, None).await), "invalid", "nor the name");
        tx.commit().await.unwrap();
    }

    async fn names_are_taken_once_reserved_or_malformed(world: World) {
        world.account("ana").await;
        world.forum("mobilite", Visibility::Public).await;
        let hash = PasswordHash::new(PASSWORD).unwrap();
        for name in ["Ana", "mobilite", "admin", "a.test", "valmont", "x", "-a"] {
            let mut tx = world.store.begin().await.unwrap();
            let new = Newcomer { email: "new@mail.example".into(), ..newcomer(name) };
            assert_eq!(refused(account::sign_up(&mut tx, world.now(), &new, &hash, None).await), "invalid", "{name}");
        }
        let mut tx = world.store.begin().await.unwrap();
        settings::set_registration(&mut tx, Registration::Closed).await.unwrap();
        assert_eq!(refused(account::sign_up(&mut tx, world.now(), &newcomer("bea"), &hash, None).await), "registration-closed");
    }

    async fn a_reset_ends_sessions_and_works_once_and_for_a_while(world: World) {
        let ana = world.account_with_password("ana").await;
        let mut tx = world.store.begin().await.unwrap();
        let until = world.now().plus(Duration::from_secs(3600));
        session::save(&mut tx, "id", Some(ana.id), serde_json::json!({}), until).await.unwrap();
        assert!(session::load(&mut tx, world.now(), "id").await.unwrap().is_some());
        assert!(session::load(&mut tx, until, "id").await.unwrap().is_none());
        assert!(account::ask_reset(&mut tx, world.now(), "nobody@mail.example").await.unwrap().is_none());
        let (_, old) = account::ask_reset(&mut tx, world.now(), "ANA@mail.example").await.unwrap().unwrap();
        let (_, secret) = account::ask_reset(&mut tx, world.now(), "ana@mail.example").await.unwrap().unwrap();
        let hash = PasswordHash::new("another long password").unwrap();
        assert_eq!(refused(account::reset(&mut tx, world.now(), &old, &hash).await), "link-invalid");
        let late = world.now().plus(Duration::from_secs(3 * 3600));
        assert_eq!(refused(account::reset(&mut tx, late, &secret, &hash).await), "link-invalid");
        let changed = account::reset(&mut tx, world.now(), &secret, &hash).await.unwrap();
        assert!(account::password_fits(Some(&changed), "another long password"));
        assert!(!account::password_fits(Some(&changed), PASSWORD));
        assert!(session::load(&mut tx, world.now(), "id").await.unwrap().is_none());
    }

    async fn tokens_speak_for_their_account_until_they_end(world: World) {
        let ana = world.account("ana").await;
        let mut tx = world.store.begin().await.unwrap();
        let end = world.now().plus(Duration::from_secs(60));
        let secret = token::create(&mut tx, world.now(), &ana, Some(end)).await.unwrap();
        assert_eq!(token::account_of(&mut tx, world.now(), &secret).await.unwrap().id, ana.id);
        assert_eq!(refused(token::account_of(&mut tx, end, &secret).await), "not-signed-in");
        assert_eq!(refused(token::account_of(&mut tx, world.now(), "guess").await), "not-signed-in");
        account::disable(&mut tx, world.now(), None, ana.id).await.unwrap();
        assert_eq!(refused(token::account_of(&mut tx, world.now(), &secret).await), "account-disabled");
    }

    async fn an_invitation_gives_its_role(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        let secret = account::invite(&mut tx, world.now(), &world.as_admin(), "clerk@mail.example", Role::Author).await.unwrap();
        assert_eq!(account::invited(&mut tx, world.now(), &secret).await.unwrap(), ("clerk@mail.example".into(), Role::Author));
        let hash = PasswordHash::new(PASSWORD).unwrap();
        let clerk = account::accept(&mut tx, world.now(), &secret, "clerk", "fr", &hash).await.unwrap();
        assert_eq!((clerk.role, clerk.confirmed_at.is_some()), (Role::Author, true));
        let nobody = Standing::visitor();
        assert_eq!(refused(account::invite(&mut tx, world.now(), &nobody, "x@mail.example", Role::Author).await), "not-signed-in");
        let by = Standing { account: Some(clerk), member: None };
        assert_eq!(refused(account::invite(&mut tx, world.now(), &by, "x@mail.example", Role::Author).await), "not-allowed");
    }

    async fn a_node_keeps_an_administrator(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        let by = world.as_admin();
        assert_eq!(refused(account::give_role(&mut tx, world.now(), &by, world.admin.id, Role::Participant).await), "last-administrator");
        assert_eq!(refused(account::disable(&mut tx, world.now(), Some(&by), world.admin.id).await), "last-administrator");
    }

    async fn set_up_makes_an_official_account_that_nobody_signs_in_as(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        let official = settings::official(&mut tx).await.unwrap();
        assert_eq!((official.kind, official.name.as_str()), (Kind::Person, "valmont"));
        let account = account::by_actor(&mut tx, official.id).await.unwrap();
        assert!(account.official && !account::password_fits(Some(&account), ""));
        assert_eq!(refused(token::create(&mut tx, world.now(), &account, None).await), "not-allowed");
        assert!(setup::invite(&mut tx, world.now()).await.unwrap().is_none());
    }

    async fn the_domain_changes_until_something_was_published(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        setup::set_domain(&mut tx, world.now(), None, "b.test").await.unwrap();
        settings::mark_published(&mut tx).await.unwrap();
        setup::set_domain(&mut tx, world.now(), None, "b.test").await.unwrap();
        assert_eq!(refused(setup::set_domain(&mut tx, world.now(), None, "c.test").await), "domain-permanent");
    }

    async fn who_may_do_what(world: World) {
        let participant = world.account("ana").await;
        let author = world.account_with_role("bea", Role::Author).await;
        let moderator = world.account_with_role("col", Role::Moderator).await;
        let unconfirmed = account::Account { confirmed_at: None, ..participant.clone() };
        let disabled = account::Account { disabled_at: Some(world.now()), ..author.clone() };
        let of = |account: &account::Account, member| Standing { account: Some(account.clone()), member };
        let people = [
            ("visitor", Standing::visitor()),
            ("unconfirmed", of(&unconfirmed, None)),
            ("disabled", of(&disabled, None)),
            ("participant", of(&participant, None)),
            ("member", of(&participant, Some(Role::Participant))),
            ("forum's author", of(&participant, Some(Role::Author))),
            ("forum's administrator", of(&participant, Some(Role::Administrator))),
            ("author", of(&author, None)),
            ("moderator", of(&moderator, None)),
            ("administrator", world.as_admin()),
        ];
        let mut table = String::new();
        for visibility in [Visibility::Public, Visibility::Closed, Visibility::Private, Visibility::Collaborative] {
            let forum = world.forum(visibility.as_str(), visibility).await;
            for (who, standing) in &people {
                let may = |act: &Act| if standing.may(*act, Some(&forum)).is_ok() { 'x' } else { '.' };
                table += &format!("{} {:8} {who}\n", visibility, Act::ALL.iter().map(may).collect::<String>());
            }
        }
        // read, comment, vote, propose, author, moderate, manage the forum, administer
        assert_eq!(table, "\
public x....... visitor
public x....... unconfirmed
public x....... disabled
public xxx..... participant
public xxx..... member
public xxxxx... forum's author
public xxxxxxx. forum's administrator
public xxxxx... author
public xxxxxx.. moderator
public xxxxxxxx administrator
closed x....... visitor
closed x....... unconfirmed
closed x....... disabled
closed x....... participant
closed xxx..... member
closed xxxxx... forum's author
closed xxxxxxx. forum's administrator
closed x..xx... author
closed xxxxxx.. moderator
closed xxxxxxxx administrator
private ........ visitor
private ........ unconfirmed
private ........ disabled
private ........ participant
private xxx..... member
private xxxxx... forum's author
private xxxxxxx. forum's administrator
private ...xx... author
private xxxxxx.. moderator
private xxxxxxxx administrator
collaborative x....... visitor
collaborative x....... unconfirmed
collaborative x....... disabled
collaborative xxxx.... participant
collaborative xxxx.... member
collaborative xxxxx... forum's author
collaborative xxxxxxx. forum's administrator
collaborative xxxxx... author
collaborative xxxxxx.. moderator
collaborative xxxxxxxx administrator
");
    }

    async fn a_private_forum_is_not_there_for_others(world: World) {
        let forum = world.forum("bureau", Visibility::Private).await;
        let ana = world.account("ana").await;
        let mut tx = world.store.begin().await.unwrap();
        assert!(matches!(forum::view(&mut tx, "bureau", Some(&ana)).await, Err(Error::NotFound)));
        assert!(matches!(forum::view(&mut tx, "bureau", None).await, Err(Error::NotFound)));
        assert!(forum::list(&mut tx, Some(&ana)).await.unwrap().is_empty());
        forum::give_role(&mut tx, world.now(), &world.as_admin(), &forum, &ana, Role::Participant).await.unwrap();
        assert!(forum::view(&mut tx, "bureau", Some(&ana)).await.is_ok());
        assert_eq!(forum::list(&mut tx, Some(&ana)).await.unwrap().len(), 1);
        assert!(actor::by_id(&mut tx, forum.actor_id).await.unwrap().published_at.is_none());
    }
}
