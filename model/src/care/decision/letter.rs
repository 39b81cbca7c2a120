//! Telling whom a decision concerns, by mail, in that person's language: what, why, and how to appeal.

use super::{Act, Decision};
use crate::care::{mail, settings};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::people::account::{self, Account};
use crate::people::link::{self, Purpose};
use crate::store::Tx;

/// The account that a decision concerns, if it has an address.
async fn concerned(tx: &mut Tx, it: &Decision) -> Result<Option<(Account, String)>> {
    let Some(actor) = it.actor_id.filter(|_| it.act != Act::Keep) else { return Ok(None) };
    match account::by_actor(tx, actor).await {
        Ok(account) => Ok(account.email.clone().map(|email| (account, email))),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes to whom a decision concerns; to nobody on another server, nor to one without an address.
pub(super) async fn decided(tx: &mut Tx, now: Instant, it: &Decision) -> Result<()> {
    let Some((account, email)) = concerned(tx, it).await? else { return Ok(()) };
    let detail = serde_json::json!({ "decision": it.id });
    let secret = link::mint(tx, now, Purpose::Appeal, Some(account.id), detail).await?;
    let here = settings::address(tx).await?;
    let (subject, told, appeal) = words(&account.language, it.act);
    let (reason, link) = (quoted(&it.reason), here.path(&format!("appeal/{secret}")));
    mail::send(tx, now, &email, subject, &format!("{told}\n\n{reason}\n\n{appeal}\n\n{link}\n")).await.map(drop)
}

/// Tells what came of an appeal.
pub(super) async fn answered(tx: &mut Tx, now: Instant, it: &Decision, takes_back: bool) -> Result<()> {
    let Some((account, email)) = concerned(tx, it).await? else { return Ok(()) };
    let (subject, told) = match (account.language.split('-').next().unwrap_or_default(), takes_back) {
        ("fr", true) => ("Votre recours", "Une autre personne a relu la décision et l’annule :"),
        ("fr", false) => ("Votre recours", "Une autre personne a relu la décision et la maintient :"),
        ("es", true) => ("Su recurso", "Otra persona ha revisado la decisión y la anula:"),
        ("es", false) => ("Su recurso", "Otra persona ha revisado la decisión y la mantiene:"),
        (_, true) => ("Your appeal", "Somebody else read the decision again and takes it back:"),
        (_, false) => ("Your appeal", "Somebody else read the decision again and upholds it:"),
    };
    let answer = quoted(it.answer.as_deref().unwrap_or_default());
    mail::send(tx, now, &email, subject, &format!("{told}\n\n{answer}\n")).await.map(drop)
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// The subject, what was decided, and how to appeal.
fn words(language: &str, act: Act) -> (&'static str, &'static str, &'static str) {
    match language.split('-').next().unwrap_or_default() {
        "fr" => (
            "Décision de la modération",
            match act {
                Act::Suspend => "La modération a suspendu votre compte, pour cette raison :",
                Act::Ban => "La modération vous exclut des débats d’un forum, pour cette raison :",
                Act::Reject => "La modération ne publie pas votre message, pour cette raison :",
                _ => "La modération a masqué votre message, pour cette raison :",
            },
            "Si vous n’êtes pas d’accord, demandez qu’une autre personne relise cette décision :",
        ),
        "es" => (
            "Decisión de la moderación",
            match act {
                Act::Suspend => "La moderación ha suspendido su cuenta, por este motivo:",
                Act::Ban => "La moderación le excluye de los debates de un foro, por este motivo:",
                Act::Reject => "La moderación no publica su mensaje, por este motivo:",
                _ => "La moderación ha ocultado su mensaje, por este motivo:",
            },
            "Si no está de acuerdo, pida que otra persona revise esta decisión:",
        ),
        _ => (
            "A decision of the moderators",
            match act {
                Act::Suspend => "The moderators suspended your account, for this reason:",
                Act::Ban => "The moderators exclude you from the debates of a forum, for this reason:",
                Act::Reject => "The moderators do not publish your message, for this reason:",
                _ => "The moderators hid your message, for this reason:",
            },
            "If you disagree, ask that somebody else read this decision again:",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_told_in_the_language_of_whom_it_concerns() {
        for act in [Act::Hide, Act::Suspend, Act::Ban, Act::Reject] {
            assert_ne!(words("fr-CA", act).1, words("en", act).1);
            assert_ne!(words("es", act).1, words("fr", act).1);
            assert_eq!(words("de", act), words("en", act));
        }
        assert_eq!(quoted("a\nb"), "> a\n> b");
    }
}
