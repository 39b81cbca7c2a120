//! How an institution's node looks: four colours, one of three stacks of fonts, its mark, what is said when a page is shared.
//!
//! The colours are checked: a pair of text and ground under [`LEAST`] is never kept ([`set`] refuses it), and
//! [`Colours::corrected`] gives the nearest that can be read, to propose instead. Those of a dark page are computed.

mod colour;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::{audit, settings};
use crate::clock::Instant;
use crate::data::media::{self, File, Format};
use crate::debate::text;
use crate::error::{Check, Error, Result};
use crate::people::role::{Act, Standing};
use crate::store::schema::logos;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

pub use colour::{BLACK, Colour, LEAST, NotAColour, WHITE};

/// Under which key of the settings it is kept.
pub(super) const KEY: &str = "theme";
/// The longest line under the name, in characters.
pub const TAGLINE_LONGEST: usize = 80;
/// The longest text proposed when a page is shared, in characters.
pub const SHARING_LONGEST: usize = 200;

/// The text, the text of less weight (dates, hints) and the ground of a light page and of a dark one: every institution's.
const INK: Colour = Colour([0x16, 0x21, 0x2c]);
const FAINT: Colour = Colour([0x4b, 0x58, 0x64]);
const DARK_INK: Colour = Colour([0xee, 0xf2, 0xf5]);
const DARK_FAINT: Colour = Colour([0xb0, 0xbc, 0xc7]);
const DARK_PAPER: Colour = Colour([0x12, 0x18, 0x1f]);
/// What is computed is read more easily than it must be (WCAG 2.2, 1.4.6, level AAA).
const EASY: f64 = 7.0;

words! {
    /// A stack of fonts that computers have already: none is fetched.
    pub enum Font {
        /// The system's own, without serifs.
        System = "system",
        /// Rounder letters, without serifs.
        Humanist = "humanist",
        /// With serifs.
        Serif = "serif",
    }
}

/// The four colours that an institution chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// The head of each page.
    pub brand: Colour,
    /// The words on it.
    pub on_brand: Colour,
    /// Links, and the ground of the button that acts.
    pub link: Colour,
    /// The ground of notes.
    pub brand_soft: Colour,
}

impl Default for Colours {
    fn default() -> Self {
        Self {
            brand: Colour([0x1e, 0x35, 0x63]),
            on_brand: WHITE,
            link: Colour([0x1d, 0x44, 0x87]),
            brand_soft: Colour([0xe9, 0xee, 0xf8]),
        }
    }
}

/// A text on a ground, and how well it is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The field of [`Colours`] that would be changed to mend it.
    pub field: &'static str,
    /// The text.
    pub text: Colour,
    /// What it stands on.
    pub ground: Colour,
    /// Their contrast, from 1 to 21.
    pub contrast: f64,
}

impl Pair {
    fn of(field: &'static str, text: Colour, ground: Colour) -> Self {
        Self { field, text, ground, contrast: text.contrast(ground) }
    }

    /// Whether it may be shown.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.contrast >= LEAST
    }
}

impl Colours {
    /// All four from one: what is asked for at the first run.
    #[must_use]
    pub fn from_one(brand: Colour) -> Self {
        Self { brand, on_brand: WHITE, link: brand, brand_soft: brand.towards(WHITE, 0.9) }.corrected()
    }

    /// Every text on every ground that these colours make.
    #[must_use]
    pub fn pairs(&self) -> [Pair; 5] {
        [
            Pair::of("on_brand", self.on_brand, self.brand),
            Pair::of("link", self.link, WHITE),
            Pair::of("link", self.link, self.brand_soft),
            Pair::of("brand_soft", INK, self.brand_soft),
            Pair::of("brand_soft", FAINT, self.brand_soft),
        ]
    }

    /// The nearest colours of which every pair can be read.
    #[must_use]
    pub fn corrected(&self) -> Self {
        let end = if WHITE.contrast(self.brand) >= BLACK.contrast(self.brand) { WHITE } else { BLACK };
        let on_brand = self.on_brand.until(end, |it| it.contrast(self.brand) >= LEAST);
        let brand_soft = self.brand_soft.until(WHITE, |it| it.contrast(INK) >= EASY && it.contrast(FAINT) >= LEAST);
        let fine = |it: Colour| it.contrast(WHITE) >= LEAST && it.contrast(brand_soft) >= LEAST;
        Self { brand: self.brand, on_brand, link: self.link.until(BLACK, fine), brand_soft }
    }

    /// The same on a dark page.
    #[must_use]
    pub fn dark(&self) -> Self {
        let brand = self.brand.towards(DARK_PAPER, 0.25).until(BLACK, |it| it.contrast(WHITE) >= EASY);
        let read = |it: Colour| it.contrast(DARK_INK) >= EASY && it.contrast(DARK_FAINT) >= LEAST;
        let brand_soft = self.brand.towards(DARK_PAPER, 0.7).until(DARK_PAPER, read);
        let fine = |it: Colour| it.contrast(DARK_PAPER) >= EASY && it.contrast(brand_soft) >= LEAST;
        Self { brand, on_brand: WHITE, link: self.link.until(WHITE, fine), brand_soft }
    }
}

/// How the node looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Theme {
    /// The identity colours.
    pub colours: Colours,
    /// The fonts of the interface; the debated text keeps its own.
    pub font: Font,
    /// The line under the name; empty: the catalogue's.
    pub tagline: String,
    /// What is proposed when a page is shared; empty: the page's title alone.
    pub sharing: String,
    /// The mark, `HASH.png`; none: a coat of arms of nobody's.
    pub logo: Option<String>,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            colours: Colours::default(),
            font: Font::System,
            tagline: String::new(),
            sharing: String::new(),
            logo: None,
        }
    }
}

/// What becomes of the mark.
#[derive(Debug, Clone, Copy)]
pub enum Logo<'a> {
    /// It stays.
    Keep,
    /// There is none any more.
    Remove,
    /// This one ([`File::logo`]) takes its place.
    Replace(&'a File),
}

/// The theme; the program's own until the institution sets one.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn) -> Result<Theme> {
    Ok(settings::get(conn, KEY).await?.unwrap_or_default())
}

/// Sets how the node looks. Of `wanted` the mark is not looked at: `logo` says what becomes of it.
///
/// # Errors
/// When `by` may not, or a pair of colours cannot be read: the error stands at the field that mends it.
pub async fn set(tx: &mut Tx, now: Instant, by: &Standing, wanted: &Theme, logo: Logo<'_>) -> Result<Theme> {
    by.may(Act::Administer, None)?;
    check(&wanted.colours)?;
    let kept = match logo {
        Logo::Keep => of(tx).await?.logo,
        Logo::Remove => replace(tx, None).await?,
        Logo::Replace(file) => replace(tx, Some(file)).await?,
    };
    let theme = Theme {
        tagline: text::line(&wanted.tagline, TAGLINE_LONGEST),
        sharing: text::line(&wanted.sharing, SHARING_LONGEST),
        logo: kept,
        ..wanted.clone()
    };
    settings::put(tx, KEY, &theme).await?;
    audit::note(tx, now, by.account.as_ref(), "node.theme", &theme.colours.brand.to_string(), None).await?;
    Ok(theme)
}

fn check(colours: &Colours) -> Result<()> {
    let readable = |field: &str| colours.pairs().iter().filter(|pair| pair.field == field).all(Pair::is_readable);
    let (head, links, notes) = (readable("on_brand"), readable("link"), readable("brand_soft"));
    let mut check = Check::default();
    check.that(head, "on_brand", "contrast", "The words on the head of the page cannot be read.");
    check.that(links, "link", "contrast", "Links cannot be read.");
    check.that(notes, "brand_soft", "contrast", "The words of a note cannot be read.");
    check.done()
}

async fn replace(tx: &mut Tx, file: Option<&File>) -> Result<Option<String>> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(logos::table).execute(c).await)?;
    let Some(file) = file else { return Ok(None) };
    let row = (logos::hash.eq(&file.hash), logos::format.eq(file.format), logos::octets.eq(&file.octets));
    on!(conn, |c| diesel::insert_into(logos::table).values(row).execute(c).await)?;
    Ok(Some(file.name()))
}

/// The mark of that name: what it is, and its octets.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn logo(conn: &mut Conn, name: &str) -> Result<(Format, Vec<u8>)> {
    let (hash, extension) = name.split_once('.').ok_or(Error::NotFound)?;
    let found: (Format, Vec<u8>) =
        on!(conn, |c| logos::table.find(hash).select((logos::format, logos::octets)).first(c).await)?;
    if found.0.extension() == extension && name == media::name(hash, found.0) {
        Ok(found)
    } else {
        Err(Error::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn whatever_is_chosen_can_be_read_once_corrected_and_in_the_dark() {
        for n in 0..4096_u32 {
            let part = |shift: u32| ((n >> shift) & 15) as u8 * 17;
            let one = Colour([part(8), part(4), part(0)]);
            let odd = Colour([part(0), part(8), part(4)]);
            for colours in
                [Colours::from_one(one), Colours { brand: one, on_brand: odd, link: odd, brand_soft: one }.corrected()]
            {
                assert!(colours.pairs().iter().all(Pair::is_readable), "{colours:?}");
                let dark = colours.dark();
                assert!(dark.on_brand.contrast(dark.brand) >= LEAST, "{dark:?}");
                assert!(
                    dark.link.contrast(DARK_PAPER) >= LEAST && dark.link.contrast(dark.brand_soft) >= LEAST,
                    "{dark:?}"
                );
                for text in [DARK_INK, DARK_FAINT] {
                    assert!(text.contrast(dark.brand_soft) >= LEAST, "{dark:?}");
                }
            }
        }
        let fine = Colours::default();
        assert_eq!(fine.corrected(), fine, "what can be read stays as it was chosen");
    }

    crate::both_databases! {
        async fn a_theme_is_the_administrators_and_none_is_kept_that_cannot_be_read(world: World) {
            let admin = Standing { account: Some(world.admin.clone()), member: None };
            let citizen = Standing { account: Some(world.account("ana").await), member: None };
            let yellow: Colour = "#ffe600".parse().expect("a colour");
            let faint = Theme { colours: Colours { brand: yellow, ..Colours::default() }, ..Theme::default() };
            let mut tx = world.store.begin().await.expect("a transaction");
            let refused = set(&mut tx, world.clock.now(), &admin, &faint, Logo::Keep).await;
            assert!(matches!(&refused, Err(Error::Refused(crate::error::Refusal::Invalid(fields))) if fields[0].field == "on_brand"));
            let mended = Theme { colours: faint.colours.corrected(), tagline: "  La parole\naux habitants ".into(), ..faint };
            assert!(set(&mut tx, world.clock.now(), &citizen, &mended, Logo::Keep).await.is_err());
            let mark = File::logo(&png()).expect("a picture");
            let kept = set(&mut tx, world.clock.now(), &admin, &mended, Logo::Replace(&mark)).await.expect("kept");
            tx.commit().await.expect("committed");
            let mut conn = world.store.conn().await.expect("a connection");
            let front = settings::front(&mut conn).await.expect("both");
            assert_eq!((front.theme, front.node.name.as_str()), (kept.clone(), "Valmont"));
            assert_eq!(kept.tagline, "La parole aux habitants");
            let name = kept.logo.expect("a mark");
            assert_eq!(logo(&mut conn, &name).await.expect("it").1, mark.octets);
            for wrong in ["", "x", &name.replace(".png", ".jpg"), &format!("{name}.png")] {
                assert!(matches!(logo(&mut conn, wrong).await, Err(Error::NotFound)), "{wrong}");
            }
            drop(conn);
            let mut tx = world.store.begin().await.expect("a transaction");
            let bare = set(&mut tx, world.clock.now(), &admin, &mended, Logo::Remove).await.expect("kept");
            assert_eq!(bare.logo, None);
            assert!(matches!(logo(&mut tx, &name).await, Err(Error::NotFound)));
            tx.commit().await.expect("committed");
        }
    }

    /// A drawing that can be seen through.
    fn png() -> Vec<u8> {
        let mut octets = std::io::Cursor::new(Vec::new());
        let picture = image::RgbaImage::from_fn(300, 200, |x, _| image::Rgba([30, 53, 99, (x % 255) as u8]));
        picture.write_to(&mut octets, image::ImageFormat::Png).expect("written");
        octets.into_inner()
    }
}
