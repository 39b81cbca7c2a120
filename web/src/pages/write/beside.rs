//! What stands beside a text: a cover, pictures, documents, links, and what the forum asks of each consultation.

use model::data::media::{self, File};
use model::debate::attachment::{self, Attachment, Kind, Place};
use model::debate::attribute::{self, Attribute, Given, Kind as Asks};
use model::error::{Error, Result as Answer};
use model::id::Id;
use model::store::Conn;
use serde_json::Value;

use super::Work;
use crate::app::App;
use crate::form::{Entry, Form};
use crate::language::Words;
use crate::upload::Upload;
use crate::visitor::Visitor;

/// Something shown beside the text.
pub(super) struct Beside {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) href: String,
}

/// Something that the forum asks, as a field.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) label: String,
    /// The options of a choice.
    pub(super) options: Vec<Entry>,
    pub(super) required: bool,
}

/// What can be added.
pub(super) fn kinds(t: &Words) -> Vec<Entry> {
    Kind::ALL.iter().map(|kind| Entry::new(kind.as_str(), t.say(&format!("write-beside-{kind}")))).collect()
}

/// What is there.
pub(super) async fn list(conn: &mut Conn, visitor: &Visitor, work: &Work) -> Answer<Vec<Beside>> {
    let all = attachment::list(conn, work.on().id).await?;
    let shown = |(it, facts): (Attachment, Option<attachment::Facts>)| Beside {
        href: match facts {
            Some(facts) => visitor.here.media(&media::name(&facts.hash, facts.format)),
            None => it.url.unwrap_or_default(),
        },
        id: it.id.to_string(),
        kind: visitor.say(&format!("write-beside-{}", it.kind)),
        title: it.title,
    };
    Ok(all.into_iter().map(shown).collect())
}

/// The form field of a field of these.
pub(super) fn field(name: &str) -> Option<&'static str> {
    match name {
        "title" => Some("beside-title"),
        "url" => Some("beside-url"),
        "markdown" => Some("markdown"),
        "unsupported-media" | "picture-too-large" | "too-long" | "file" => Some("beside-file"),
        name if name.starts_with("attributes") => Some("asked"),
        _ => None,
    }
}

/// Adds what the form names.
pub(super) async fn attach(app: &App, visitor: &Visitor, work: &Work, upload: &Upload) -> Answer<()> {
    let form = &upload.form;
    let kind: Kind = form.trimmed("beside-kind").parse().unwrap_or(Kind::Link);
    let view = &work.view;
    let place = Place { now: visitor.now, by: &view.standing, forum: &view.forum, on: &view.consultation };
    let title = form.trimmed("beside-title");
    if kind == Kind::Link {
        let mut tx = app.store.begin().await?;
        attachment::link(&mut tx, place, title, form.trimmed("beside-url")).await?;
        return tx.commit().await;
    }
    let octets = upload.file("beside-file").ok_or_else(|| Error::field("file", "required", "Choose a file."))?;
    let file = app.heavy(move || File::read(octets.to_vec())).await??;
    let mut tx = app.store.begin().await?;
    attachment::attach(&mut tx, place, kind, title, &file).await?;
    tx.commit().await
}

/// Takes away what the button names.
pub(super) async fn detach(app: &App, visitor: &Visitor, work: &Work, id: &str) -> Answer<()> {
    let id: Id<Attachment> = id.parse().map_err(|_| Error::NotFound)?;
    let view = &work.view;
    let mut tx = app.store.begin().await?;
    let it = attachment::by_id(&mut tx, id).await?;
    if it.consultation_id != view.consultation.id {
        return Err(Error::NotFound);
    }
    let place = Place { now: visitor.now, by: &view.standing, forum: &view.forum, on: &view.consultation };
    attachment::detach(&mut tx, place, &it).await?;
    tx.commit().await
}

/// The values kept, into the form.
pub(super) async fn fill(conn: &mut Conn, work: &Work, form: &mut Form) -> Answer<()> {
    for (name, value) in attribute::shown(conn, work.on()).await? {
        let text = match value {
            Value::String(text) => text,
            Value::Bool(yes) => if yes { "yes" } else { "no" }.to_owned(),
            other => other.to_string(),
        };
        form.set(&format!("asked-{name}"), text);
    }
    Ok(())
}

/// What the forum asks, as fields.
pub(super) async fn asked(conn: &mut Conn, t: &Words, work: &Work) -> Answer<Vec<Asked>> {
    let all = attribute::asked(conn, work.view.forum.id).await?;
    let entry = |option: &String| Entry::new(option, option);
    let one = |it: Attribute| Asked {
        options: match it.kind {
            Asks::Choice => it.options.iter().map(entry).collect(),
            Asks::YesNo => vec![Entry::new("yes", t.say("write-yes")), Entry::new("no", t.say("write-no"))],
            Asks::Number | Asks::Text => Vec::new(),
        },
        name: format!("asked-{}", it.name),
        label: it.label,
        required: it.required,
    };
    Ok(all.into_iter().map(one).collect())
}

/// Keeps what was answered.
pub(super) async fn tell(app: &App, visitor: &Visitor, work: &Work, form: &Form) -> Answer<()> {
    let mut tx = app.store.begin().await?;
    let asked = attribute::asked(&mut tx, work.view.forum.id).await?;
    if asked.is_empty() {
        return Ok(());
    }
    let given: Given = asked.iter().filter_map(|it| Some((it.name.clone(), value(it, form)?))).collect();
    let view = &work.view;
    attribute::tell(&mut tx, visitor.now, &view.standing, &view.forum, &view.consultation, &given).await?;
    tx.commit().await
}

fn value(it: &Attribute, form: &Form) -> Option<Value> {
    let typed = form.given(&format!("asked-{}", it.name))?.to_owned();
    Some(match it.kind {
        // What is no number is refused where it is kept, as what was typed.
        Asks::Number => number(&typed).unwrap_or(Value::String(typed)),
        Asks::Text | Asks::Choice => Value::String(typed),
        Asks::YesNo => Value::Bool(typed == "yes"),
    })
}

/// A number as it was typed, with a comma or a point; a whole one stays whole.
fn number(typed: &str) -> Option<Value> {
    let whole = typed.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| typed.replace(',', ".").parse::<f64>().ok().map(Value::from))
}
