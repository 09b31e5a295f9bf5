//! SNMP v2c and v3 (authPriv): what is asked and answered, in our own types. Only `session` knows the library.

mod session;
mod walk;

pub use session::{Access, Patience, Session, Snmp};
pub use walk::{Cell, Limits, Stop, Walk};

use std::fmt;

/// Sessions open at once, each with a socket of its own.
pub const SESSIONS_MAX: usize = 512;
/// Objects in one GET.
pub const OBJECTS_PER_GET: usize = 32;
/// Bindings wanted in one GETBULK answer: they fit into one Ethernet frame as a rule.
pub const BINDINGS_PER_ANSWER: usize = 48;
/// Columns asked for in one GETBULK.
pub const COLUMNS_PER_REQUEST: usize = 8;

/// An OBJECT IDENTIFIER. Orders as SNMP orders.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Box<[u32]>);

impl Oid {
    pub fn new(arcs: impl Into<Box<[u32]>>) -> Self {
        Self(arcs.into())
    }
    pub fn arcs(&self) -> &[u32] {
        &self.0
    }
    pub fn child(&self, arc: u32) -> Self {
        self.joined(&[arc])
    }
    pub fn joined(&self, index: &[u32]) -> Self {
        Self([&self.0, index].concat().into())
    }
    /// What follows `prefix`; `None` when this is no object beneath it.
    pub fn index_under(&self, prefix: &Oid) -> Option<&[u32]> {
        self.0.strip_prefix(&*prefix.0).filter(|index| !index.is_empty())
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, arc) in self.0.iter().enumerate() {
            write!(f, "{}{arc}", if place == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}
impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value as read (RFC 2578, 7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Integer(i64),
    /// Counter32, Gauge32, Unsigned32.
    Unsigned(u64),
    Counter64(u64),
    /// Hundredths of a second.
    Ticks(u32),
    Bytes(Vec<u8>),
    Oid(Oid),
    /// noSuchObject or noSuchInstance: the device does not have it, or does not show it to us.
    Absent,
    EndOfMibView,
    /// Of a type that nothing here asks for.
    Other,
}

impl Value {
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Unsigned(value) | Self::Counter64(value) => i64::try_from(*value).ok(),
            _ => None,
        }
    }
    /// A counter or gauge; a negative INTEGER is none.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Integer(value) => u64::try_from(*value).ok(),
            Self::Unsigned(value) | Self::Counter64(value) => Some(*value),
            Self::Ticks(value) => Some(u64::from(*value)),
            _ => None,
        }
    }
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent | Self::EndOfMibView)
    }
}
