//! `/c/{slug}`: a consultation with its ballot, results and debate.

use model::error::{Error, Result};
use model::debate::consultation;
use model::store::Conn;
use url::Url;


/// The choice that waits in the address of a consultation, in words: what the sign-in page shows.
pub(super) async fn kept_choice(conn: &mut Conn, next: &str) -> Result<Option<String>> {
    let Some(url) = Url::parse("http://here.invalid/").ok().and_then(|here| here.join(next).ok()) else { return Ok(None) };
    let Some(slug) = url.path().strip_prefix("/c/") else { return Ok(None) };
    let chosen: Vec<String> = url.query_pairs().filter(|(name, _)| name == "choice").map(|(_, id)| id.into_owned()).collect();
    if chosen.is_empty() {
        return Ok(None);
    }

    let on = match consultation::view(conn, slug, None).await {
        Ok(view) => view.consultation,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let choices = on.method.0.choices(&on.language).into_iter().filter(|choice| chosen.contains(&choice.id));
    let labels: Vec<String> = choices.map(|choice| choice.label).collect();
    Ok((!labels.is_empty()).then(|| labels.join(", ")))
}
