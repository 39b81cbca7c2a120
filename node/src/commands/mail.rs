//! `palabre mail`

use anyhow::{Context, bail};
use model::care::mail::{self, Mail};
use model::error::Error;
use model::id::Id;
use serde_json::json;

use crate::arguments;
use crate::config::Config;
use crate::output;

/// How many of the latest mails are listed.
const LISTED: i64 = 200;

/// Lists or shows.
pub async fn run(config: &Config, command: arguments::Mail) -> anyhow::Result<()> {
    let (_store, mut conn) = super::reading(config).await?;
    match command {
        arguments::Mail::List { to, print } => {
            let mails = mail::latest(&mut conn, to.as_deref(), LISTED).await?;
            match print.json {
                true => output::json(&mails.iter().map(shown).collect::<Vec<_>>()),
                false => mails.iter().try_for_each(|mail| {
                    let Mail { id, created_at, state, recipient, subject, .. } = mail;
                    output::line(format_args!("{id}\t{created_at}\t{state}\t{recipient}\t{subject}"))
                }),
            }
        }
        arguments::Mail::Show { id, print } => {
            let id: Id<Mail> = id.parse().with_context(|| format!("`{id}` is no id of a mail"))?;
            let mail = match mail::by_id(&mut conn, id).await {
                Err(Error::NotFound) => bail!("there is no mail {id}"),
                found => found?,
            };
            let Mail { recipient, subject, created_at, body, .. } = &mail;
            match print.json {
                true => output::json(&shown(&mail)),
                false => {
                    output::line(format_args!("To: {recipient}\nSubject: {subject}\nDate: {created_at}\n\n{body}"))
                }
            }
        }
    }
}

fn shown(mail: &Mail) -> serde_json::Value {
    json!({
        "id": mail.id,
        "to": mail.recipient,
        "subject": mail.subject,
        "text": mail.body,
        "html": mail.html,
        "state": mail.state,
        "created_at": mail.created_at,
        "sent_at": mail.sent_at,
    })
}
