//! A dot for each thing, at its place between two ends; those at the same place stand on one another.

use super::{Anchor, Drawing, Kind, Shape, Voice, real};

/// How many places there are side by side.
const PLACES: usize = 48;
/// The ends of the axis, in percent of the width.
const FROM: f64 = 3.0;
const TO: f64 = 97.0;
/// A dot's radius, and how far apart those of one place are, in pixels.
const DOT: f64 = 4.6;
const APART: f64 = 11.5;
/// The radius of a numbered dot.
const NUMBERED: f64 = 11.0;
/// The room above the highest dot, and below the axis.
const ABOVE: f64 = 30.0;
const BELOW: f64 = 28.0;
/// At most so many dots stand on one another: past it they move together.
const HIGHEST: f64 = 160.0;

/// A thing.
#[derive(Clone, Debug)]
pub(crate) struct Dot {
    /// Its place, from 0 to 1000.
    pub(crate) place: u32,
    pub(crate) kind: Kind,
    /// Its number, if it is one of those listed beside the picture.
    pub(crate) number: Option<usize>,
}

/// Draws them; `ends` are the words under the axis: at its beginning, its middle and its end.
pub(crate) fn draw(title: String, finding: String, dots: &[Dot], ends: [String; 3]) -> Drawing {
    let mut heaps = vec![0_u64; PLACES];
    let place = |dot: &Dot| (dot.place.min(1000) as usize * (PLACES - 1) + 500) / 1000;
    dots.iter().for_each(|dot| heaps[place(dot)] += 1);
    let highest = heaps.iter().copied().max().unwrap_or_default();
    let apart = APART.min(HIGHEST / real(highest.max(1)));
    let ground = ABOVE + real(highest) * apart + NUMBERED;
    let x = |place: usize| FROM + real(place as u64) / real(PLACES as u64 - 1) * (TO - FROM);
    let mut shapes = vec![Shape::Line { x: [FROM, TO], y: [ground; 2], weight: 1.0, dotted: false, axis: true }];
    let mut heights = vec![0_u64; PLACES];
    let mut numbered = Vec::new();
    // Those with a number stand on top of their heap, so that none hides it.
    let mut sorted: Vec<&Dot> = dots.iter().collect();
    sorted.sort_by_key(|dot| dot.number.is_some());
    for dot in sorted {
        let at = place(dot);
        let y = ground - DOT - 4.0 - real(heights[at]) * apart;
        heights[at] += 1;
        match dot.number {
            None => shapes.push(Shape::Mark { x: x(at), y, size: DOT, kind: dot.kind }),
            Some(number) => numbered.push((x(at), y - NUMBERED / 2.0, dot.kind, number)),
        }
    }
    for (x, y, kind, number) in numbered {
        shapes.push(Shape::Mark { x, y, size: NUMBERED, kind });
        let (anchor, voice, text) = (Anchor::Middle, Voice::Within, number.to_string());
        shapes.push(Shape::Word { x, dx: 0.0, y: y + 5.0, anchor, voice, text });
    }
    let places = [(0.0, Anchor::Start), (50.0, Anchor::Middle), (100.0, Anchor::End)];
    for ((x, anchor), text) in places.into_iter().zip(ends) {
        shapes.push(Shape::Word { x, dx: 0.0, y: ground + 20.0, anchor, voice: Voice::Axis, text });
    }
    Drawing { title, finding, height: (ground + BELOW) as u32, shapes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dot_stands_within_the_picture_and_none_on_another() {
        let dots: Vec<_> = (0..300)
            .map(|n| Dot { place: n * 7 % 1400, kind: Kind::For, number: (n < 4).then_some(n as usize + 1) })
            .collect();
        let drawing = draw("t".into(), "f".into(), &dots, ["0".into(), "50".into(), "100".into()]);
        let mut places = std::collections::HashSet::new();
        for shape in &drawing.shapes {
            if let Shape::Mark { x, y, .. } = shape {
                assert!((FROM..=TO).contains(x) && *y > 0.0 && *y < f64::from(drawing.height), "{x} {y}");
                assert!(places.insert(format!("{x:.2} {y:.2}")));
            }
        }
        assert_eq!(places.len(), 300);
        assert!(drawing.height > 60 && draw("t".into(), "f".into(), &[], <[String; 3]>::default()).height > 60);
    }
}
