//! The debate.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::comment::order::{self, Filter, Level, Mark, Order, Selection};
use model::debate::comment::{self, Comment, Draft, Stance, State as Shownness};
use model::debate::consultation::{self, View};
use model::error::{Error, Result};
use model::id::Id;
use model::people::account::Account;
use model::people::actor::{self, Actor};
use model::people::portrait;
use model::people::role::Act;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{self, Call};
use super::face::Caller;
use super::list::{self, Asked, List};
use super::shape::{self, Person};
use super::{elsewhere, here};
use crate::app::App;
use crate::error::Failure;

/// The names of the pictures of authors.
type Faces = HashMap<Id<Actor>, String>;

/// A comment. One that is hidden or deleted is a tombstone, since replies hang on it.
#[derive(Serialize, ToSchema)]
#[schema(as = Comment)]
pub(super) struct Said {
    /// Its key.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Comment>,
    /// Its address, at its origin.
    uri: String,
    /// Who wrote it; null on a tombstone.
    author: Option<Person>,
    /// As written, in Markdown.
    text: String,
    /// As shown.
    html: String,
    /// Its language (BCP 47).
    language: Option<String>,
    /// What it argues.
    #[schema(value_type = Option<shape::Stance>)]
    stance: Option<Stance>,
    /// The comment that it replies to.
    #[schema(value_type = Option<String>, format = Uuid)]
    parent: Option<Id<Comment>>,
    /// The anchor of the article of the text to which it refers.
    article: Option<String>,
    /// Whether it is an official answer.
    official: bool,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    published: Instant,
    /// When it was last edited.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated: Option<Instant>,
    /// How many agree.
    agrees: i32,
    /// How many disagree.
    disagrees: i32,
    /// How many pass.
    passes: i32,
    /// How many replies to it are shown, not counting replies to those.
    replies: i32,
    /// Whether it is shown.
    #[schema(value_type = shape::CommentState)]
    state: Shownness,
    /// Why a moderator hid it.
    reason: Option<String>,
}

impl Said {
    /// As somebody sees it who moderates, or not.
    fn of(view: &View, comment: Comment, author: &Actor, faces: &Faces, here: &Address) -> Self {
        let moderates = view.standing.may(Act::Moderate, Some(&view.forum)).is_ok();
        let shown = comment.state == Shownness::Visible || (moderates && comment.state == Shownness::Hidden);
        let words = |text: String| if shown { text } else { String::new() };
        let uri = comment.uri.unwrap_or_else(|| here.comment(&view.consultation.slug, comment.id));
        Self {
            id: comment.id,
            uri,
            author: shown.then(|| Person::of(author, here).pictured(faces.get(&author.id), here)),
            text: words(comment.markdown),
            html: words(comment.html),
            language: comment.language,
            stance: comment.stance,
            parent: comment.parent_id,
            article: comment.article,
            official: comment.official,
            published: comment.published_at,
            updated: comment.updated_at,
            agrees: comment.agrees,
            disagrees: comment.disagrees,
            passes: comment.passes,
            replies: comment.replies,
            state: comment.state,
            reason: comment.reason,
        }
    }

    /// As it was just written, with its author: one that waits to be read is nowhere to be read again.
    async fn written(conn: &mut Conn, view: &View, comment: Comment, here: &Address) -> Result<Self> {
        if comment.state != Shownness::Held {
            return Self::again(conn, view, comment.id, here).await;
        }
        let author = actor::by_id(conn, comment.actor_id).await?;
        Ok(Self::of(view, comment, &author, &Faces::new(), here))
    }

    /// Read again, with its author.
    pub(super) async fn again(conn: &mut Conn, view: &View, id: Id<Comment>, here: &Address) -> Result<Self> {
        let comment = comment::by_id(conn, id).await?;
        let author = actor::by_id(conn, comment.actor_id).await?;
        let faces = portrait::names(conn, &[author.id]).await?;
        Ok(Self::of(view, comment, &author, &faces, here))
    }
}

/// A comment to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewComment {
    /// In Markdown.
    text: String,
    /// What it argues.
    #[schema(value_type = Option<shape::Stance>)]
    stance: Option<Stance>,
    /// The comment that it replies to.
    #[schema(value_type = Option<String>, format = Uuid)]
    parent: Option<Id<Comment>>,
    /// The anchor of the article of the text to which it refers: `a1`.
    article: Option<String>,
    /// Its language (BCP 47); the consultation's by default.
    language: Option<String>,
    /// Whether it is an official answer, in the name of the forum's official account: authors alone may.
    #[serde(default)]
    official: bool,
}

/// A comment's new words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentChange {
    /// In Markdown.
    text: String,
}

/// Why a comment goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Removal {
    /// Required of moderators: the author reads it.
    reason: Option<String>,
}

/// The comment with this key and its consultation, as an account may see them. A deleted one is nothing to act on.
pub(super) async fn find(conn: &mut Conn, id: &str, account: &Account) -> Result<(Comment, View)> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let comment = comment::by_id(conn, id).await?;
    let on = consultation::by_id(conn, comment.consultation_id).await?;
    let view = consultation::view(conn, &on.slug, Some(account)).await?;
    if comment.state == Shownness::Deleted {
        return Err(Error::NotFound);
    }
    Ok((comment, view))
}

/// Which comments to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// In which order; the earliest first by default. By agreement, and by how far they divide: lower bounds of Wilson's
    /// score interval. Unanswered: those without a reply alone, the earliest first.
    #[param(inline, value_type = Option<shape::CommentOrder>)]
    sort: Option<Order>,
    /// These alone.
    #[param(inline, value_type = Option<shape::CommentFilter>)]
    filter: Option<Filter>,
    /// Replies to the comment with this key; `none`: those on the consultation itself.
    parent: Option<String>,
    /// Those that refer to the article with this anchor.
    article: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many items, at most 100; 50 by default.
    limit: Option<u16>,
}

impl Sought {
    fn selection(&self) -> Result<Selection, Failure> {
        let level = match self.parent.as_deref() {
            None => Level::All,
            Some("none") => Level::Top,
            Some(id) => {
                Level::Under(id.parse().map_err(|_| Failure::Malformed("parent: no key of a comment.".into()))?)
            }
        };
        let order = self.sort.unwrap_or(Order::Oldest);
        Ok(Selection { order, level, filter: self.filter, article: self.article.clone() })
    }
}

/// List the comments on a consultation
#[utoipa::path(
    get, path = "/consultations/{slug}/comments", tag = "comments", params(Sought),
    responses((status = 200, body = List<Said>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
    Asked(sought): Asked<Sought>,
) -> Result<Response, Failure> {
    let which = sought.selection()?;
    let after = list::marked(which.order.as_str(), sought.cursor.as_deref())?.map(|(key, id)| Mark { key, id });
    let limit = list::limit(sought.limit);
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let view = consultation::view(&mut conn, &slug, account.as_ref()).await?;
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut page = order::page(&mut conn, view.consultation.id, &which, after, one_more).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().filter(|_| more).map(|(last, _)| Mark::of(last, which.order));
    let next = last.map(|Mark { key, id }| list::mark(which.order.as_str(), key, id));
    let authors: Vec<_> = page.iter().map(|(_, author)| author.id).collect();
    let faces = portrait::names(&mut conn, &authors).await?;
    let items = page.into_iter().map(|(comment, author)| Said::of(&view, comment, &author, &faces, &here)).collect();
    call::json(&List { items, next })
}

/// Write a comment
#[utoipa::path(
    post, path = "/consultations/{slug}/comments", tag = "comments", request_body = NewComment,
    responses((status = 201, body = Said)), security(("token" = []))
)]
pub(super) async fn post(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewComment>,
) -> Result<Response, Failure> {
    app.limits.comment(call.account.id, call.from)?;
    let (mut doing, new) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let NewComment { text, stance, parent, article, language, official } = new;
    let draft = Draft { text, stance, parent, language, article };
    let (tx, View { consultation: on, forum, standing }) = (&mut doing.tx, &view);
    let comment = match official {
        true => comment::answer(tx, doing.now, forum, on, standing, &draft).await?,
        false => comment::post(tx, doing.now, forum, on, standing, &draft).await?,
    };
    let here = here(&app, &mut doing.tx).await?;
    let said = Said::written(&mut doing.tx, &view, comment, &here).await?;
    let answer = doing.created(&said).await?;
    app.pages.forget(&slug);
    Ok(answer)
}

/// Change one's own comment
#[utoipa::path(
    patch, path = "/comments/{id}", tag = "comments", request_body = CommentChange,
    responses((status = 200, body = Said)), security(("token" = []))
)]
pub(super) async fn edit(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<CommentChange>,
) -> Result<Response, Failure> {
    app.limits.comment(call.account.id, call.from)?;
    let (mut doing, change) = call.begin(&app).await?;
    let (comment, view) = match find(&mut doing.tx, &id, &doing.account).await {
        Err(Error::NotFound) => return elsewhere::edit(&app, doing, &id, &change.text).await,
        found => found?,
    };
    let on = &view.consultation;
    comment::edit(&mut doing.tx, doing.now, &view.forum, on, &view.standing, &comment, &change.text).await?;
    let here = here(&app, &mut doing.tx).await?;
    let said = Said::again(&mut doing.tx, &view, comment.id, &here).await?;
    let answer = doing.changed(&said).await?;
    app.pages.forget(&on.slug);
    Ok(answer)
}

/// Delete one's own comment, or hide somebody's as a moderator
#[utoipa::path(
    delete, path = "/comments/{id}", tag = "comments", request_body = Removal,
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Removal>,
) -> Result<Response, Failure> {
    let (mut doing, removal) = call.begin(&app).await?;
    let (comment, view) = match find(&mut doing.tx, &id, &doing.account).await {
        Err(Error::NotFound) => return elsewhere::delete(&app, doing, &id).await,
        found => found?,
    };
    let reason = removal.reason.as_deref();
    comment::delete(&mut doing.tx, doing.now, &view.forum, &view.standing, &comment, reason).await?;
    let answer = doing.deleted().await?;
    app.pages.forget(&view.consultation.slug);
    Ok(answer)
}
