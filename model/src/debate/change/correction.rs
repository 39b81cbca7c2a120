//! Putting words right under votes: a new version of the text, marked as a correction.

use super::{Detail, Kind, Step, checked, keep, running, say};
use crate::clock::Instant;
use crate::debate::change::notice::Notice;
use crate::debate::consultation::{self, Brief, Consultation, Draft, View};
use crate::debate::text;
use crate::error::{Error, Result};
use crate::store::Tx;

/// Words put right; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Correction {
    /// The question.
    pub title: Option<String>,
    /// Summary.
    pub summary: Option<String>,
    /// The text, in Markdown.
    pub text: Option<String>,
    /// The brief.
    pub brief: Option<Brief>,
}

impl Correction {
    fn onto(self, draft: Draft) -> Draft {
        Draft {
            title: self.title.unwrap_or(draft.title),
            summary: self.summary.unwrap_or(draft.summary),
            text: self.text.unwrap_or(draft.text),
            brief: self.brief.unwrap_or(draft.brief),
            ..draft
        }
    }
}

/// Puts words right, before the first ballot or after. Ballots keep naming the version that their voters saw. Where each
/// article is voted on, the articles stay.
///
/// # Errors
/// When who asks may not write here; the refusals of what is not published or over; what is wrong with a field, with
/// `reason`, or that nothing changes (`text`).
pub async fn correct(
    tx: &mut Tx,
    now: Instant,
    view: &View,
    correction: Correction,
    reason: &str,
) -> Result<Consultation> {
    consultation::may_write(&view.standing, &view.forum, &view.consultation)?;
    let on = running(tx, now, &view.consultation).await?;
    let reason = checked(reason)?;
    let before = text::history(tx, on.id).await?;
    let latest = text::version(tx, on.id, on.text_version).await?;
    let draft = correction.onto(Draft::of(&on, &latest.markdown));
    let (draft, text) = draft.check_corrected(now, &on, &latest, &before)?;
    let fields = differing(&on, &draft, text.version != latest.version);
    if fields.is_empty() {
        return Err(Error::field("text", "same", "Nothing is corrected: change some words."));
    }
    text::keep(tx, &text).await?;
    let it = consultation::rewrite(tx, now, &on, &draft, text.version).await?;
    let version = (text.version != latest.version).then_some(Step { from: latest.version, to: text.version });
    let detail = Detail { version, fields, ..Detail::default() };
    keep(tx, now, view, &it, Kind::Corrected, reason, detail).await?;
    say(tx, now, view, &it, Notice::Corrected { version: version.map(|step| step.to) }, reason).await?;
    Ok(it)
}

fn differing(on: &Consultation, draft: &Draft, text: bool) -> Vec<String> {
    let all = [
        ("title", draft.title != on.title),
        ("summary", draft.summary != on.summary),
        ("text", text),
        ("brief", draft.brief != on.brief.0),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field.to_owned()).collect()
}
