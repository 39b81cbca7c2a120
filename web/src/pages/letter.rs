//! The mails that pages and calls send, in the language of who gets them.

use model::address::Address;
use model::care::mail;
use model::care::settings::Node;
use model::clock::Instant;
use model::debate::forum::Forum;
use model::error::Result;
use model::people::account::Account;
use model::store::Tx;

use crate::language::Language;
use crate::letter::Letter;
use crate::path;
use crate::visitor::Visitor;

/// Who writes, when, and in which language to people whose own is not known.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    now: Instant,
    node: Node,
    here: Address,
    language: Language,
}

impl Desk {
    /// For a call of the API.
    pub(crate) fn of(now: Instant, node: &Node, here: &Address) -> Self {
        let language = Language::from_tag(&node.language).unwrap_or(Language::En);
        Self { now, node: node.clone(), here: here.clone(), language }
    }

    /// For a page.
    pub(crate) fn at(visitor: &Visitor) -> Self {
        Self {
            now: visitor.now,
            node: visitor.node.clone(),
            here: visitor.here.clone(),
            language: visitor.words.language,
        }
    }

    /// Writes two messages of the catalogue with a link between them and the last line.
    async fn write(&self, tx: &mut Tx, to: To<'_>, words: [&'static str; 2], place: &str, path: &str) -> Result<()> {
        let link = self.here.path(path.trim_start_matches('/'));
        let letter = self.letter(to.language, words, place, &link).written()?;
        mail::post(tx, self.now, to.address, letter).await.map(drop)
    }

    fn letter(&self, language: Language, words: [&'static str; 2], place: &str, link: &str) -> Letter {
        let values = [("site".into(), self.node.name.as_str().into()), ("place".into(), place.into())].into();
        let say = |key| language.fill(key, &values);
        Letter::new(&self.node, &self.here, language, say(words[0]))
            .says(say(words[1]))
            .leads(say("letter-open"), link)
            .ends(say("mail-ignore"))
    }

    /// Writes to an account; to none that has no address, as official ones and some that a provider vouches for.
    async fn to_account(
        &self,
        tx: &mut Tx,
        account: &Account,
        words: [&'static str; 2],
        place: &str,
        path: &str,
    ) -> Result<()> {
        let Some(address) = account.email.as_deref() else { return Ok(()) };
        let language = Language::from_tag(&account.language).unwrap_or(self.language);
        self.write(tx, To { address, language }, words, place, path).await
    }

    /// Tells a newcomer that an administrator has approved the account.
    pub(crate) async fn approved(&self, tx: &mut Tx, account: &Account) -> Result<()> {
        self.to_account(tx, account, ["mail-approved-subject", "mail-approved-body"], "", "/login").await
    }

    /// Tells a newcomer that an administrator has refused the account.
    pub(crate) async fn refused(&self, tx: &mut Tx, account: &Account) -> Result<()> {
        self.to_account(tx, account, ["mail-refused-subject", "mail-refused-body"], "", "/legal").await
    }

    /// Tells an administrator that newcomers wait.
    pub(crate) async fn waiting(&self, tx: &mut Tx, administrator: &Account) -> Result<()> {
        let words = ["mail-waiting-subject", "mail-waiting-body"];
        self.to_account(tx, administrator, words, "", "/admin/users").await
    }

    /// Tells a new member of a forum.
    pub(crate) async fn joined(&self, tx: &mut Tx, account: &Account, forum: &Forum) -> Result<()> {
        let path = format!("/f/{}", forum.slug);
        self.to_account(tx, account, ["mail-joined-subject", "mail-joined-body"], &forum.title, &path).await
    }

    /// Invites an account into a forum.
    pub(crate) async fn invited(&self, tx: &mut Tx, account: &Account, forum: &Forum) -> Result<()> {
        let path = format!("/f/{}/join", forum.slug);
        self.to_account(tx, account, ["mail-forum-subject", "mail-forum-body"], &forum.title, &path).await
    }

    /// Invites whoever has this address into a forum.
    pub(crate) async fn invited_by_mail(&self, tx: &mut Tx, to: &str, secret: &str, forum: &Forum) -> Result<()> {
        let to = To { address: to, language: Language::from_tag(&forum.language).unwrap_or(self.language) };
        let path = path::with(&format!("/f/{}/join", forum.slug), &[("token", secret)]);
        self.write(tx, to, ["mail-forum-subject", "mail-forum-body"], &forum.title, &path).await
    }
}

/// Whom a mail goes to.
struct To<'a> {
    address: &'a str,
    language: Language,
}

async fn to_account(
    tx: &mut Tx,
    visitor: &Visitor,
    account: &Account,
    words: [&'static str; 2],
    path: &str,
) -> Result<()> {
    Desk::at(visitor).to_account(tx, account, words, "", path).await
}

/// Asks to confirm an address.
pub(super) async fn confirm(tx: &mut Tx, visitor: &Visitor, account: &Account, secret: &str) -> Result<()> {
    let path = path::with("/verify", &[("token", secret)]);
    to_account(tx, visitor, account, ["mail-confirm-subject", "mail-confirm-body"], &path).await
}

/// Tells the owner of an address that it has an account already.
pub(super) async fn there(tx: &mut Tx, visitor: &Visitor, account: &Account) -> Result<()> {
    to_account(tx, visitor, account, ["mail-there-subject", "mail-there-body"], "/reset").await
}

/// The way to a new password.
pub(super) async fn reset(tx: &mut Tx, visitor: &Visitor, account: &Account, secret: &str) -> Result<()> {
    let path = path::with("/reset", &[("token", secret)]);
    to_account(tx, visitor, account, ["mail-reset-subject", "mail-reset-body"], &path).await
}

/// Invites somebody who has no account yet, in the language of who invites.
pub(super) async fn invite(tx: &mut Tx, visitor: &Visitor, to: &str, secret: &str) -> Result<()> {
    let to = To { address: to, language: visitor.words.language };
    let path = path::with("/signup", &[("invitation", secret)]);
    Desk::at(visitor).write(tx, to, ["mail-invite-subject", "mail-invite-body"], "", &path).await
}

/// Shows an administrator that mails go out, and how they look.
pub(super) async fn test(tx: &mut Tx, visitor: &Visitor, account: &Account) -> Result<()> {
    to_account(tx, visitor, account, ["mail-test-subject", "mail-test-body"], "/admin/mail").await
}
