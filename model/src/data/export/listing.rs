//! Which open data there is: a forum's consultations as a table, the node's as a catalogue (DCAT 3) that harvesters read.
//! What is private is in none of it.

use serde_json::{Value, json};

use super::columns::CONSULTATIONS;
use super::sheet::{LICENCE, Origin, Sheet};
use super::{PAGE, Table, more};
use crate::address::Address;
use crate::care::settings::{self, Node};
use crate::clock::Instant;
use crate::count::tally::{self, Viewer};
use crate::debate::consultation::catalogue::{self, Catalogue, Mark};
use crate::debate::consultation::{Consultation, Sort, State};
use crate::debate::forum::{self, Forum, Visibility};
use crate::error::Result;
use crate::store::Conn;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Our columns.
    Csv,
    /// DCAT as JSON-LD.
    JsonLd,
    /// DCAT as Turtle.
    Turtle,
}

/// A list being written: ask for its next bytes until there are none. Between two pages no connection is held.
pub struct Listing {
    form: Form,
    here: Address,
    now: Instant,
    node: Node,
    of: Catalogue,
    step: Step,
}

enum Step {
    Head,
    Rows(Option<Mark>),
    End,
}

/// Begins the table of a forum's published consultations.
///
/// # Errors
/// When the database fails.
pub async fn of_forum(conn: &mut Conn, now: Instant, here: &Address, forum: &Forum) -> Result<Listing> {
    begin(conn, now, here, Form::Csv, vec![forum.clone()]).await
}

/// Begins the catalogue of everything that everybody may have.
///
/// # Errors
/// When the database fails.
pub async fn of_node(conn: &mut Conn, now: Instant, here: &Address, form: Form) -> Result<Listing> {
    let forums = forum::list(conn, None).await?;
    let open = forums.into_iter().filter(|forum| forum.visibility != Visibility::Private);
    begin(conn, now, here, form, open.collect()).await
}

/// The table of a forum's consultations, described.
#[must_use]
pub fn schema(here: &Address, forum: &Forum) -> Value {
    sheet().schema(&Origin { page: here.forum(&forum.slug), imported_from: None })
}

/// The columns of a forum's consultations.
#[must_use]
pub fn sheet() -> &'static Sheet {
    &CONSULTATIONS
}

async fn begin(conn: &mut Conn, now: Instant, here: &Address, form: Form, forums: Vec<Forum>) -> Result<Listing> {
    let states = State::ALL.iter().copied().filter(|state| *state != State::Draft).collect();
    let forums = forums.iter().map(|forum| forum.id).collect();
    let of = Catalogue { forums, drafts: Vec::new(), states, sort: Sort::Newest };
    let node = settings::node(conn).await?;
    Ok(Listing { form, here: here.clone(), now, node, of, step: Step::Head })
}

impl Listing {
    /// The next bytes; `None` after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        match std::mem::replace(&mut self.step, Step::End) {
            Step::Head => {
                self.step = Step::Rows(None);
                Ok(Some(self.head()))
            }
            Step::Rows(after) => self.rows(conn, after).await.map(Some),
            Step::End => Ok(None),
        }
    }

    async fn rows(&mut self, conn: &mut Conn, after: Option<Mark>) -> Result<Vec<u8>> {
        let rows = catalogue::page(conn, &self.of, after, PAGE).await?;
        let mut bytes = match self.form {
            Form::Csv => self.cells(&rows),
            Form::JsonLd => {
                let each = rows.iter().map(|on| self.dataset(on).to_string());
                let text = each.collect::<Vec<_>>().join(",");
                if after.is_some() && !text.is_empty() { format!(",{text}").into_bytes() } else { text.into_bytes() }
            }
            Form::Turtle => rows.iter().map(|on| self.turtle(on)).collect::<String>().into_bytes(),
        };
        match rows.last().filter(|_| more(rows.len())) {
            Some(last) => self.step = Step::Rows(Some(Mark::of(last, Sort::Newest))),
            None if self.form == Form::JsonLd => bytes.extend_from_slice(b"]}\n"),
            None => {}
        }
        Ok(bytes)
    }

    fn head(&self) -> Vec<u8> {
        match self.form {
            Form::Csv => CONSULTATIONS.head(),
            Form::JsonLd => {
                // The datasets follow within the same object.
                let mut head = self.catalogue().to_string();
                head.pop();
                head.push_str(",\"dcat:dataset\":[");
                head.into_bytes()
            }
            Form::Turtle => self.turtle_head().into_bytes(),
        }
    }

    fn cells(&self, rows: &[Consultation]) -> Vec<u8> {
        let mut chunk = CONSULTATIONS.chunk();
        let time = |at: Option<Instant>| at.map(|at| at.to_string()).unwrap_or_default();
        for on in rows {
            chunk.row([
                on.slug.clone(),
                self.here.consultation(&on.slug),
                on.title.clone(),
                on.summary.clone(),
                on.method.0.kind().to_owned(),
                on.phase(self.now).to_string(),
                on.language.clone(),
                on.tags.0.join(" "),
                time(on.published_at),
                time(on.opened_at.or(on.opens_at)),
                time(on.closed_at.or(on.closes_at)),
                time(on.answer_by),
                on.comment_count.to_string(),
            ]);
        }
        chunk.finish()
    }

    /// The files of a consultation: name, media type, schema.
    fn files(&self, on: &Consultation) -> Vec<(String, &'static str, Option<String>)> {
        let page = self.here.consultation(&on.slug);
        let visible = tally::visible(on, self.now, Viewer::Anybody);
        let tables = [Table::Comments, Table::Votes, Table::Ballots, Table::Results];
        let tables = tables.into_iter().filter(|table| visible || !table.tells_results()).map(|table| {
            let file = format!("{page}/{}.csv", table.sheet().name);
            let schema = format!("{file}.schema.json");
            (file, "text/csv", Some(schema))
        });
        let whole = [
            (format!("{page}/consultation.json"), "application/json", None),
            (format!("{page}/archive.zip"), "application/zip", None),
        ];
        tables.chain(whole).collect()
    }
}

/// What a harvester shows where there is no summary.
fn about(on: &Consultation) -> &str {
    if on.summary.is_empty() { &on.title } else { &on.summary }
}

/// The media type as the vocabulary of DCAT names it.
fn media(kind: &str) -> String {
    format!("https://www.iana.org/assignments/media-types/{kind}")
}

impl Listing {
    fn catalogue(&self) -> Value {
        let Node { name, language, .. } = &self.node;
        json!({
            "@context": {
                "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
                "foaf": "http://xmlns.com/foaf/0.1/", "xsd": "http://www.w3.org/2001/XMLSchema#",
                "dcat:landingPage": {"@type": "@id"}, "dcat:downloadURL": {"@type": "@id"},
                "dcat:mediaType": {"@type": "@id"}, "dct:license": {"@type": "@id"},
                "dct:conformsTo": {"@type": "@id"}, "foaf:homepage": {"@type": "@id"},
                "dct:issued": {"@type": "xsd:dateTime"}, "dct:modified": {"@type": "xsd:dateTime"},
            },
            "@id": self.here.path("data"), "@type": "dcat:Catalog",
            "dct:title": {"@value": name, "@language": language},
            "dct:description": {"@value": name, "@language": language},
            "dct:language": language, "dct:license": LICENCE.2, "foaf:homepage": self.here.node(),
            "dct:publisher": {"@id": self.here.node(), "@type": "foaf:Agent", "foaf:name": name},
        })
    }

    fn dataset(&self, on: &Consultation) -> Value {
        let distributions: Vec<Value> = self.files(on).into_iter().map(|file| distribution(file, on)).collect();
        json!({
            "@id": format!("{}#data", self.here.consultation(&on.slug)), "@type": "dcat:Dataset",
            "dct:identifier": on.slug,
            "dct:title": {"@value": on.title, "@language": on.language},
            "dct:description": {"@value": about(on), "@language": on.language},
            "dct:language": on.language, "dct:issued": on.published_at,
            "dct:modified": on.edited_at.or(on.published_at),
            "dcat:keyword": on.tags.0, "dcat:landingPage": self.here.consultation(&on.slug),
            "dct:publisher": {"@id": self.here.node()}, "dct:license": LICENCE.2,
            "dcat:distribution": distributions,
        })
    }

    fn turtle_head(&self) -> String {
        let Node { name, language, .. } = &self.node;
        let (name, node) = (words(name, language), self.here.node());
        format!(
            "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
             @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n\
             <{catalogue}> a dcat:Catalog ;\n  dct:title {name} ;\n  dct:description {name} ;\n  dct:language {language} ;\n  \
             dct:license <{licence}> ;\n  foaf:homepage <{node}> ;\n  dct:publisher <{node}> .\n\
             <{node}> a foaf:Agent ; foaf:name {name} .\n",
            catalogue = self.here.path("data"),
            language = literal(language),
            licence = LICENCE.2,
        )
    }

    fn turtle(&self, on: &Consultation) -> String {
        use std::fmt::Write as _;
        let page = self.here.consultation(&on.slug);
        let data = format!("{page}#data");
        let mut text = format!(
            "\n<{}> dcat:dataset <{data}> .\n<{data}> a dcat:Dataset ;\n  dct:identifier {} ;\n  dct:title {} ;\n  \
             dct:description {} ;\n  dct:language {} ;\n  dct:publisher <{}> ;\n  dct:license <{}> ;\n  \
             dcat:landingPage <{page}>",
            self.here.path("data"),
            literal(&on.slug),
            words(&on.title, &on.language),
            words(about(on), &on.language),
            literal(&on.language),
            self.here.node(),
            LICENCE.2,
        );
        let dated = [("issued", on.published_at), ("modified", on.edited_at.or(on.published_at))];
        // Writing to a String does not fail.
        for (what, at) in dated.into_iter().filter_map(|(what, at)| Some((what, at?))) {
            let _ = write!(text, " ;\n  dct:{what} \"{at}\"^^xsd:dateTime");
        }
        for tag in &on.tags.0 {
            let _ = write!(text, " ;\n  dcat:keyword {}", words(tag, &on.language));
        }
        for (url, kind, schema) in self.files(on) {
            let _ = write!(
                text,
                " ;\n  dcat:distribution [ a dcat:Distribution ; dcat:downloadURL <{url}> ; dcat:mediaType <{}> ; \
                 dct:license <{}>",
                media(kind),
                LICENCE.2
            );
            if let Some(schema) = schema {
                let _ = write!(text, " ; dct:conformsTo <{schema}>");
            }
            text.push_str(" ]");
        }
        text.push_str(" .\n");
        text
    }
}

fn distribution((url, kind, schema): (String, &'static str, Option<String>), on: &Consultation) -> Value {
    let name = url.rsplit('/').next().unwrap_or_default();
    let mut it = json!({
        "@type": "dcat:Distribution", "dct:title": name, "dcat:downloadURL": url, "dcat:mediaType": media(kind),
        "dct:language": on.language, "dct:license": LICENCE.2,
    });
    if let Some(schema) = schema {
        it["dct:conformsTo"] = schema.into();
    }
    it
}

/// A text of Turtle.
fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {}
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text in a language.
fn words(text: &str, language: &str) -> String {
    format!("{}@{language}", literal(text))
}
