//! The institution's colours and fonts as a style sheet of their own, after the common one: a page holds no style, so its
//! address changes with what it says, and a browser keeps each for ever.
//!
//! [`theme`] is what a page asks for. Who changes the theme asks [`model::care::theme`], which refuses what cannot be read.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use model::care::theme::{self as looks, Colours, Font, Theme};

use crate::app::App;
use crate::assets;
use crate::error::Failure;

/// What the address of a style sheet, of a mark, begins with.
const STYLE: &str = "theme.";
const LOGO: &str = "logo.";

/// How the pages of a node look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// The style sheet to read after the common one; none for a node that looks as the program comes.
    pub(crate) style: Option<String>,
    /// The mark.
    pub(crate) logo: Option<String>,
    /// The line under the name, if it has one of its own.
    pub(crate) tagline: Option<String>,
    /// The colour of the head of each page: what a phone shows around it.
    pub(crate) brand: String,
}

/// How a page is to look by a theme.
pub(crate) fn theme(theme: &Theme) -> Look {
    let own = theme.colours != Colours::default() || theme.font != Font::System;
    Look {
        style: own.then(|| assets::address(STYLE, style(theme).as_bytes(), "css")),
        logo: theme.logo.as_ref().map(|name| format!("{}{LOGO}{name}", assets::FOLDER)),
        tagline: (!theme.tagline.is_empty()).then(|| theme.tagline.clone()),
        brand: theme.colours.brand.to_string(),
    }
}

/// The style sheet of a theme: the four colours, those of a dark page, the fonts. Colours and words of ours alone: nothing
/// that somebody typed is in it.
fn style(theme: &Theme) -> String {
    let (light, dark) = (declared(&theme.colours), declared(&theme.colours.dark()));
    let mut css = format!(
        "@media screen{{:root{{{light}}}:root[data-theme=dark]{{{dark}}}}}\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
    );
    if let Some(stack) = stack(theme.font) {
        // Writing to a string cannot fail.
        let _ = write!(css, ":root{{--sans:{stack}}}");
    }
    css
}

fn declared(colours: &Colours) -> String {
    let Colours { brand, on_brand, link, brand_soft } = colours;
    format!("--brand:{brand};--on-brand:{on_brand};--link:{link};--brand-soft:{brand_soft}")
}

fn stack(font: Font) -> Option<&'static str> {
    match font {
        Font::System => None,
        Font::Humanist => Some("Seravek,\"Gill Sans Nova\",Ubuntu,Calibri,\"DejaVu Sans\",\"Noto Sans\",sans-serif"),
        Font::Serif => Some("Charter,\"Bitstream Charter\",\"Sitka Text\",Cambria,\"Noto Serif\",Georgia,serif"),
    }
}

/// A file of the theme, `theme.HASH.css` or `logo.HASH.png`; `None` for any other. An address of an earlier theme gives the
/// present one, not to be kept: a page that a browser still holds is not left bare.
pub(crate) async fn file(State(app): State<App>, name: &str) -> Result<Option<Response>, Failure> {
    if let Some(name) = name.strip_prefix(LOGO) {
        let (format, octets) = looks::logo(&mut app.store.conn().await?, name).await?;
        let headers = [(header::CONTENT_TYPE, format.media_type()), (header::CACHE_CONTROL, assets::FOR_EVER)];
        return Ok(Some((headers, octets).into_response()));
    }
    if !name.starts_with(STYLE) {
        return Ok(None);
    }
    let css = style(&looks::of(&mut app.store.conn().await?).await?);
    let current = assets::address(STYLE, css.as_bytes(), "css").ends_with(name);
    let cache = if current { assets::FOR_EVER } else { "no-cache" };
    Ok(Some(([(header::CONTENT_TYPE, assets::CSS), (header::CACHE_CONTROL, cache)], css).into_response()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_as_it_comes_needs_no_second_style_sheet_and_another_theme_has_another_address() {
        assert_eq!(theme(&Theme::default()), Look { brand: "#1e3563".into(), ..Look::default() });
        let with = |brand: &str| {
            let colours = Colours::from_one(brand.parse().expect("a colour"));
            theme(&Theme { colours, ..Theme::default() }).style.expect("a style sheet")
        };
        assert_ne!(with("#204a20"), with("#204a21"));
        let serif = Theme { font: Font::Serif, ..Theme::default() };
        assert!(style(&serif).contains("--sans:Charter") && theme(&serif).style.is_some());
    }
}
