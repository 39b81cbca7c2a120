//! Calendars (iCalendar, RFC 5545): the dates of a consultation, and of all those of a forum. Each date is an event of its own, so
//! that one can be kept and another left.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::address::Address;
use model::clock::Instant;
use model::debate::consultation::{self, Consultation, Filter, Phase, Sort, State as Stage};
use model::debate::forum;
use model::debate::outcome;
use model::error::Error;
use model::store::Conn;

use crate::app::App;
use crate::error::Failure;
use crate::language::{Language, Words};
use crate::visitor::Visitor;

/// How many consultations of a forum are in its calendar: the latest.
const MOST: i64 = 200;
/// The longest line, in octets, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// `/c/{slug}/calendar.ics`, `/f/{forum}/calendar.ics`
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/c/{slug}/calendar.ics", get(of_consultation)).route("/f/{forum}/calendar.ics", get(of_forum))
}

async fn of_consultation(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, &slug, visitor.account.as_ref()).await?;
    if view.consultation.state == Stage::Draft {
        return Err(Error::NotFound.into());
    }
    let mut calendar = Calendar::new(&visitor, &view.consultation.title);
    calendar.add(&mut conn, &view.consultation).await?;
    Ok(calendar.answer(&slug))
}

async fn of_forum(State(app): State<App>, visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, _) = forum::view(&mut conn, &slug, visitor.account.as_ref()).await?;
    let mut calendar = Calendar::new(&visitor, &forum.title);
    let filter = Filter { forums: vec![forum.id], states: Vec::new(), sort: Sort::Newest, skip: 0, limit: MOST };
    for on in consultation::list(&mut conn, &filter).await? {
        calendar.add(&mut conn, &on).await?;
    }
    Ok(calendar.answer(&slug))
}

/// A calendar being written.
struct Calendar {
    here: Address,
    now: Instant,
    zone: jiff::tz::TimeZone,
    text: String,
}

impl Calendar {
    fn new(visitor: &Visitor, title: &str) -> Self {
        let zone = visitor.node.zone();
        let mut calendar = Self { here: visitor.here.clone(), now: visitor.now, zone, text: String::new() };
        for (name, value) in [
            ("BEGIN", "VCALENDAR".to_owned()),
            ("VERSION", "2.0".to_owned()),
            ("PRODID", "-//Palabre//Palabre//EN".to_owned()),
            ("CALSCALE", "GREGORIAN".to_owned()),
            ("METHOD", "PUBLISH".to_owned()),
            ("X-WR-CALNAME", escaped(title)),
        ] {
            calendar.line(name, &value);
        }
        calendar
    }

    /// Writes the dates of a consultation: opening, closing, the promised answer, the next step. In its own language.
    async fn add(&mut self, conn: &mut Conn, on: &Consultation) -> Result<(), Error> {
        let t = Words::new(Language::from_tag(&on.language).unwrap_or(Language::En), self.zone.clone());
        let over = on.closed_at.or(on.closes_at);
        let next = outcome::of(conn, on.id).await?.and_then(|it| it.next_at);
        let dates = [
            ("opens", "calendar-opens", on.opens_at.or(on.opened_at)),
            ("closes", "calendar-closes", over),
            ("answer", "calendar-answer", on.answer_by),
            ("next", "calendar-next", next),
        ];
        for (what, key, at) in dates {
            if let Some(at) = at {
                self.event(on, what, &t.with(key, "title", &on.title), at);
            }
        }
        Ok(())
    }

    fn event(&mut self, on: &Consultation, what: &str, summary: &str, at: Instant) {
        let address = self.here.consultation(&on.slug);
        let changed = on.edited_at.or(on.published_at).unwrap_or(on.created_at);
        let cancelled = on.phase(self.now) == Phase::Cancelled;
        for (name, value) in [
            ("BEGIN", "VEVENT".to_owned()),
            ("UID", format!("{}-{what}@{}", on.slug, self.here.host())),
            ("DTSTAMP", moment(changed)),
            ("LAST-MODIFIED", moment(changed)),
            ("SEQUENCE", on.version.clamp(0, i64::from(i32::MAX)).to_string()),
            ("DTSTART", moment(at)),
            ("SUMMARY", escaped(summary)),
            ("DESCRIPTION", escaped(&format!("{}\n{address}", on.summary))),
            ("URL", address),
            ("STATUS", if cancelled { "CANCELLED" } else { "CONFIRMED" }.to_owned()),
            ("TRANSP", "TRANSPARENT".to_owned()),
            ("END", "VEVENT".to_owned()),
        ] {
            self.line(name, &value);
        }
    }

    /// A line, folded where it is long: between characters, never within one.
    fn line(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for c in format!("{name}:{value}").chars() {
            if length + c.len_utf8() > LINE {
                self.text.push_str("\r\n ");
                length = 1;
            }
            self.text.push(c);
            length += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    fn answer(mut self, name: &str) -> Response {
        self.line("END", "VCALENDAR");
        let headers = [
            (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.ics\"")),
        ];
        (headers, self.text).into_response()
    }
}

/// `20260602T180000Z`
fn moment(at: Instant) -> String {
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => written.extend(['\\', c]),
            '\n' => written.push_str("\\n"),
            c if c.is_control() => {}
            c => written.push(c),
        }
    }
    written
}
