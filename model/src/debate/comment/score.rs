//! By how much a comment is agreed with, and how far it divides: numbers that order a debate.
//!
//! Both are lower bounds of Wilson's score interval at 95 %: what share can be counted on, given how many have said what
//! they think. One comment with two voices out of two does not stand above one with ninety out of a hundred. Passing is no
//! opinion and counts for neither. They are kept in millionths, so that an order by them has exact places to go on from.

/// The standard score of 95 %.
const Z: f64 = 1.96;
/// Scores are kept in parts of so many.
const WHOLE: f64 = 1_000_000.0;

/// The lower bound of the share of those who agree among those who agree or disagree, in millionths; 0 if there are none.
#[must_use]
pub fn agreement(agrees: i32, disagrees: i32) -> i32 {
    lower_bound(agrees, agrees.saturating_add(disagrees))
}

/// The lower bound of the share of the smaller side, in millionths: highest where many agree and as many disagree.
#[must_use]
pub fn division(agrees: i32, disagrees: i32) -> i32 {
    lower_bound(agrees.min(disagrees), agrees.saturating_add(disagrees))
}

fn lower_bound(part: i32, all: i32) -> i32 {
    if part <= 0 || all <= 0 {
        return 0;
    }
    let n = f64::from(all);
    let share = f64::from(part) / n;
    let z = Z * Z / n;
    let spread = Z * ((share * (1.0 - share) + z / 4.0) / n).sqrt();
    let bound = (share + z / 2.0 - spread) / (1.0 + z);
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and a million")]
    let millionths = (bound.clamp(0.0, 1.0) * WHOLE).round() as i32;
    millionths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn many_voices_count_for_more_than_few() {
        assert_eq!((agreement(0, 0), division(0, 0), division(7, 0)), (0, 0, 0));
        assert_eq!(agreement(1, 0), 206_543, "1 / (1 + z²)");
        assert!(agreement(90, 10) > agreement(2, 0));
        assert!(agreement(9, 1) > agreement(6, 4));
        assert!(division(50, 50) > division(1, 1));
        assert!(division(50, 50) > division(80, 20));
    }

    proptest! {
        #[test]
        fn one_more_voice_moves_a_score_its_way(agrees in 0..5000i32, disagrees in 0..5000i32) {
            prop_assert!(agreement(agrees + 1, disagrees) >= agreement(agrees, disagrees));
            // Among thousands one voice can be less than a millionth.
            prop_assert!(agrees + disagrees > 900 || agreement(agrees + 1, disagrees) > agreement(agrees, disagrees));
            prop_assert!(agreement(agrees, disagrees + 1) <= agreement(agrees, disagrees));
            prop_assert!((0..=500_000).contains(&division(agrees, disagrees)));
            prop_assert_eq!(division(agrees, disagrees), division(disagrees, agrees));
        }
    }
}
