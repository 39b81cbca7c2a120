//! What belongs to one account: what it follows, what it was told, its mails, its data, and leaving.

use axum::extract::{Path, State};
use axum::response::Response;
use model::care::notice::{self, Kind, Notice};
use model::care::preference::{self, Rhythm, Wanted};
use model::care::subscription::{self, Subject};
use model::clock::Instant;
use model::data::personal;
use model::debate::consultation::{self, State as Stage};
use model::debate::forum;
use model::error::{Error, Refusal};
use model::id::Id;
use model::people::departure::{self, Fate};
use model::people::role::Standing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::forum::Paging;
use super::list::{self, Asked, List};
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// Something that an account was told.
#[derive(Serialize, ToSchema)]
struct Notification {
    /// Its key.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Notice>,
    /// What.
    #[schema(value_type = shape::Told)]
    kind: Kind,
    /// The consultation's slug.
    consultation: String,
    /// Its title.
    title: String,
    /// Where it is read.
    url: String,
    /// When it was told.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Whether it was marked as read.
    read: bool,
}

/// List what one was told, the latest first
#[utoipa::path(
    get, path = "/me/notifications", tag = "me", params(Paging),
    responses((status = 200, body = List<Notification>)), security(("token" = []))
)]
pub(super) async fn notifications(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let limit = list::limit(asked.limit);
    let after = list::place(asked.cursor.as_deref())?;
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut page = notice::page(&mut conn, &account, after, one_more).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| list::cursor(last.created_at, last.id));
    let mut items = Vec::new();
    for it in page {
        let (view, comment) = match notice::about(&mut conn, &account, &it).await {
            Err(Error::NotFound) => continue,
            found => found?,
        };
        let on = view.consultation;
        let url = comment.map_or_else(|| here.consultation(&on.slug), |said| here.comment(&on.slug, said.id));
        let Notice { id, kind, created_at: at, read_at, .. } = it;
        items.push(Notification { id, kind, consultation: on.slug, title: on.title, url, at, read: read_at.is_some() });
    }
    call::json(&List { items, next })
}

/// Mark all that one was told as read
#[utoipa::path(
    post, path = "/me/notifications/read", tag = "me", responses((status = 204)), security(("token" = []))
)]
pub(super) async fn read_notifications(State(app): State<App>, call: Call<Empty>) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    notice::read_all(&mut doing.tx, doing.now, doing.account.id).await?;
    doing.deleted().await
}

/// Something that an account follows.
#[derive(Serialize, ToSchema)]
struct FollowedHere {
    /// Its address.
    uri: String,
    /// The slug of the forum, or of the consultation's.
    forum: String,
    /// The slug of the consultation, if one is followed.
    consultation: Option<String>,
    /// Its title.
    title: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Instant,
}

/// List what one follows on this node, the latest first
#[utoipa::path(
    get, path = "/me/follows", tag = "me",
    responses((status = 200, body = List<FollowedHere>)), security(("token" = []))
)]
pub(super) async fn follows(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let followed = subscription::of_account(&mut conn, &account).await?;
    let one = |it: subscription::Followed| {
        let (uri, title) = match &it.consultation {
            Some(on) => (here.consultation(&on.slug), on.title.clone()),
            None => (here.forum(&it.forum.slug), it.forum.title.clone()),
        };
        let consultation = it.consultation.map(|on| on.slug);
        FollowedHere { uri, forum: it.forum.slug, consultation, title, since: it.since }
    };
    call::json(&List { items: followed.into_iter().map(one).collect(), next: None })
}

/// Follow a forum of this node: its news come by mail, as one wants them
#[utoipa::path(
    put, path = "/forums/{slug}/follow", tag = "forums", responses((status = 204)), security(("token" = []))
)]
pub(super) async fn follow_forum(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    turn(&app, call, What::Forum(slug), true).await
}

/// Stop following a forum
#[utoipa::path(
    delete, path = "/forums/{slug}/follow", tag = "forums", responses((status = 204)), security(("token" = []))
)]
pub(super) async fn stop_forum(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    turn(&app, call, What::Forum(slug), false).await
}

/// Follow a consultation: that it closes soon and what became of it come by mail
#[utoipa::path(
    put, path = "/consultations/{slug}/follow", tag = "consultations",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn follow_consultation(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    turn(&app, call, What::Consultation(slug), true).await
}

/// Stop following a consultation
#[utoipa::path(
    delete, path = "/consultations/{slug}/follow", tag = "consultations",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn stop_consultation(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    turn(&app, call, What::Consultation(slug), false).await
}

/// What is to be followed, by its slug.
enum What {
    Forum(String),
    Consultation(String),
}

async fn turn(app: &App, call: Call<Empty>, what: What, follow: bool) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(app).await?;
    let account = Some(&doing.account);
    let subject = match what {
        What::Forum(slug) => Subject::Forum(forum::view(&mut doing.tx, &slug, account).await?.0.id),
        What::Consultation(slug) => {
            let on = consultation::view(&mut doing.tx, &slug, account).await?.consultation;
            if on.state == Stage::Draft {
                return Err(Refusal::NotPublished.into());
            }
            Subject::Consultation(on.id)
        }
    };
    if follow {
        let by = Standing { account: Some(doing.account.clone()), member: None };
        subscription::follow(&mut doing.tx, doing.now, &by, subject).await?;
    } else if !subscription::stop(&mut doing.tx, doing.account.id, subject).await? {
        return Err(Failure::NotFound);
    }
    doing.deleted().await
}

/// Which mails one gets.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MailWishes {
    /// How often the news of what one follows come.
    #[schema(value_type = shape::Rhythm)]
    news: Rhythm,
    /// Whether replies to one's comments come, at once.
    replies: bool,
    /// Whether a receipt of each ballot cast on the pages comes.
    receipts: bool,
}

impl From<Wanted> for MailWishes {
    fn from(it: Wanted) -> Self {
        Self { news: it.rhythm, replies: it.replies, receipts: it.receipts }
    }
}

/// Read which mails one gets
#[utoipa::path(get, path = "/me/mail", tag = "me", responses((status = 200, body = MailWishes)), security(("token" = [])))]
pub(super) async fn mail(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    call::json(&MailWishes::from(preference::of(&mut app.store.conn().await?, account.id).await?))
}

/// Choose which mails one gets
#[utoipa::path(
    put, path = "/me/mail", tag = "me", request_body = MailWishes,
    responses((status = 200, body = MailWishes)), security(("token" = []))
)]
pub(super) async fn set_mail(State(app): State<App>, call: Call<MailWishes>) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    let wanted = Wanted { rhythm: body.news, replies: body.replies, receipts: body.receipts };
    preference::set(&mut doing.tx, doing.now, doing.account.id, wanted).await?;
    doing.changed(&MailWishes::from(wanted)).await
}

/// All that the node holds of one, as one document
#[utoipa::path(
    get, path = "/me/export", tag = "me",
    responses((status = 200, body = serde_json::Value)), security(("token" = []))
)]
pub(super) async fn export(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    call::json(&personal::export(&mut conn, app.now(), &here, &account).await?)
}

/// How one leaves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Leaving {
    /// What becomes of one's comments here; on other servers they go with the account, as far as those heed it.
    #[schema(value_type = shape::Fate)]
    comments: Fate,
}

/// Leave for good
///
/// Ballots keep counting; the name is never given again.
#[utoipa::path(
    delete, path = "/me", tag = "me", request_body = Leaving, responses((status = 204)), security(("token" = []))
)]
pub(super) async fn leave(State(app): State<App>, call: Call<Leaving>) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    departure::leave(&mut doing.tx, doing.now, &doing.account, body.comments).await?;
    doing.deleted().await
}
