//! What people of this node are told by mail: replies, what happens in what they follow, digests, receipts. Who is told, and
//! when, is the model's matter; here it becomes words.
//!
//! A mail leaves this node unencrypted and is read by whoever carries it. So it names nobody together with a choice, holds no
//! number of a result, and of a private forum says no more than that there is something to read.

use model::address::Address;
use model::care::mail::{self, Mail};
use model::care::notice::{self, Kind, News, Notice, Told};
use model::care::preference::{self, Matter};
use model::care::settings::{self, Node};
use model::count::ballot::{self, Ballot};
use model::debate::comment::Comment;
use model::debate::consultation::{self, Consultation, View};
use model::debate::forum::{Forum, Visibility};
use model::debate::text;
use model::error::{Error, Result};
use model::id::Id;
use model::job::Job;
use model::people::account::{self, Account};
use model::store::Tx;

use crate::app::App;
use crate::language::{Language, Words};
use crate::letter::{Item, Letter, Quote};
use crate::pages::said;
use crate::visitor::Visitor;

/// How much of a reply a mail holds, in characters.
const QUOTED: usize = 1_000;
/// The longest title in a subject, in characters.
const TITLE: usize = 80;

/// Does a job that tells people of this node something; any other is none of ours, and nothing is done. What is told and the mail
/// that tells it are one transaction: a job that runs twice tells nothing twice.
///
/// # Errors
/// [`Error::NotFound`] when what was to be told is gone; when the database fails.
pub async fn tell(app: &App, job: &Job) -> Result<()> {
    match job {
        Job::Notify { news, after } => notify(app, news, *after).await,
        Job::Digest { account } => digest(app, *account).await,
        _ => Ok(()),
    }
}

/// Where mails come from.
struct Desk {
    node: Node,
    here: Address,
}

impl Desk {
    async fn of(tx: &mut Tx, app: &App) -> Result<Self> {
        let node = settings::node(tx).await?;
        Ok(Self { here: app.address(&node), node })
    }

    fn words(&self, account: &Account) -> Words {
        Words::new(self.language(account), self.node.zone())
    }

    fn language(&self, account: &Account) -> Language {
        let node = Language::from_tag(&self.node.language).unwrap_or(Language::En);
        Language::from_tag(&account.language).unwrap_or(node)
    }

    fn letter(&self, account: &Account, subject: impl Into<String>) -> Letter {
        Letter::new(&self.node, &self.here, self.language(account), subject)
    }
}

async fn notify(app: &App, news: &News, after: Option<Id<Account>>) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let desk = Desk::of(&mut tx, app).await?;
    for one in notice::spread(&mut tx, app.now(), news, after).await? {
        let Some(to) = one.account.email.clone() else { continue };
        let letter = if one.view.forum.visibility == Visibility::Private {
            discreet(&desk, &one.account)
        } else {
            plain(&mut tx, &desk, &one).await?
        };
        let matter = if one.notice.kind == Kind::Reply { Matter::Replies } else { Matter::News };
        let letter = letter.stoppable(&desk.here, &one.preference, matter).written()?;
        mail::post(&mut tx, app.now(), &to, letter).await?;
    }
    tx.commit().await
}

/// Of a private forum: that there is something to read.
fn discreet(desk: &Desk, account: &Account) -> Letter {
    discreet_in(&desk.node, &desk.here, desk.language(account))
}

fn discreet_in(node: &Node, here: &Address, language: Language) -> Letter {
    let t = Words::new(language, node.zone());
    Letter::new(node, here, language, t.with("news-private-subject", "site", &node.name))
        .says(t.say("news-private-body"))
        .leads(t.say("letter-open"), here.path("me/notifications"))
        .ends(t.say("news-private-why"))
}

async fn plain(tx: &mut Tx, desk: &Desk, told: &Told) -> Result<Letter> {
    let Told { account, view, notice, comment, .. } = told;
    let (t, on) = (desk.words(account), &view.consultation);
    let title = text::cut(&on.title, TITLE);
    let page = desk.here.consultation(&on.slug);
    let letter = match (notice.kind, comment) {
        (Kind::Reply, Some(reply)) => {
            let name = said::author_of(tx, reply).await?;
            desk.letter(account, t.with2("news-reply-subject", "name", &name, "title", title))
                .says(t.with2("news-reply-body", "name", name, "title", &on.title))
                .quotes(Some(quote(reply, &on.language)))
                .leads(
                    t.say("news-reply-link"),
                    desk.here.path(said::address(&on.slug, reply.id).trim_start_matches('/')),
                )
        }
        (Kind::Closing, _) => {
            let at = on.closes_at.map(|at| t.moment(at.timestamp())).unwrap_or_default();
            desk.letter(account, t.with("news-closing-subject", "title", title))
                .says(t.with2("news-closing-body", "title", &on.title, "date", at))
                .leads(t.say("news-closing-link"), page)
        }
        (Kind::Outcome, _) => desk
            .letter(account, t.with("news-outcome-subject", "title", title))
            .says(t.with("news-outcome-body", "title", &on.title))
            .leads(t.say("news-outcome-link"), desk.here.path(&format!("c/{}/outcome", on.slug))),
        (Kind::Opened | Kind::Reply, _) => opened(&desk.node, &desk.here, desk.language(account), on, &view.forum),
    };
    Ok(letter.ends(t.say(if notice.kind == Kind::Reply { "news-reply-why" } else { "news-why" })))
}

/// The mail that says that a consultation is open.
fn opened(node: &Node, here: &Address, language: Language, on: &Consultation, forum: &Forum) -> Letter {
    let t = Words::new(language, node.zone());
    Letter::new(node, here, language, t.with("news-opened-subject", "title", text::cut(&on.title, TITLE)))
        .says(t.with2("news-opened-body", "title", &on.title, "forum", &forum.title))
        .leads(t.say("news-opened-link"), here.consultation(&on.slug))
}

/// The mail that will say that a consultation is open, to who follows its forum, in the language of who asks.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn announcement(visitor: &Visitor, on: &Consultation, forum: &Forum) -> Result<mail::Letter> {
    let t = &visitor.words;
    let letter = match forum.visibility {
        Visibility::Private => discreet_in(&visitor.node, &visitor.here, t.language),
        _ => opened(&visitor.node, &visitor.here, t.language, on, forum).ends(t.say("news-why")),
    };
    letter.written()
}

fn quote(reply: &Comment, language: &str) -> Quote {
    let language = reply.language.clone().unwrap_or_else(|| language.to_owned());
    Quote { text: text::cut(&reply.markdown, QUOTED), language }
}

/// One mail with all that no mail has told yet; none if there is nothing.
async fn digest(app: &App, id: Id<Account>) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let now = app.now();
    let Some(wants) = preference::take_digest(&mut tx, now, id).await? else { return Ok(()) };
    let account = account::by_id(&mut tx, id).await?;
    let waiting = notice::take_unmailed(&mut tx, now, id).await?;
    let desk = Desk::of(&mut tx, app).await?;
    let t = desk.words(&account);
    let (mut items, mut private) = (Vec::new(), false);
    for it in &waiting {
        match item(&mut tx, &desk, &t, &account, it).await {
            Ok(Some(item)) => items.push(item),
            Ok(None) => private = true,
            // What it is about is no longer for this account.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let in_order = account.disabled_at.is_none() && account.confirmed_at.is_some();
    if let Some(to) = account.email.as_deref().filter(|_| in_order && (private || !items.is_empty())) {
        let mut letter = desk.letter(&account, t.with(&format!("digest-{}", wants.rhythm), "site", &desk.node.name));
        if !items.is_empty() {
            letter = letter.says(t.count("digest-body", items.len()));
        }
        if private {
            letter = letter.says(t.say("news-private-body"));
        }
        let letter = letter
            .lists(items)
            .leads(t.say("digest-link"), desk.here.path("me/notifications"))
            .ends(t.say("digest-why"))
            .stoppable(&desk.here, &wants, Matter::News);
        mail::post(&mut tx, now, to, letter.written()?).await?;
    }
    tx.commit().await
}

/// A line of a digest; `None` for something of a private forum.
async fn item(tx: &mut Tx, desk: &Desk, t: &Words, account: &Account, it: &Notice) -> Result<Option<Item>> {
    let (view, _) = notice::about(tx, account, it).await?;
    if view.forum.visibility == Visibility::Private {
        return Ok(None);
    }
    let on = view.consultation;
    let path = if it.kind == Kind::Outcome { format!("c/{}/outcome", on.slug) } else { format!("c/{}", on.slug) };
    Ok(Some(Item {
        words: t.say(&format!("notice-{}", it.kind)),
        href: desk.here.path(&path),
        title: on.title,
        language: on.language,
    }))
}

/// The receipt of a ballot: that it is there and how it is found again, never what was chosen.
///
/// # Errors
/// When the database fails.
pub(crate) async fn receipt(tx: &mut Tx, app: &App, account: &Account, view: &View, ballot: &Ballot) -> Result<()> {
    let Some(to) = account.email.as_deref() else { return Ok(()) };
    let now = app.now();
    let desk = Desk::of(tx, app).await?;
    let wants = preference::ensure(tx, now, account.id).await?;
    let t = desk.words(account);
    let private = view.forum.visibility == Visibility::Private;
    let (subject, body) = match private {
        true => (t.say("receipt-private-subject"), t.say("receipt-private-body")),
        false => {
            let title = text::cut(&view.consultation.title, TITLE);
            let body = t.with("receipt-body", "title", &view.consultation.title);
            (t.with("receipt-subject", "title", title), body)
        }
    };
    let letter = desk
        .letter(account, subject)
        .says(body)
        .says(t.with2("receipt-facts", "date", t.moment(ballot.changed_at.timestamp()), "id", ballot.id))
        .leads(t.say("receipt-link"), desk.here.path("me/votes"))
        .ends(t.say("receipt-why"))
        .stoppable(&desk.here, &wants, Matter::Receipts);
    mail::post(tx, now, to, letter.written()?).await.map(drop)
}

/// The same, if the voter wants one of each.
///
/// # Errors
/// When the database fails.
pub(crate) async fn receipt_if_wanted(app: &App, account: &Account, view: &View) -> Result<()> {
    if !preference::of(&mut app.store.conn().await?, account.id).await?.receipts {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    if let Some(ballot) = ballot::standing(&mut tx, view.consultation.id, account.actor_id).await? {
        receipt(&mut tx, app, account, view, &ballot).await?;
    }
    tx.commit().await
}

/// The same, for a ballot that came by the API.
///
/// # Errors
/// When the database fails.
pub(crate) async fn receipt_of_call(app: &App, account: &Account, slug: &str) -> Result<()> {
    let mut conn = app.store.conn().await?;
    if !preference::of(&mut conn, account.id).await?.receipts {
        return Ok(());
    }
    let view = consultation::view(&mut conn, slug, Some(account)).await?;
    drop(conn);
    receipt_if_wanted(app, account, &view).await
}

/// The mail as it goes out: one of plain text, as moderation writes, gets its form as HTML, in the language of whose address
/// it is.
///
/// # Errors
/// When the database fails.
pub async fn dressed(app: &App, mail: Mail) -> Result<Mail> {
    if mail.html.is_some() {
        return Ok(mail);
    }
    let mut tx = app.store.begin().await?;
    let desk = Desk::of(&mut tx, app).await?;
    let language = match account::by_email(&mut tx, &mail.recipient).await? {
        Some(account) => desk.language(&account),
        None => Language::from_tag(&desk.node.language).unwrap_or(Language::En),
    };
    let html = Letter::of_plain(&desk.node, &desk.here, language, &mail.subject, &mail.body).html()?;
    mail::dress(&mut tx, mail.id, &html).await?;
    tx.commit().await?;
    Ok(Mail { html: Some(html), ..mail })
}
