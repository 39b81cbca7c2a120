//! A consultation as one ZIP that can be read without us: a static site, the tables, the whole as JSON, every version of
//! the text, the signed results and the ballot log with which anybody counts again. What everybody may have, no more.
//!
//! It is written as it is read, page by page: neither all of it nor a connection is held.

mod shared;

use std::collections::VecDeque;
use std::io::Write as _;

use serde_json::json;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use crate::address::Address;
use crate::clock::Instant;
use crate::count::log::tile::Level;
use crate::count::log::{self, Place};
use crate::count::publication;
use crate::count::tally::{self, Document as Results, Viewer};
use crate::count::witness;
use crate::data::export::sheet::LICENCE;
use crate::data::export::{self, Document, Pages, Table, document};
use crate::data::import::{MEDIA, NAME};
use crate::data::media::{self, Format};
use crate::debate::attachment;
use crate::debate::comment::{self, Comment, State};
use crate::debate::consultation::Consultation;
use crate::debate::forum::{self, Forum};
use crate::debate::text::Text;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::Actor;
use crate::people::proof::{self, Signer};
use crate::store::Conn;

use shared::Shared;

/// Comments of one page of the site.
const PAGE: i64 = 200;
/// The tables in it.
const TABLES: [Table; 4] = [Table::Comments, Table::Votes, Table::Ballots, Table::Results];
/// The levels of hashes that a log of any size here has.
const LEVELS: std::ops::Range<u8> = 0..8;

/// What the first page of the site shows.
pub struct Front<'a> {
    /// The consultation.
    pub on: &'a Consultation,
    /// Its forum.
    pub forum: &'a Forum,
    /// Its text.
    pub text: &'a Text,
    /// Its results, as everybody may see them.
    pub results: &'a Results,
    /// Its page at the origin.
    pub url: &'a str,
    /// When this was made.
    pub now: Instant,
    /// The files of the tables.
    pub tables: &'a [String],
}

/// What a page of the debate shows.
pub struct Debate<'a> {
    /// The consultation.
    pub on: &'a Consultation,
    /// Which page, from 1.
    pub number: usize,
    /// Whether another one follows.
    pub more: bool,
    /// The comments that are shown, with their authors' names.
    pub rows: &'a [(Comment, String)],
}

/// How pages are made: whoever knows pages says it.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// `index.html`
    pub front: fn(&Front<'_>) -> String,
    /// `comments-N.html`
    pub debate: fn(&Debate<'_>) -> String,
}

/// The name of a page of the debate.
#[must_use]
pub fn debate_page(number: usize) -> String {
    format!("comments-{number}.html")
}

/// An archive being written: ask for its next bytes until there are none.
pub struct Archive {
    here: Address,
    now: Instant,
    on: Consultation,
    site: Site,
    zip: Option<ZipWriter<StreamWriter<Shared>>>,
    written: Shared,
    waiting: VecDeque<Part>,
}

/// Something that is still to be written.
enum Part {
    /// A small file.
    File(String, Vec<u8>),
    /// A page of the debate.
    Debate(usize, Option<(Instant, Id<Comment>)>),
    Table(Table),
    Rows(Box<Pages>),
    Whole,
    Lines(Box<Document>),
    Tile(Place),
    Media(String, Format),
}

/// Begins the archive of a consultation.
///
/// # Errors
/// When the database fails.
pub async fn archive(
    conn: &mut Conn,
    signer: &Signer,
    now: Instant,
    here: &Address,
    on: Consultation,
    site: Site,
) -> Result<Archive> {
    let results = tally::results(conn, &on, now, Viewer::Anybody).await?;
    let mut waiting = VecDeque::new();
    for part in fronts(conn, now, here, &on, &results, site).await? {
        waiting.push_back(part);
    }
    waiting.push_back(Part::Debate(1, None));
    waiting.extend(tables(&results).map(Part::Table));
    waiting.push_back(Part::Whole);
    let shown = attachment::list(conn, on.id).await?;
    waiting.extend(shown.into_iter().filter_map(|(_, file)| file).map(|file| Part::Media(file.hash, file.format)));
    waiting.extend(count(conn, signer, (&on, now), here, &results).await?);
    let written = Shared::default();
    let zip = Some(ZipWriter::new_stream(written.clone()));
    Ok(Archive { here: here.clone(), now, on, site, zip, written, waiting })
}

fn tables(results: &Results) -> impl Iterator<Item = Table> {
    let visible = results.visible;
    TABLES.into_iter().filter(move |table| visible || !table.tells_results())
}

async fn fronts(
    conn: &mut Conn,
    now: Instant,
    here: &Address,
    on: &Consultation,
    results: &Results,
    site: Site,
) -> Result<Vec<Part>> {
    let forum = forum::by_id(conn, on.forum_id).await?;
    let texts = export::texts(conn, on.id).await?;
    let text = texts.iter().find(|text| text.version == on.text_version).ok_or(Error::NotFound)?;
    let tables: Vec<String> = tables(results).map(|table| format!("{}.csv", table.sheet().name)).collect();
    let url = here.consultation(&on.slug);
    let front = Front { on, forum: &forum, text, results, url: &url, now, tables: &tables };
    let mut parts = vec![
        Part::File("README.txt".into(), readme(&url, now).into_bytes()),
        Part::File("index.html".into(), (site.front)(&front).into_bytes()),
    ];
    // As they were hashed: `sha256sum` of each is what the log and the document say.
    parts.extend(texts.into_iter().map(|text| Part::File(format!("text/{}.md", text.version), text.markdown.into())));
    Ok(parts)
}

fn readme(url: &str, now: Instant) -> String {
    let (_, licence, terms) = LICENCE;
    format!(
        "{url}\nas it was at {now}. {licence}: {terms}\n\n\
         index.html              to read, in any browser, without a network\n\
         *.csv, *.csv.schema.json  the tables, and what their columns mean\n\
         {NAME}       all of it in one document; Palabre imports it\n\
         text/N.md               each version of the text\n\
         media/                  its pictures and documents\n\
         results.json            the results, signed once they are final\n\
         log/, actor.json        the public ballot log (C2SP tlog-tiles), absent while results are hidden\n\n\
         To count again:   palabre verify THIS-FILE\n\
         To host it again: palabre import archive THIS-FILE --forum SLUG\n"
    )
}

/// What is needed to count again; nothing while the results are hidden.
async fn count(
    conn: &mut Conn,
    signer: &Signer,
    (on, now): (&Consultation, Instant),
    here: &Address,
    results: &Results,
) -> Result<Vec<Part>> {
    let published = publication::results(conn, on, here, now, Viewer::Anybody).await?;
    let mut parts = vec![Part::File("results.json".into(), published.to_string().into_bytes())];
    if !results.visible {
        return Ok(parts);
    }
    let key = json!({
        "id": log::key_address(here), "type": "Multikey", "controller": here.node(),
        "publicKeyMultibase": proof::multikey(&signer.public()),
    });
    let actor = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/multikey/v1"],
        "id": here.node(), "type": "Application", "assertionMethod": [key],
    });
    let checkpoint = log::checkpoint(conn, signer, on, here).await?;
    let vkey = log::vkey(signer, on, here);
    let size = checkpoint.lines().nth(1).and_then(|size| size.parse().ok());
    let size: u64 = size.ok_or_else(|| Error::store("a checkpoint without a size"))?;
    parts.push(Part::File("actor.json".into(), actor.to_string().into_bytes()));
    parts.push(Part::File("log/vkey".into(), format!("{vkey}\n").into_bytes()));
    parts.push(Part::File("log/checkpoint".into(), witness::cosigned(conn, on, checkpoint).await?.into_bytes()));
    let levels = std::iter::once(Level::Entries).chain(LEVELS.map(Level::Hashes));
    parts.extend(levels.flat_map(|level| Place::all(level, size)).map(Part::Tile));
    Ok(parts)
}

impl Archive {
    /// The next bytes; `None` after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        loop {
            match self.waiting.pop_front() {
                Some(part) => self.part(conn, part).await?,
                None => match self.zip.take() {
                    Some(zip) => drop(zip.finish().map_err(Error::store)?),
                    None => return Ok(None),
                },
            }
            let bytes = self.written.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    async fn part(&mut self, conn: &mut Conn, part: Part) -> Result<()> {
        match part {
            Part::File(name, bytes) => self.file(&name, &bytes)?,
            Part::Tile(place) => {
                let bytes = log::tile(conn, self.on.id, place).await?;
                self.file(&format!("log/tile/{place}"), &bytes)?;
            }
            Part::Media(hash, format) => {
                let octets = media::octets(conn, &hash).await?;
                self.file(&format!("{MEDIA}{}", media::name(&hash, format)), &octets)?;
            }
            Part::Debate(number, after) => self.debate(conn, number, after).await?,
            Part::Table(table) => {
                let name = format!("{}.csv", table.sheet().name);
                let schema = export::schema(table, &self.here, &self.on);
                self.file(&format!("{name}.schema.json"), format!("{schema:#}\n").as_bytes())?;
                let pages = export::pages(conn, self.now, &self.here, self.on.clone(), table, false).await?;
                self.start(&name)?;
                self.waiting.push_front(Part::Rows(Box::new(pages)));
            }
            Part::Rows(mut pages) => {
                if let Some(bytes) = pages.next(conn).await? {
                    self.write(&bytes)?;
                    self.waiting.push_front(Part::Rows(pages));
                }
            }
            Part::Whole => {
                let whole = document(conn, self.now, &self.here, self.on.clone(), export::Reading::Public).await?;
                self.start(NAME)?;
                self.waiting.push_front(Part::Lines(Box::new(whole)));
            }
            Part::Lines(mut whole) => {
                if let Some(bytes) = whole.next(conn).await? {
                    self.write(&bytes)?;
                    self.waiting.push_front(Part::Lines(whole));
                }
            }
        }
        Ok(())
    }

    async fn debate(&mut self, conn: &mut Conn, number: usize, after: Option<(Instant, Id<Comment>)>) -> Result<()> {
        let rows = comment::list(conn, self.on.id, after, PAGE).await?;
        let last = rows.last().filter(|_| i64::try_from(rows.len()).is_ok_and(|rows| rows == PAGE));
        if let Some((last, _)) = last {
            self.waiting.push_front(Part::Debate(number + 1, Some((last.published_at, last.id))));
        }
        let more = last.is_some();
        let shown = rows.into_iter().filter(|(comment, _)| comment.state == State::Visible);
        let named = |(comment, author): (Comment, Actor)| {
            let name = author.handle(&self.here);
            (comment, name)
        };
        let rows: Vec<(Comment, String)> = shown.map(named).collect();
        let page = (self.site.debate)(&Debate { on: &self.on, number, more, rows: &rows });
        self.file(&debate_page(number), page.as_bytes())
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.start(name)?;
        self.write(bytes)
    }

    fn start(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default().large_file(true);
        self.zip()?.start_file(name, options).map_err(Error::store)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.zip()?.write_all(bytes).map_err(Error::store)
    }

    fn zip(&mut self) -> Result<&mut ZipWriter<StreamWriter<Shared>>> {
        self.zip.as_mut().ok_or_else(|| Error::store("the archive is complete"))
    }
}
