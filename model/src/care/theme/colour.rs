//! Colours, and how well one is read on another (WCAG 2.2, "contrast ratio" and "relative luminance").

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The least contrast that a text of any size may have on its ground (WCAG 2.2, 1.4.3, level AA).
pub const LEAST: f64 = 4.5;

/// A colour of the screen: red, green, blue. Written `#1e3563`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub [u8; 3]);

/// White.
pub const WHITE: Colour = Colour([255; 3]);
/// Black.
pub const BLACK: Colour = Colour([0; 3]);

impl Colour {
    /// How light it is, from 0 to 1.
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The contrast of the two, from 1 to 21, whichever lies on the other.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// So much of the way towards another, from 0 to 1.
    #[must_use]
    pub fn towards(self, other: Self, part: f64) -> Self {
        let between = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
        Self(std::array::from_fn(|n| between(self.0[n], other.0[n])))
    }

    /// The nearest on the way towards `end` for which `fine` holds; `end` itself if none before it does.
    #[must_use]
    pub(super) fn until(self, end: Self, fine: impl Fn(Self) -> bool) -> Self {
        const STEPS: u32 = 64;
        let steps = (0..=STEPS).map(|step| self.towards(end, f64::from(step) / f64::from(STEPS)));
        steps.into_iter().find(|colour| fine(*colour)).unwrap_or(end)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

/// It is no `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb")]
pub struct NotAColour;

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let digits = text.trim().strip_prefix('#').ok_or(NotAColour)?;
        let bytes = hex::decode(digits).map_err(|_| NotAColour)?;
        Ok(Self(bytes.try_into().map_err(|_| NotAColour)?))
    }
}

impl TryFrom<String> for Colour {
    type Error = NotAColour;

    fn try_from(text: String) -> Result<Self, NotAColour> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let colour = |text: &str| text.parse::<Colour>().expect("a colour");
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 1e-9);
        assert!((WHITE.contrast(colour("#777777")) - 4.48).abs() < 0.01, "the well-known grey that just fails");
        assert!((WHITE.contrast(colour("#767676")) - 4.54).abs() < 0.01, "and the one that just passes");
        assert_eq!(colour("#1E3563").to_string(), "#1e3563");
        for wrong in ["", "#123", "1e3563", "#1e356g", "#1e35631e", "red;}", "#é2345"] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }
}
