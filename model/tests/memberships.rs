//! The way into a forum and out of it; approval of newcomers.

use model::both_databases;
use model::care::settings::{self, Registration};
use model::debate::forum::{self, Forum, Visibility};
use model::debate::membership::{self, State};
use model::error::{Error, Result};
use model::people::account::{self, Account, Newcomer, PasswordHash, SignUp};
use model::people::role::{Act, Role, Standing};
use model::store::Tx;
use model::testing::{PASSWORD, World, refused};

async fn asks(tx: &mut Tx, world: &World, slug: &str, who: &Account) -> Result<State> {
    let (forum, by) = membership::door(tx, slug, who).await?;
    membership::ask(tx, world.now(), &by, &forum).await
}

async fn role(tx: &mut Tx, forum: &Forum, who: &Account) -> Option<Role> {
    forum::membership(tx, forum.id, who.id).await.unwrap()
}

both_databases! {
    async fn a_request_is_approved_or_refused(world: World) {
        let forum = world.forum("conseil", Visibility::Closed).await;
        let (ana, bob) = (world.account("ana").await, world.account("bob").await);
        let (now, admin) = (world.now(), world.as_admin());
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(asks(&mut tx, &world, "conseil", &ana).await.unwrap(), State::Asked);
        assert_eq!(asks(&mut tx, &world, "conseil", &ana).await.unwrap(), State::Asked, "twice is once");
        asks(&mut tx, &world, "conseil", &bob).await.unwrap();
        let waiting = membership::pending(&mut tx, forum.id, State::Asked, None, 10).await.unwrap();
        assert_eq!(waiting.iter().map(|(_, a)| a.as_ref().unwrap().name.as_str()).collect::<Vec<_>>(), ["ana", "bob"]);
        let by_ana = forum::standing(&mut tx, &forum, Some(&ana)).await.unwrap();
        assert_eq!(refused(membership::refuse(&mut tx, now, &by_ana, &forum, &bob).await), "not-allowed");
        assert_eq!(refused(membership::invite(&mut tx, now, &by_ana, &forum, &bob, Role::Participant).await), "not-allowed");
        forum::give_role(&mut tx, now, &admin, &forum, &ana, Role::Participant).await.unwrap();
        assert_eq!(role(&mut tx, &forum, &ana).await, Some(Role::Participant));
        membership::refuse(&mut tx, now, &admin, &forum, &bob).await.unwrap();
        assert_eq!(refused(asks(&mut tx, &world, "conseil", &bob).await), "request-refused");
        assert_eq!(refused(asks(&mut tx, &world, "conseil", &ana).await), "already-member");
        assert!(membership::pending(&mut tx, forum.id, State::Asked, None, 10).await.unwrap().is_empty());
        // An invitation opens what a refusal shut.
        assert_eq!(membership::invite(&mut tx, now, &admin, &forum, &bob, Role::Author).await.unwrap(), State::Invited);
        assert_eq!(asks(&mut tx, &world, "conseil", &bob).await.unwrap(), State::Member);
        assert_eq!(role(&mut tx, &forum, &bob).await, Some(Role::Author));
        assert_eq!(refused(membership::invite(&mut tx, now, &admin, &forum, &bob, Role::Author).await), "already-member");
        let by_bob = forum::standing(&mut tx, &forum, Some(&bob)).await.unwrap();
        membership::leave(&mut tx, now, &by_bob, &forum).await.unwrap();
        assert_eq!(role(&mut tx, &forum, &bob).await, None);
        membership::end(&mut tx, now, &admin, &forum, &ana).await.unwrap();
        assert_eq!(role(&mut tx, &forum, &ana).await, None);
        assert!(matches!(membership::end(&mut tx, now, &admin, &forum, &ana).await, Err(Error::NotFound)));
        tx.commit().await.unwrap();
    }

    async fn a_private_forum_is_there_for_the_invited_alone(world: World) {
        let forum = world.forum("secret", Visibility::Private).await;
        let ana = world.account("ana").await;
        let (now, admin) = (world.now(), world.as_admin());
        let mut tx = world.store.begin().await.unwrap();
        assert!(matches!(asks(&mut tx, &world, "secret", &ana).await, Err(Error::NotFound)));
        membership::invite(&mut tx, now, &admin, &forum, &ana, Role::Participant).await.unwrap();
        assert!(matches!(forum::view(&mut tx, "secret", Some(&ana)).await, Err(Error::NotFound)), "invited is not in yet");
        let (_, by) = membership::door(&mut tx, "secret", &ana).await.unwrap();
        membership::leave(&mut tx, now, &by, &forum).await.unwrap();
        assert!(matches!(asks(&mut tx, &world, "secret", &ana).await, Err(Error::NotFound)), "declined");
        membership::invite(&mut tx, now, &admin, &forum, &ana, Role::Participant).await.unwrap();
        assert_eq!(asks(&mut tx, &world, "secret", &ana).await.unwrap(), State::Member);
        assert!(forum::view(&mut tx, "secret", Some(&ana)).await.is_ok());
        tx.commit().await.unwrap();
    }

    async fn an_invitation_by_mail_works_once_and_for_a_while(world: World) {
        let forum = world.forum("secret", Visibility::Private).await;
        let ana = world.account("ana").await;
        let (now, admin) = (world.now(), world.as_admin());
        let hash = PasswordHash::new(PASSWORD).unwrap();
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(membership::invite_by_mail(&mut tx, now, &admin, &forum, "nobody", Role::Participant).await), "invalid");
        let (_, old) = membership::invite_by_mail(&mut tx, now, &admin, &forum, "New@mail.example", Role::Author).await.unwrap();
        let (it, secret) = membership::invite_by_mail(&mut tx, now, &admin, &forum, "new@mail.example", Role::Author).await.unwrap();
        assert_eq!(it.email.as_deref(), Some("new@mail.example"));
        assert_eq!(refused(membership::invited(&mut tx, now, "secret", &old).await), "link-invalid");
        assert_eq!(refused(membership::invited(&mut tx, now, "other", &secret).await), "link-invalid");
        let late = now.plus(std::time::Duration::from_secs(15 * 86_400));
        assert_eq!(refused(membership::invited(&mut tx, late, "secret", &secret).await), "link-invalid");
        settings::set_registration(&mut tx, Registration::Closed).await.unwrap();
        let shut = membership::join_anew(&mut tx, now, ("secret", &secret), ("neo", "fr"), &hash).await;
        assert_eq!(refused(shut), "registration-closed");
        settings::set_registration(&mut tx, Registration::Invite).await.unwrap();
        let neo = membership::join_anew(&mut tx, now, ("secret", &secret), ("neo", "fr"), &hash).await.unwrap();
        assert!(neo.confirmed_at.is_some(), "the link proves the address");
        assert_eq!(role(&mut tx, &forum, &neo).await, Some(Role::Author));
        assert_eq!(refused(membership::join(&mut tx, now, "secret", &secret, &ana).await), "link-invalid");
        let (it, secret) = membership::invite_by_mail(&mut tx, now, &admin, &forum, "x@mail.example", Role::Participant).await.unwrap();
        membership::cancel(&mut tx, now, &admin, &forum, it.id).await.unwrap();
        assert_eq!(refused(membership::join(&mut tx, now, "secret", &secret, &ana).await), "link-invalid");
        let (_, secret) = membership::invite_by_mail(&mut tx, now, &admin, &forum, "x@mail.example", Role::Participant).await.unwrap();
        membership::join(&mut tx, now, "secret", &secret, &ana).await.unwrap();
        assert_eq!(role(&mut tx, &forum, &ana).await, Some(Role::Participant));
        tx.commit().await.unwrap();
    }

    async fn newcomers_wait_where_an_administrator_approves_them(world: World) {
        let hash = PasswordHash::new(PASSWORD).unwrap();
        let (now, admin) = (world.now(), world.as_admin());
        let mut tx = world.store.begin().await.unwrap();
        settings::set_registration(&mut tx, Registration::Approval).await.unwrap();
        for name in ["ana", "bob"] {
            let new = Newcomer { name: name.into(), email: format!("{name}@mail.example"), language: "fr".into() };
            let SignUp::Created { secret, .. } = account::sign_up(&mut tx, now, &new, &hash, None).await.unwrap() else { panic!("new") };
            account::confirm(&mut tx, now, &secret).await.unwrap();
        }
        let waiting = account::waiting(&mut tx, None, 10).await.unwrap();
        assert_eq!(waiting.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["ana", "bob"]);
        let (ana, bob) = (waiting[0].clone(), waiting[1].clone());
        assert_eq!(refused(account::admit(Some(ana.clone()), PASSWORD)), "not-approved");
        let by = Standing { account: Some(ana.clone()), member: None };
        assert_eq!(refused(by.may(Act::Vote, None)), "not-approved");
        assert_eq!(refused(account::approve(&mut tx, now, &by, ana.id).await), "not-approved");
        let ana = account::approve(&mut tx, now, &admin, ana.id).await.unwrap();
        assert!(account::admit(Some(ana.clone()), PASSWORD).is_ok());
        assert!(matches!(account::approve(&mut tx, now, &admin, ana.id).await, Err(Error::NotFound)), "once");
        let bob = account::refuse(&mut tx, now, &admin, bob.id).await.unwrap();
        assert_eq!(refused(account::admit(Some(bob), PASSWORD)), "account-disabled");
        assert!(account::waiting(&mut tx, None, 10).await.unwrap().is_empty());
        settings::set_registration(&mut tx, Registration::Invite).await.unwrap();
        let new = Newcomer { name: "cleo".into(), email: "cleo@mail.example".into(), language: "fr".into() };
        assert_eq!(refused(account::sign_up(&mut tx, now, &new, &hash, None).await), "registration-closed");
        tx.commit().await.unwrap();
    }
}
