//! Words on a scale between two sides, one below the other: where each stands says which side uses it.

use super::{Anchor, Drawing, Kind, Shape, Voice, real};

/// The ends of the scale, in percent of the width.
const FROM: f64 = 6.0;
const TO: f64 = 94.0;
/// How far apart the words stand, and where the first does, in pixels.
const ROW: f64 = 28.0;
const FIRST: f64 = 18.0;
/// The radius of a mark: of what is used least and most.
const SMALL: f64 = 6.0;
const LARGE: f64 = 10.0;
/// Up to this place a word is of the one side, from the other of the other.
const ONE: u64 = 400;
const OTHER: u64 = 600;

/// A word.
#[derive(Clone, Debug)]
pub(crate) struct Leaning {
    pub(crate) word: String,
    /// Its place, from 0 to 1000.
    pub(crate) place: u64,
    /// How often it is used.
    pub(crate) weight: u64,
}

/// Draws them; `ends` are the words under the scale.
pub(crate) fn draw(title: String, finding: String, words: &[Leaning], ends: [String; 2]) -> Drawing {
    let most = words.iter().map(|it| it.weight).max().unwrap_or_default().max(1);
    let ground = FIRST + ROW * real(words.len() as u64);
    let middle = f64::midpoint(FROM, TO);
    let mut shapes = vec![Shape::Line { x: [middle; 2], y: [4.0, ground], weight: 1.0, dotted: false, axis: true }];
    for (at, it) in words.iter().enumerate() {
        let y = FIRST + ROW * real(at as u64);
        let x = FROM + real(it.place.min(1000)) / 1000.0 * (TO - FROM);
        let kind = match it.place {
            0..ONE => Kind::For,
            ONE..=OTHER => Kind::Neutral,
            _ => Kind::Against,
        };
        let size = SMALL + (LARGE - SMALL) * real(it.weight) / real(most);
        shapes.push(Shape::Line { x: [FROM, TO], y: [y; 2], weight: 1.0, dotted: true, axis: false });
        shapes.push(Shape::Mark { x, y, size, kind });
        // Towards the middle there is room.
        let (anchor, dx) = if x > middle { (Anchor::End, -16.0) } else { (Anchor::Start, 16.0) };
        shapes.push(Shape::Word { x, dx, y: y + 5.0, anchor, voice: Voice::Name, text: it.word.clone() });
    }
    let [one, other] = ends;
    for (x, anchor, text) in [(0.0, Anchor::Start, one), (100.0, Anchor::End, other)] {
        shapes.push(Shape::Word { x, dx: 0.0, y: ground + 18.0, anchor, voice: Voice::Axis, text });
    }
    Drawing { title, finding, height: (ground + 24.0) as u32, shapes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_row_within_the_picture() {
        let word = |place: u64| Leaning { word: format!("w{place}"), place, weight: place + 1 };
        let drawing = draw("t".into(), "f".into(), &[0, 500, 1000, 4000].map(word), ["a".into(), "b".into()]);
        let mut rows = std::collections::HashSet::new();
        for shape in &drawing.shapes {
            if let Shape::Mark { x, y, size, .. } = shape {
                assert!((FROM..=TO).contains(x) && *y - size > 0.0 && *y + size < f64::from(drawing.height));
                assert!(rows.insert(format!("{y:.1}")));
            }
        }
        assert_eq!(rows.len(), 4);
    }
}
