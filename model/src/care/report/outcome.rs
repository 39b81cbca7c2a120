//! Telling a reporter of this node what became of the report, by mail, in the reporter's language.

use super::{Decision, Report};
use crate::care::mail;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::people::account;
use crate::store::Tx;

/// Writes to the reporter; one of another server, or without an address, is told nothing.
pub(super) async fn tell(tx: &mut Tx, now: Instant, report: &Report, decision: Decision, reason: &str) -> Result<()> {
    let Some(reporter) = report.reporter_id else { return Ok(()) };
    let account = match account::by_actor(tx, reporter).await {
        Ok(account) => account,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let Some(email) = account.email else { return Ok(()) };
    let (subject, told) = words(&account.language, decision);
    let body = format!("{told}\n\n> {}\n\n{}\n", reason.lines().collect::<Vec<_>>().join("\n> "), report.target);
    mail::send(tx, now, &email, subject, &body).await.map(drop)
}

fn words(language: &str, decision: Decision) -> (&'static str, &'static str) {
    match language.split('-').next().unwrap_or_default() {
        "fr" => (
            "Votre signalement",
            match decision {
                Decision::Remove => "La modération a retiré le message que vous avez signalé, pour cette raison :",
                Decision::Resolve => "La modération a donné suite à votre signalement :",
                Decision::Dismiss => "La modération a lu votre signalement et laisse le message en place :",
            },
        ),
        "es" => (
            "Su denuncia",
            match decision {
                Decision::Remove => "La moderación ha retirado el mensaje que denunció, por este motivo:",
                Decision::Resolve => "La moderación ha dado curso a su denuncia:",
                Decision::Dismiss => "La moderación ha leído su denuncia y deja el mensaje donde está:",
            },
        ),
        _ => (
            "Your report",
            match decision {
                Decision::Remove => "The moderators removed the message that you reported, for this reason:",
                Decision::Resolve => "The moderators acted on your report:",
                Decision::Dismiss => "The moderators read your report and leave the message in place:",
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_is_told_in_the_language_of_the_reporter() {
        for language in ["fr", "es", "en", "de", "fr-CA"] {
            let told: std::collections::HashSet<_> =
                Decision::ALL.iter().map(|decision| words(language, *decision).1).collect();
            assert_eq!(told.len(), Decision::ALL.len(), "{language}");
        }
        assert_eq!(words("de", Decision::Remove), words("en", Decision::Remove));
        assert_ne!(words("fr-CA", Decision::Remove), words("en", Decision::Remove));
    }
}
