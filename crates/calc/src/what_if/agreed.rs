//! What was agreed and what was kept: availability and redundancy.

use super::field::Field;
use crate::availability::{CreditTier, availability as judge, credit_tier};
use crate::money::{Credit, Money, credit};
use crate::redundancy::redundancy as count;
use crate::{Decimal, Span, local_period};
use model::FieldProblem;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn availability(input: &Field<'_>) -> Result<Value, FieldProblem> {
    let currency = input.key("currency")?.currency()?;
    let period = period(input)?;
    let mut excluded = spans(&input.key("maintenance")?)?;
    for exclusion in input.key("exclusions")?.list()? {
        excluded.push(exclusion.span()?);
        exclusion.key("cause")?.text()?;
    }
    let outages: Vec<Span> = input.key("outages")?.list()?.iter().map(Field::span_or_open).collect::<Result<_, _>>()?;
    let target_pct = input.key("target_pct")?.decimal_up_to(Decimal::HUNDRED)?;
    let tiers: Vec<CreditTier> = input.key("credit_tiers")?.list()?.iter().map(tier).collect::<Result<_, _>>()?;
    let fee = input.key("fee_net")?;
    let fee_net = fee.money(currency)?;
    if fee_net.minor() < 0 {
        return Err(fee.wrong("out_of_range", "must not be negative"));
    }
    let vat_rate = input.key("vat_rate")?.rate()?;

    let kept = judge(period, &excluded, &outages);
    let rate = credit_tier(&kept, &tiers).map_or(Decimal::ZERO, |tier| tier.rate);
    let Credit { net, vat, gross } = if rate == Decimal::ZERO {
        nothing(Money::zero(currency))
    } else {
        credit(fee_net, rate, vat_rate).map_err(|error| fee.wrong("bad_amount", error.to_string()))?
    };
    Ok(json!({
        "period_s": kept.period_s, "excluded_s": kept.excluded_s, "ast_s": kept.ast_s, "downtime_s": kept.downtime_s,
        "availability_pct": kept.pct3(), "availability_pct_6dp": kept.pct6(),
        "breached": kept.is_below(target_pct), "credit_rate": rate.to_string(),
        "credit_net": net.to_string(), "credit_vat": vat.to_string(), "credit_gross": gross.to_string(),
    }))
}

pub fn redundancy(input: &Field<'_>) -> Result<Value, FieldProblem> {
    let period = period(input)?;
    let mut ids = BTreeSet::new();
    let mut members: Vec<Vec<Span>> = Vec::new();
    for member in input.key("members")?.list()? {
        let id = member.key("id")?;
        if !ids.insert(id.text()?) {
            return Err(id.wrong("not_unique", "stands there twice"));
        }
        members.push(member.key("down")?.list()?.iter().map(Field::span_or_open).collect::<Result<_, _>>()?);
    }
    let maintenance = input.key_or_none("maintenance")?.map_or(Ok(Vec::new()), |list| spans(&list))?;
    let need = input.key("need")?;
    let Some(needed) = usize::try_from(need.integer()?).ok().filter(|needed| (1..=members.len()).contains(needed)) else {
        return Err(need.wrong("out_of_range", format!("must be from 1 to the number of members, {}", members.len())));
    };
    let kept = count(period, needed, &members, &maintenance);
    Ok(json!({
        "period_s": kept.period_s, "excluded_s": kept.excluded_s, "ast_s": kept.ast_s, "down_s": kept.down_s,
        "degraded_s": kept.degraded_s, "availability_pct": kept.pct3(), "availability_pct_6dp": kept.pct6(),
    }))
}

/// Local dates, half-open, in the zone of `tz`.
fn period(input: &Field<'_>) -> Result<Span, FieldProblem> {
    let zone = input.key("tz")?.zone()?;
    let period = input.key("period")?;
    let (start, end) = (period.key("start")?.date()?, period.key("end")?);
    let until = end.date()?;
    if until <= start {
        return Err(end.wrong("ends_before_start", "must be after its start"));
    }
    Ok(local_period(&zone, start, until))
}

fn spans(list: &Field<'_>) -> Result<Vec<Span>, FieldProblem> {
    list.list()?.iter().map(Field::span).collect()
}

fn tier(field: &Field<'_>) -> Result<CreditTier, FieldProblem> {
    Ok(CreditTier { below_pct: field.key("below_pct")?.decimal_up_to(Decimal::HUNDRED)?, rate: field.key("rate")?.rate()? })
}

fn nothing(zero: Money) -> Credit {
    Credit { net: zero, vat: zero, gross: zero }
}
