//! A bar in which each part has its share, or a bar that shows how far a whole is filled.

use super::{Kind, Shape, real};

/// The gap between two parts, in percent of the width.
const GAP: f64 = 0.35;

/// One bar whose parts together are the whole. What is nothing is not drawn.
pub(crate) fn bar(parts: &[(Kind, u64)], height: f64) -> Vec<Shape> {
    let total: u64 = parts.iter().map(|(_, count)| count).sum();
    let drawn = parts.iter().filter(|(_, count)| *count > 0).count();
    let room = 100.0 - GAP * real(drawn.saturating_sub(1) as u64);
    let mut x = 0.0;
    let mut shapes = Vec::new();
    for (kind, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let width = real(*count) / real(total) * room;
        shapes.push(Shape::Bar { x, width, y: 0.0, height, kind: *kind });
        x += width + GAP;
    }
    shapes
}

/// A track, filled as far as `part` is of `whole`.
pub(crate) fn filled(part: u64, whole: u64, kind: Kind, y: f64, height: f64) -> Vec<Shape> {
    let track = Shape::Bar { x: 0.0, width: 100.0, y, height, kind: Kind::Track };
    let share = if whole == 0 { 0.0 } else { (real(part) / real(whole) * 100.0).min(100.0) };
    let fill = Shape::Bar { x: 0.0, width: share, y, height, kind };
    if part == 0 { vec![track] } else { vec![track, fill] }
}

/// Several such tracks, one under the other.
pub(crate) fn rows(parts: &[u64], whole: u64, height: f64, gap: f64) -> Vec<Shape> {
    let row = |(at, part): (usize, &u64)| filled(*part, whole, Kind::Plain, real(at as u64) * (height + gap), height);
    parts.iter().enumerate().flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_bar_whatever_their_number() {
        for parts in [vec![7, 0, 3], vec![1], vec![1, 1, 1, 1, 996], vec![0, 5]] {
            let kinds: Vec<_> = parts.iter().map(|count| (Kind::Plain, *count)).collect();
            let shapes = bar(&kinds, 44.0);
            assert_eq!(shapes.len(), parts.iter().filter(|count| **count > 0).count());
            let Some(Shape::Bar { x, width, .. }) = shapes.last() else { panic!("a bar") };
            assert!((x + width - 100.0).abs() < 1e-6, "{parts:?}");
        }
        assert!(bar(&[(Kind::For, 0)], 44.0).is_empty(), "nothing is no bar");
    }

    #[test]
    fn a_track_is_never_more_than_full() {
        let shapes = filled(700, 500, Kind::Plain, 0.0, 14.0);
        assert!(matches!(shapes[1], Shape::Bar { width, .. } if (width - 100.0).abs() < 1e-9));
        assert_eq!(filled(0, 0, Kind::Plain, 0.0, 14.0).len(), 1);
    }
}
