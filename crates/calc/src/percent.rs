//! The share of a whole in per cent: the exact ratio is what is judged, the digits are only what is shown.

use crate::decimal::{Decimal, round_half_up};

/// `part` of `whole` seconds. Of nothing there is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    part: i64,
    whole: i64,
}

impl Share {
    /// `None` when there is nothing to take a share of.
    pub fn new(part: i64, whole: i64) -> Option<Self> {
        (whole > 0).then_some(Self { part, whole })
    }

    /// Three digits, cut off: 99.9999 is shown as 99.999, so that a missed target never looks met.
    pub fn truncated_3(self) -> String {
        shown(i128::from(self.part) * 100_000 / i128::from(self.whole), 3)
    }

    /// Six digits, halves up.
    pub fn rounded_6(self) -> String {
        shown(round_half_up(i128::from(self.part) * 100_000_000, i128::from(self.whole)), 6)
    }

    /// Whether the exact ratio is below so many per cent.
    pub fn is_below(self, pct: Decimal) -> bool {
        i128::from(self.part) * 100 * pct.divisor() < i128::from(pct.mantissa()) * i128::from(self.whole)
    }
}

fn shown(scaled: i128, digits: u32) -> String {
    let unit = 10i128.pow(digits);
    format!("{}.{:0width$}", scaled / unit, scaled % unit, width = digits as usize)
}
