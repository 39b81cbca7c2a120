//! What people think of the arguments of a debate, as a picture, and the argument that unites the two sides.

use model::count::method::Method;
use model::count::participation::{self, Common};
use model::debate::comment::order::{self, Level, Order, Selection};
use model::debate::comment::{self, Comment, Stance, State as Shown};
use model::debate::consultation::{Consultation, View};
use model::debate::text;
use model::error::Result as Answer;
use model::store::Conn;

use super::pictures::Number;
use super::sides::{self, Word};
use crate::chart::dots::{self, Dot};
use crate::chart::{Figure, Key, Kind, Point, Table};
use crate::visitor::Visitor;

/// How many arguments are drawn at most: those that most agree with.
const DRAWN: i64 = 200;
/// An argument of which fewer have said what they think is not drawn, and fewer such arguments are no picture.
const OPINIONS_LEAST: i32 = 3;
const ARGUMENTS_LEAST: usize = 5;
/// How many arguments bear a number.
const NUMBERED: usize = 4;
/// How much of an argument stands in the list, in characters.
const EXCERPT: usize = 90;
const QUOTED: usize = 400;

/// What a debate agrees on.
#[derive(Default)]
pub(crate) struct Agreement {
    /// The arguments, each at the share of those who agree.
    pub(crate) figure: Option<Figure>,
    /// What unites those who vote for and those who vote against.
    pub(crate) unites: Option<Unites>,
    /// The words of each side.
    pub(crate) sides: Option<Figure>,
}

impl Agreement {
    /// Whether there is anything to show.
    pub(crate) fn is_some(&self) -> bool {
        self.figure.is_some() || self.unites.is_some() || self.sides.is_some()
    }
}

/// An argument that both sides agree with.
pub(crate) struct Unites {
    pub(crate) quote: String,
    pub(crate) language: String,
    pub(crate) href: String,
    pub(crate) said: String,
}

/// What is read of it, the same for everybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    /// Those of which enough have said what they think.
    listed: Vec<Comment>,
    /// The one that both sides agree with, told only where results may be seen.
    common: Option<(Common, Comment)>,
    /// The words of each side.
    words: Vec<Word>,
}

impl Arguments {
    /// Those of a consultation; `ballots` says whether anybody may see results, without which sides are not told apart.
    pub(super) async fn read(conn: &mut Conn, on: &Consultation, ballots: bool) -> Answer<Self> {
        let which = Selection { order: Order::Agreement, level: Level::Top, ..Selection::default() };
        let listed = order::page(conn, on.id, &which, None, DRAWN).await?;
        let listed: Vec<Comment> = listed
            .into_iter()
            .map(|(comment, _)| comment)
            .filter(|it| it.state == Shown::Visible && it.agrees + it.disagrees >= OPINIONS_LEAST)
            .collect();
        let common = if ballots { participation::common(conn, on.id).await? } else { None };
        let common = match common {
            Some(common) => Some((common, comment::by_id(conn, common.comment).await?)),
            None => None,
        };
        let sided = matches!(on.method.0, Method::Vote(_));
        let words = if sided { sides::read(conn, on).await? } else { Vec::new() };
        Ok(Self { listed, common, words })
    }

    /// As a visitor sees them; `ballots` says whether this one may see results.
    pub(super) fn shown(&self, visitor: &Visitor, on: &Consultation, ballots: bool, n: Number<'_>) -> Agreement {
        let figure = (self.listed.len() >= ARGUMENTS_LEAST).then(|| figure(visitor, on, &self.listed, n));
        let common = self.common.as_ref().filter(|_| ballots);
        Agreement {
            figure,
            unites: common.map(|common| unites(visitor, on, common)),
            sides: sides::figure(&visitor.words, on, &self.words, n),
        }
    }
}

/// What the debate agrees on; `ballots` says whether results may be seen.
pub(super) async fn of(
    conn: &mut Conn,
    visitor: &Visitor,
    view: &View,
    ballots: bool,
    n: Number<'_>,
) -> Answer<Agreement> {
    let on = &view.consultation;
    Ok(Arguments::read(conn, on, ballots).await?.shown(visitor, on, ballots, n))
}

fn unites(visitor: &Visitor, on: &Consultation, (common, argument): &(Common, Comment)) -> Unites {
    let t = &visitor.words;
    Unites {
        quote: excerpt(argument, QUOTED),
        language: argument.language.clone().unwrap_or_else(|| on.language.clone()),
        href: address(on, argument),
        said: t.with2(
            "unites-said",
            "for",
            t.percent(common.by_for, 100),
            "against",
            t.percent(common.by_against, 100),
        ),
    }
}

fn address(on: &Consultation, argument: &Comment) -> String {
    format!("/c/{}?comment={}#comment-{}", on.slug, argument.id, argument.id)
}

fn excerpt(argument: &Comment, most: usize) -> String {
    let whole = text::line(&text::plain(&argument.html), usize::MAX);
    match whole.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", whole[..end].trim_end()),
        None => whole,
    }
}

/// How many of a thousand agree.
fn share(argument: &Comment) -> u32 {
    let (agrees, all) = (i64::from(argument.agrees), i64::from(argument.agrees + argument.disagrees));
    u32::try_from(agrees * 1000 / all.max(1)).unwrap_or_default()
}

fn kind(argument: &Comment) -> Kind {
    match argument.stance {
        Some(Stance::For) => Kind::For,
        Some(Stance::Against) => Kind::Against,
        Some(Stance::Question) | None => Kind::Plain,
    }
}

fn figure(visitor: &Visitor, on: &Consultation, arguments: &[Comment], n: Number<'_>) -> Figure {
    let t = &visitor.words;
    let percent = |argument: &Comment| t.percent(share(argument), 1000_u32);
    let dot = |(at, argument): (usize, &Comment)| Dot {
        place: share(argument),
        kind: kind(argument),
        number: (at < NUMBERED).then_some(at + 1),
    };
    let dots: Vec<Dot> = arguments.iter().enumerate().map(dot).collect();
    let point = |argument: &Comment| Point {
        label: excerpt(argument, EXCERPT),
        language: Some(argument.language.clone().unwrap_or_else(|| on.language.clone())),
        href: Some(address(on, argument)),
        note: t.with("agreement-share", "percent", percent(argument)),
    };
    let finding = match arguments.first() {
        Some(first) => t.with2("agreement-finding", "quote", excerpt(first, EXCERPT), "percent", percent(first)),
        None => String::new(),
    };
    let ends = ["0", "50", "100"].map(|share| t.with("agreement-share", "percent", t.with("percent", "n", share)));
    let whole = |count: i32| n(u64::try_from(count).unwrap_or_default());
    let row = |it: &Comment| (excerpt(it, EXCERPT), vec![whole(it.agrees), whole(it.disagrees), whole(it.passes)]);
    let shown: Vec<Kind> = arguments.iter().map(kind).collect();
    let meanings =
        [(Kind::For, "agreement-for"), (Kind::Against, "agreement-against"), (Kind::Plain, "agreement-other")];
    Figure {
        id: "agreement",
        caption: t.say("agreement-title"),
        about: t.say("agreement-about"),
        drawing: dots::draw(t.say("agreement-title"), finding, &dots, ends),
        key: meanings
            .iter()
            .filter(|(kind, _)| shown.contains(kind))
            .map(|(kind, key)| Key::kind(*kind, t.say(key)))
            .collect(),
        points: arguments.iter().take(NUMBERED).map(point).collect(),
        table: Table {
            caption: t.say("agreement-title"),
            head: ["agreement-argument", "opinion-agree", "opinion-disagree", "opinion-pass"]
                .map(|key| t.say(key))
                .into(),
            rows: arguments.iter().map(row).collect(),
        },
        csv: Some(format!("/c/{}/results/agreement.csv", on.slug)),
    }
}
