//! A consultation from our own JSON document, or from an archive that holds one.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::life::{self, Became, Changed};
use super::pieces::{Attached, Counted, Head, Piece};
use super::sink::Sink;
use super::sink_log::Urn;
use super::{Fault, Imported, Into};
use crate::address::Local;
use crate::care::audit;
use crate::clock::Instant;
use crate::count::log::verify::archive::Archive;
use crate::count::log::verify::{Wanted, verify};
use crate::count::publication;
use crate::count::tally::{self, Viewer};
use crate::data::media::{self, File};
use crate::debate::attachment;
use crate::debate::attribute::{self, Given};
use crate::debate::consultation::{self, Consultation, State};
use crate::debate::text::{Outline, Text};
use crate::error::{Error, Refusal};
use crate::store::Json;

/// The document of a consultation, as it stands in an archive.
pub(crate) const NAME: &str = "consultation.json";
/// The folder of the files of attachments in an archive.
pub(crate) const MEDIA: &str = "media/";
/// Pieces that are handed over together, and how many such handfuls wait.
const HANDFUL: usize = 500;
const WAITING: usize = 4;
/// The longest slug that is kept, in octets.
const SLUG_LONGEST: usize = 200;

/// Takes a document in. One whose consultation is there already changes nothing.
///
/// # Errors
/// [`Fault`]; then the transaction must be dropped.
pub async fn document<R: Read + Send + 'static>(to: Into<'_>, from: R) -> Result<Imported, Fault> {
    taken(to, move |pieces| read(from, pieces)).await
}

/// Reads on a thread of its own, writes on this one.
async fn taken(
    to: Into<'_>,
    read: impl FnOnce(&mpsc::Sender<Vec<Piece>>) -> Result<(), Fault> + Send + 'static,
) -> Result<Imported, Fault> {
    let (send, mut pieces) = mpsc::channel(WAITING);
    let reading = tokio::task::spawn_blocking(move || read(&send));
    let written = write(to, &mut pieces).await;
    // Whoever reads on is told to stop.
    drop(pieces);
    reading.await.map_err(Error::store)??;
    written
}

/// Takes an archive in, once its ballot log is found to hold.
///
/// # Errors
/// As [`document`], and [`Refusal::ArchiveBroken`].
pub async fn archive(to: Into<'_>, path: &Path) -> Result<Imported, Fault> {
    let unreadable = |why: &dyn std::fmt::Display| Fault::line(0, why);
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path)?).map_err(|why| unreadable(&why))?;
    if zip.index_for_name("log/checkpoint").is_some() {
        let source = Archive::open(path).map_err(|why| unreadable(&why))?;
        let report = verify(&source, &Wanted::default()).await;
        if let Some(fault) = report.fault() {
            tracing::warn!(check = fault.check, detail = fault.detail, "the log of an archive does not hold");
            return Err(Refusal::ArchiveBroken.into());
        }
    }
    taken(to, move |pieces| {
        let file = zip.by_name(NAME).map_err(|why| Fault::line(0, format!("{NAME}: {why}")))?;
        read(std::io::BufReader::new(file), pieces)?;
        files(&mut zip, pieces)
    })
    .await
}

/// The files of attachments, one after the other: each may be large.
fn files<R: Read + std::io::Seek>(zip: &mut zip::ZipArchive<R>, to: &mpsc::Sender<Vec<Piece>>) -> Result<(), Fault> {
    let named = zip.file_names().flatten().filter(|name| name.starts_with(MEDIA)).map(Cow::into_owned);
    let named: Vec<String> = named.take(attachment::MOST).collect();
    for name in &named {
        let mut octets = Vec::new();
        let file = zip.by_name(name).map_err(|why| Fault::line(0, format!("{name}: {why}")))?;
        let most = u64::try_from(media::LARGEST + 1).unwrap_or(u64::MAX);
        file.take(most).read_to_end(&mut octets)?;
        let file = File::again(&name[MEDIA.len()..], octets)?;
        if to.blocking_send(vec![Piece::File(Box::new(file))]).is_err() {
            // Whoever stopped taking them knows why.
            break;
        }
    }
    Ok(())
}

/// Reads to the end, or until nobody takes the pieces any more.
fn read(from: impl Read, to: &mpsc::Sender<Vec<Piece>>) -> Result<(), Fault> {
    let mut handful = Handful { pieces: Vec::new(), to, stopped: false };
    let mut json = serde_json::Deserializer::from_reader(from);
    let read = Whole(&mut handful).deserialize(&mut json).and_then(|()| json.end());
    match read {
        _ if handful.stopped => Ok(()),
        Ok(()) => {
            // Whoever stopped taking them knows why.
            drop(handful.hand_over());
            Ok(())
        }
        Err(why) if why.is_io() => Err(Fault::File(why.into())),
        Err(why) => Err(Fault::line(why.line() as u64, why)),
    }
}

/// Pieces on their way.
struct Handful<'a> {
    pieces: Vec<Piece>,
    to: &'a mpsc::Sender<Vec<Piece>>,
    stopped: bool,
}

impl Handful<'_> {
    fn take(&mut self, piece: Piece) -> Result<(), String> {
        piece.check()?;
        self.pieces.push(piece);
        if self.pieces.len() >= HANDFUL { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> Result<(), String> {
        self.to.blocking_send(std::mem::take(&mut self.pieces)).map_err(|_| {
            self.stopped = true;
            "nobody reads on".to_owned()
        })
    }
}

/// The document: its plain fields first, then its lists, each element handed over as it comes.
struct Whole<'a, 'b>(&'a mut Handful<'b>);

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a consultation as `palabre export --format json` writes it")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let (mut head, mut begun) = (Map::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            let is_list = ["comments", "votes", "ballots", "log"].contains(&key.as_str());
            if is_list && !std::mem::replace(&mut begun, true) {
                let head: Head =
                    serde_json::from_value(Value::Object(std::mem::take(&mut head))).map_err(M::Error::custom)?;
                self.0.take(Piece::Head(Box::new(head))).map_err(M::Error::custom)?;
            }
            match key.as_str() {
                "comments" => map.next_value_seed(Each(self.0, |it| Piece::Said(Box::new(it))))?,
                "votes" => map.next_value_seed(Each(self.0, Piece::Thought))?,
                "ballots" => {
                    self.0.take(Piece::Ballots).map_err(M::Error::custom)?;
                    map.next_value_seed(Each(self.0, Piece::Chosen))?;
                }
                "log" => map.next_value_seed(Each(self.0, |it| Piece::Entry(Box::new(it))))?,
                _ if begun => drop(map.next_value::<IgnoredAny>()?),
                _ => drop(head.insert(key, map.next_value()?)),
            }
        }
        if begun { Ok(()) } else { Err(M::Error::custom("there are no `comments`: is it our own export?")) }
    }
}

/// A list of one kind.
struct Each<'a, 'b, T>(&'a mut Handful<'b>, fn(T) -> Piece);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Each<'_, '_, T> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Each<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        let Self(handful, piece) = self;
        while let Some(it) = list.next_element::<T>()? {
            handful.take(piece(it)).map_err(S::Error::custom)?;
        }
        Ok(())
    }
}

/// What is being filled.
struct Filling<'a, 't> {
    sink: Sink<'a, 't>,
    urn: Urn,
    counted: Counted,
    became: Option<Became>,
    changed: Vec<Changed>,
    /// Whether its ballots stand in the document.
    counts: bool,
    attributes: Given,
    attachments: Vec<Attached>,
}

async fn write(mut to: Into<'_>, pieces: &mut mpsc::Receiver<Vec<Piece>>) -> Result<Imported, Fault> {
    let Some(head) = first(pieces).await else { return Ok(Imported::default()) };
    let (head, rest) = head;
    if let Ok(there) = consultation::by_id(to.tx, head.id).await {
        let url = to.here.consultation(&there.slug);
        return Ok(Imported { slug: there.slug, url, existed: true, ..Imported::default() });
    }
    let mut head = *head;
    let (counted, became, changed) = (head.results.clone(), head.outcome.take(), std::mem::take(&mut head.changes));
    let (attributes, attachments) = (std::mem::take(&mut head.attributes), std::mem::take(&mut head.attachments));
    let (on, texts) = begin(&mut to, head).await?;
    let urn = Urn::of(&texts);
    let sink = Sink::open(&mut to, on, Some(&texts)).await?;
    let mut filling = Filling { sink, urn, counted, became, changed, counts: false, attributes, attachments };
    filling.take(rest).await?;
    while let Some(some) = pieces.recv().await {
        filling.take(some).await?;
    }
    filling.close().await
}

/// The head of a document, and what came with it in the first handful; `None` if there is nothing.
async fn first(pieces: &mut mpsc::Receiver<Vec<Piece>>) -> Option<(Box<Head>, Vec<Piece>)> {
    let mut some = pieces.recv().await?.into_iter();
    match some.next() {
        Some(Piece::Head(head)) => Some((head, some.collect())),
        _ => None,
    }
}

impl Filling<'_, '_> {
    async fn take(&mut self, some: Vec<Piece>) -> Result<(), Fault> {
        for piece in some {
            match piece {
                // There is one, and it came first.
                Piece::Head(_) => {}
                Piece::File(file) => media::keep(self.sink.to.tx, &file).await?,
                Piece::Said(said) => self.sink.comment(*said).await?,
                Piece::Thought(thought) => {
                    if !self.sink.thought(thought).await? {
                        return Err(Refusal::ImportCollides.into());
                    }
                }
                Piece::Ballots => self.counts = true,
                Piece::Chosen(chosen) => self.urn.ballot(&mut self.sink, chosen).await?,
                Piece::Entry(entry) => self.urn.entry(&mut self.sink, *entry).await?,
            }
        }
        Ok(())
    }

    /// Writes the rest, and holds what came in against the results that came with it.
    async fn close(self) -> Result<Imported, Fault> {
        let Self { mut sink, mut urn, counted, became, changed, counts, attributes, attachments } = self;
        show(&mut sink, attributes, attachments).await?;
        urn.close(&mut sink, counted.log.as_ref().and_then(|log| log["at"].as_str())).await?;
        let now = sink.to.now;
        let differs = match counts && counted.visible {
            true => {
                let results = tally::results(sink.to.tx, &sink.on, now, Viewer::Anybody).await?;
                let tiers = serde_json::to_value(&results.tiers).map_err(Error::store)?;
                let root = results.log.map(|log| log.root);
                counted.tiers != Some(tiers) || counted.log.is_some_and(|log| log["root"].as_str() != root.as_deref())
            }
            false => false,
        };
        if differs {
            return Err(Refusal::ImportDiffers.into());
        }
        if sink.on.closed_at.is_some() {
            publication::settle(sink.to.tx, now, &sink.on).await?;
        }
        audit::note(sink.to.tx, now, None, "consultation.import", &sink.on.slug, Some(sink.on.author_id)).await?;
        sink.finish().await?;
        life::keep(&mut sink, became, changed).await?;
        Ok(sink.made)
    }
}

/// What stands beside the text.
async fn show(sink: &mut Sink<'_, '_>, attributes: Given, attachments: Vec<Attached>) -> Result<(), Fault> {
    if !attributes.is_empty() {
        attribute::keep(sink.to.tx, sink.on.id, attributes).await?;
    }
    for it in attachments {
        let kept = attachment::keep(sink.to.tx, &it.of_consultation(sink.on.id)).await?;
        sink.made.files_missing += u64::from(!kept);
    }
    Ok(())
}

/// The consultation and the versions of its text.
async fn begin(to: &mut Into<'_>, head: Head) -> Result<(Consultation, Vec<Text>), Fault> {
    let (mut texts, mut before): (Vec<Text>, Vec<Outline>) = (Vec::new(), Vec::new());
    for words in &head.texts {
        let text = Text { version: words.version, ..Text::after(words.created, head.id, &before, &words.text) };
        if text.sha256 != words.sha256 {
            return Err(Fault::line(0, format!("the SHA-256 of version {} of the text is another", words.version)));
        }
        before.push(Outline {
            version: text.version,
            sha256: text.sha256.clone(),
            created_at: text.created_at,
            articles: text.articles.clone(),
        });
        texts.push(text);
    }
    let text_version = texts.iter().map(|text| text.version).max().unwrap_or(1);
    let home = to.here.parse(&head.url) == Some(Local::Consultation(head.slug.clone()));
    let state = head.state.parse().unwrap_or(State::Closed);
    let over = !matches!(state, State::Draft | State::Scheduled | State::Open);
    let ended = head.closed_at.or(head.closes_at).unwrap_or(to.now);
    let mut on = Consultation {
        id: head.id,
        forum_id: to.forum.id,
        author_id: to.author,
        created_by: None,
        slug: head.slug,
        title: head.title,
        summary: head.summary,
        brief: Json(head.brief),
        method: Json(head.method),
        electorate: Json(head.electorate),
        results: head.results_visible,
        changeable: head.changeable,
        language: head.language,
        tags: Json(head.tags),
        text_version,
        state,
        opens_at: head.opens_at,
        closes_at: head.closes_at,
        answer_by: head.answer_by,
        created_at: head.created_at,
        published_at: head.published_at,
        opened_at: head.opened_at,
        closed_at: over.then_some(ended),
        edited_at: head.edited_at,
        locked_at: head.locked_at,
        example: head.example,
        source: source(head.source, &head.url, home, to.now),
        comment_count: 0,
        version: 1,
        ballots: head.ballots_named,
    };
    if !is_name(&on.slug) || consultation::by_slug(to.tx, &on.slug).await.is_ok() {
        on.slug = consultation::free_slug(to.tx, &on).await?;
    }
    Ok((on, texts))
}

/// Where it came from and since when it is here, unless it comes home or says so itself.
fn source(said: Option<Value>, url: &str, home: bool, now: Instant) -> Option<Json<Value>> {
    let from = |url: &str| json!({"platform": "palabre", "attribution": "Palabre", "url": url, "taken_in": now});
    said.or_else(|| (!home).then(|| from(url))).map(Json)
}

/// Whether a slug can stand in an address.
fn is_name(slug: &str) -> bool {
    !slug.is_empty()
        && slug.len() <= SLUG_LONGEST
        && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
