//! How other servers are treated, and lists of them.

use model::both_databases;
use model::network::blocklist;
use model::network::host;
use model::network::peer::{self, Policy, Terms};
use model::people::account::Account;
use model::people::role::{Role, Standing};
use model::testing::World;

async fn treat(world: &World, host: &str, policy: Policy) {
    let mut tx = world.store.begin().await.unwrap();
    peer::treat(&mut tx, world.now(), Some(&world.as_admin()), host, policy.into()).await.unwrap();
    tx.commit().await.unwrap();
}

both_databases! {
    async fn a_blocked_domain_is_blocked_with_all_below_it(world: World) {
        treat(&world, "Bad.example.", Policy::Block).await;
        let mut conn = world.store.conn().await.unwrap();
        for (host, spoken) in [("bad.example", false), ("a.b.bad.example:8443", false), ("notbad.example", true)] {
            assert_eq!(peer::treatment(&mut conn, host).await.unwrap().is_spoken_to(false), spoken, "{host}");
        }
        let many = peer::treatments(&mut conn, &["x.bad.example", "c.example"]).await.unwrap();
        assert_eq!(many.iter().map(|(_, treated)| treated.is_shown()).collect::<Vec<_>>(), [false, true]);
        drop(conn);
        let mut tx = world.store.begin().await.unwrap();
        peer::forget(&mut tx, world.now(), Some(&world.as_admin()), "bad.example").await.unwrap();
        assert_eq!(peer::policy(&mut tx, "a.bad.example").await.unwrap(), Policy::Allow);
        assert!(peer::forget(&mut tx, world.now(), Some(&world.as_admin()), "bad.example").await.is_err());
    }

    async fn a_list_of_mastodon_is_taken_in_and_given_out_again(world: World) {
        treat(&world, "friend.example", Policy::Partner).await;
        treat(&world, "known.example", Policy::Allow).await;
        let list = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
            bad.example,suspend,true,true,=spam,false\nloud.example,silence,false,false,,true\n\
            friend.example,noop,true,false,,false\nnot a host,suspend,false,false,,false\n";
        let mut tx = world.store.begin().await.unwrap();
        let by = world.as_admin();
        let done = blocklist::import(&mut tx, world.now(), Some(&by), list).await.unwrap();
        assert_eq!((done.changed, done.unchanged, done.refused.len(), done.refused[0].line), (3, 0, 1, 5));
        let again = blocklist::import(&mut tx, world.now(), Some(&by), list).await.unwrap();
        assert_eq!((again.changed, again.unchanged), (0, 3), "taken in twice it changes nothing");
        assert_eq!(peer::policy(&mut tx, "friend.example").await.unwrap(), Policy::Partner, "noop takes nothing away");
        let given = blocklist::export(&mut tx, Some(&by)).await.unwrap();
        assert_eq!(
            given,
            "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
            bad.example,suspend,true,true,'=spam,false\nfriend.example,noop,true,false,,false\n\
            loud.example,silence,false,false,,true\n"
        );
        let ana = Standing { account: Some(citizen(&world)), member: None };
        assert!(blocklist::import(&mut tx, world.now(), Some(&ana), list).await.is_err());
        assert!(blocklist::export(&mut tx, Some(&ana)).await.is_err());
    }

    async fn what_is_said_is_bounded(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        let long = Terms { public_comment: "x".repeat(peer::COMMENT_LONGEST + 1), ..Policy::Block.into() };
        assert!(peer::treat(&mut tx, world.now(), Some(&world.as_admin()), "b.example", long).await.is_err());
        assert!(peer::treat(&mut tx, world.now(), Some(&world.as_admin()), "127.0.0.1", Policy::Block.into()).await.is_err());
    }

    async fn servers_are_listed_by_name_page_by_page(world: World) {
        for host in ["c.example", "a.example", "b.example"] {
            treat(&world, host, Policy::Silence).await;
        }
        let mut conn = world.store.conn().await.unwrap();
        let names = |page: Vec<host::Host>| page.into_iter().map(|host| host.name).collect::<Vec<_>>();
        assert_eq!(names(host::list(&mut conn, None, 2).await.unwrap()), ["a.example", "b.example"]);
        assert_eq!(names(host::list(&mut conn, Some("b.example"), 2).await.unwrap()), ["c.example"]);
        assert!(host::by_name(&mut conn, "d.example").await.is_err());
    }
}

/// Somebody who administers nothing.
fn citizen(world: &World) -> Account {
    Account { role: Role::Participant, ..world.admin.clone() }
}
