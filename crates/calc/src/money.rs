//! Amounts in whole minor units of a currency.

use crate::decimal::{Decimal, DecimalError, round_half_up};
use std::fmt;

/// A currency of ISO 4217 and its number of minor digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    code: [u8; 3],
    digits: u32,
}

/// ISO 4217 (2024), active codes of money, by the number of minor digits.
const CODES: [(u32, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP \
         COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD \
         KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK \
         NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
         TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
];

impl Currency {
    /// `None` for a code that is not in the standard; codes are written in capitals.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        let (digits, _) = CODES.iter().find(|(_, codes)| codes.split(' ').any(|known| known == code))?;
        Some(Self { code: bytes, digits: *digits })
    }

    pub const fn digits(self) -> u32 {
        self.digits
    }
}

/// An amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error(transparent)]
    Decimal(#[from] DecimalError),
    #[error("has more digits behind the point than the currency ({digits})")]
    TooManyDigits { digits: u32 },
    #[error("is too large")]
    TooLarge,
}

impl Money {
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// A decimal with at most the digits of the currency.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let amount = Decimal::parse(text)?;
        let missing = currency.digits.checked_sub(amount.scale()).ok_or(MoneyError::TooManyDigits { digits: currency.digits })?;
        let minor = 10i64.checked_pow(missing).and_then(|factor| amount.mantissa().checked_mul(factor)).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, currency })
    }

    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The amount times a rate, rounded once to the minor unit, halves away from zero.
    pub fn times(self, rate: Decimal) -> Result<Self, MoneyError> {
        let exact = i128::from(self.minor) * i128::from(rate.mantissa());
        let minor = i64::try_from(round_half_up(exact, rate.divisor())).map_err(|_| MoneyError::TooLarge)?;
        Ok(Self { minor, currency: self.currency })
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, currency: self.currency })
    }

    pub fn negated(self) -> Result<Self, MoneyError> {
        Ok(Self { minor: self.minor.checked_neg().ok_or(MoneyError::TooLarge)?, currency: self.currency })
    }
}

impl fmt::Display for Money {
    /// Exactly the digits of the currency; no `-0.00`, no groups.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let (size, unit) = (self.minor.unsigned_abs(), 10u64.pow(self.currency.digits));
        match self.currency.digits {
            0 => write!(f, "{sign}{size}"),
            digits => write!(f, "{sign}{}.{:0width$}", size / unit, size % unit, width = digits as usize),
        }
    }
}

/// A credit on a fee and the tax that goes back with it; never above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    pub net: Money,
    pub vat: Money,
    pub gross: Money,
}

/// `rate` of the fee, negated; the tax is that of the rounded net, so a credit mirrors a charge.
pub fn credit(fee_net: Money, rate: Decimal, vat_rate: Decimal) -> Result<Credit, MoneyError> {
    let net = fee_net.times(rate)?.negated()?;
    let vat = net.times(vat_rate)?;
    Ok(Credit { net, vat, gross: net.plus(vat)? })
}
