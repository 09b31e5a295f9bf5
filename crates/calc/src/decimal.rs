//! Exact decimals: rates, percentages, weights. Written as people write them, never held as a binary float.

use std::cmp::Ordering;
use std::fmt;

/// Digits a decimal may have in all: the product of two still fits into 128 bits.
pub const DIGITS_MAX: usize = 18;

/// `mantissa` divided by ten to the power of `scale`. "0.10" and "0.1" are equal in value and keep how they were written.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    mantissa: i64,
    scale: u32,
}

/// Why a text is not a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    #[error("is not a decimal number such as 0.22")]
    Malformed,
    #[error("has more than {DIGITS_MAX} digits")]
    TooLong,
}

impl Decimal {
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    pub const ONE: Self = Self { mantissa: 1, scale: 0 };
    pub const HUNDRED: Self = Self { mantissa: 100, scale: 0 };

    /// Digits with at most one point between them, a minus in front if need be; no exponent, no plus, no spaces.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(DecimalError::Malformed);
        }
        let fraction = if digits.contains('.') { fraction } else { "" };
        if whole.len() + fraction.len() > DIGITS_MAX {
            return Err(DecimalError::TooLong);
        }
        let mantissa: i64 = format!("{whole}{fraction}").parse().map_err(|_| DecimalError::TooLong)?;
        let scale = u32::try_from(fraction.len()).map_err(|_| DecimalError::TooLong)?;
        Ok(Self { mantissa: if negative { -mantissa } else { mantissa }, scale })
    }

    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// Digits behind the point.
    pub const fn scale(self) -> u32 {
        self.scale
    }

    pub const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Ten to the power of the scale: what the mantissa is divided by.
    pub fn divisor(self) -> i128 {
        10i128.pow(self.scale)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Decimal {}
impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        (i128::from(self.mantissa) * other.divisor()).cmp(&(i128::from(other.mantissa) * self.divisor()))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = usize::try_from(self.scale).unwrap_or(DIGITS_MAX);
        let (all, unit) = (i128::from(self.mantissa).abs(), self.divisor());
        match digits {
            0 => write!(f, "{sign}{all}"),
            _ => write!(f, "{sign}{}.{:0digits$}", all / unit, all % unit),
        }
    }
}

/// `numerator / denominator` to the nearest whole, halves away from zero (HALF_UP on the absolute value). The denominator is positive.
pub fn round_half_up(numerator: i128, denominator: i128) -> i128 {
    let size = numerator.unsigned_abs();
    let whole = denominator.unsigned_abs().max(1);
    let (quotient, rest) = (size / whole, size % whole);
    let rounded = quotient + u128::from(rest >= whole - rest);
    let rounded = i128::try_from(rounded).unwrap_or(i128::MAX);
    if numerator < 0 { -rounded } else { rounded }
}
