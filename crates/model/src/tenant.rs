//! The party tree: provider > partner (partners may nest) > client > site.

use crate::problem::{checked_email, checked_name};
use crate::{Problem, TenantId, Timestamp, limits};

vocabulary! {
    TenantKind: "kind of tenant" { Provider = "provider", Partner = "partner", Client = "client", Site = "site" }
}

vocabulary! {
    /// Language of what a person reads (BCP 47).
    Language: "language" { En = "en", Ru = "ru" }
}

impl TenantKind {
    /// Which kinds may stand directly under this one. Provider and partner have sites of their own (points of presence).
    pub const fn may_hold(self, child: TenantKind) -> bool {
        match self {
            Self::Provider | Self::Partner => matches!(child, Self::Partner | Self::Client | Self::Site),
            Self::Client => matches!(child, Self::Site),
            Self::Site => false,
        }
    }
}

/// What a person outside sees of whoever serves him. Each field inherits down the tree on its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Brand {
    pub name: Option<String>,
    /// Address the mails come from.
    pub sender: Option<String>,
}

impl Brand {
    pub fn new(name: Option<&str>, sender: Option<&str>) -> Result<Self, crate::FieldProblem> {
        Ok(Self {
            name: name.map(|n| checked_name(n, limits::NAME_CHARS_MAX)).transpose().map_err(|p| p.at("brand.name"))?,
            sender: sender.map(checked_email).transpose().map_err(|p| p.at("brand.sender"))?,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub kind: TenantKind,
    pub parent: Option<TenantId>,
    pub name: String,
    pub brand: Brand,
    /// IANA zone; `None` inherits.
    pub tz: Option<String>,
    /// `None` inherits.
    pub language: Option<Language>,
    /// Notices to this client are drafted and shown, never sent.
    pub is_shadow: bool,
    pub created_at: Timestamp,
    pub version: i64,
}

/// An IANA time zone that this machine knows.
pub fn checked_tz(name: &str) -> Result<String, Problem> {
    match jiff::tz::TimeZone::get(name.trim()) {
        Ok(zone) => Ok(zone.iana_name().unwrap_or(name).to_owned()),
        Err(_) => Err(Problem::new("bad_tz", "is not a time zone of the IANA database; expected e.g. Europe/Moscow")),
    }
}
