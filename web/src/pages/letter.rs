//! The mails that pages send, in the language of who gets them.

use model::care::mail;
use model::clock::Instant;
use model::error::Result;
use model::people::account::Account;
use model::store::Tx;

use crate::language::Language;
use crate::path;
use crate::visitor::Visitor;

/// One mail: two messages of the catalogue and a link.
struct Letter<'a> {
    to: &'a str,
    language: Language,
    subject: &'static str,
    body: &'static str,
    link: String,
}

async fn send(tx: &mut Tx, now: Instant, site: &str, letter: &Letter<'_>) -> Result<()> {
    let say = |key| letter.language.fill(key, &[("site".into(), site.into())].into());
    let body = format!("{}\n\n{}\n\n{}\n", say(letter.body), letter.link, say("mail-ignore"));
    mail::send(tx, now, letter.to, &say(letter.subject), &body).await.map(drop)
}

async fn to_account(
    tx: &mut Tx,
    visitor: &Visitor,
    account: &Account,
    words: [&'static str; 2],
    path: &str,
) -> Result<()> {
    // Official accounts have no address, and nobody signs up or resets as one.
    let Some(to) = account.email.as_deref() else { return Ok(()) };
    let letter = Letter {
        to,
        language: Language::from_tag(&account.language).unwrap_or(visitor.words.language),
        subject: words[0],
        body: words[1],
        link: visitor.here.path(path.trim_start_matches('/')),
    };
    send(tx, visitor.now, &visitor.node.name, &letter).await
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
    let letter = Letter {
        to,
        language: visitor.words.language,
        subject: "mail-invite-subject",
        body: "mail-invite-body",
        link: visitor.here.path(path::with("signup", &[("invitation", secret)]).as_str()),
    };
    send(tx, visitor.now, &visitor.node.name, &letter).await
}
