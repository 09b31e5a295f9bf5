//! Availability of one service over a period: `(agreed time - downtime) / agreed time`.

use crate::Span;
use crate::decimal::Decimal;
use crate::percent::Share;
use crate::span::{cut, measure_s, subtract};

/// The seconds behind one figure. `ast_s` is the agreed service time: the period without what is excluded, outage or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Availability {
    pub period_s: i64,
    pub excluded_s: i64,
    pub ast_s: i64,
    pub downtime_s: i64,
}

/// Everything is cut to the period and to whole seconds (an edge inside a second counts from the begin of that second).
/// `excluded` (maintenance, agreed exclusions) and `outages` may overlap, touch and lie in any order: time counts once.
pub fn availability(period: Span, excluded: &[Span], outages: &[Span]) -> Availability {
    let period = period.to_seconds();
    let excluded = in_seconds(excluded, period);
    let outages = in_seconds(outages, period);
    let period_s = measure_s(&[period]);
    let excluded_s = measure_s(&excluded);
    Availability { period_s, excluded_s, ast_s: period_s - excluded_s, downtime_s: measure_s(&subtract(&outages, &excluded)) }
}

/// The spans cut to the period and to whole seconds, united: what is counted of them.
pub fn in_seconds(spans: &[Span], period: Span) -> Vec<Span> {
    let whole: Vec<Span> = spans.iter().map(|span| span.to_seconds()).collect();
    cut(&whole, period.to_seconds())
}

impl Availability {
    /// `None` when no time was agreed: then there is nothing to have been available.
    pub fn share(&self) -> Option<Share> {
        Share::new(self.ast_s - self.downtime_s, self.ast_s)
    }

    /// Per cent with three digits, never rounded up.
    pub fn pct3(&self) -> Option<String> {
        self.share().map(Share::truncated_3)
    }

    /// Per cent with six digits, halves up.
    pub fn pct6(&self) -> Option<String> {
        self.share().map(Share::rounded_6)
    }

    /// Whether the exact ratio misses the target; never when no time was agreed.
    pub fn is_below(&self, target_pct: Decimal) -> bool {
        self.share().is_some_and(|share| share.is_below(target_pct))
    }
}

/// A step of the service credit: `rate` of the fee when the availability is below `below_pct`.
#[derive(Clone, Copy, Debug)]
pub struct CreditTier {
    pub below_pct: Decimal,
    pub rate: Decimal,
}

/// Of the steps that apply the one with the lowest limit, whatever their order.
pub fn credit_tier(of: &Availability, tiers: &[CreditTier]) -> Option<CreditTier> {
    tiers.iter().filter(|tier| of.is_below(tier.below_pct)).min_by_key(|tier| tier.below_pct).copied()
}
