//! Typed ids: a prefix that names the noun and a UUIDv7 (RFC 9562) in Crockford base32, 26 characters. Stored as 16 bytes.

use crate::Problem;
use std::fmt;
use std::str::FromStr;

/// Crockford's alphabet: no I, L, O, U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 128 bits in groups of five, rounded up.
const ENCODED_LEN: usize = 26;

fn encode(bytes: [u8; 16]) -> String {
    let value = u128::from_be_bytes(bytes);
    (0..ENCODED_LEN).rev().map(|group| CROCKFORD[((value >> (group * 5)) & 31) as usize] as char).collect()
}

fn decode(text: &str) -> Option<[u8; 16]> {
    if text.len() != ENCODED_LEN {
        return None;
    }
    let mut value: u128 = 0;
    for (place, symbol) in text.bytes().enumerate() {
        // Crockford: case does not matter, O reads as 0, I and L as 1.
        let digit = match symbol.to_ascii_uppercase() {
            b'O' => 0,
            b'I' | b'L' => 1,
            other => CROCKFORD.iter().position(|known| *known == other)? as u128,
        };
        // 26 groups are 130 bits: the first may only use three of its five.
        if place == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit;
    }
    Some(value.to_be_bytes())
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids made later sort later.
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self { Self(*uuid::Uuid::now_v7().as_bytes()) }
            pub const fn from_bytes(bytes: [u8; 16]) -> Self { Self(bytes) }
            pub const fn bytes(&self) -> &[u8; 16] { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}_{}", $prefix, encode(self.0)) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl FromStr for $name {
            type Err = Problem;
            fn from_str(text: &str) -> Result<Self, Problem> {
                text.split_once('_')
                    .filter(|(prefix, _)| *prefix == $prefix)
                    .and_then(|(_, rest)| decode(rest))
                    .map(Self)
                    .ok_or_else(|| Problem::bad_id(text, $prefix))
            }
        }
        impl TryFrom<&[u8]> for $name {
            type Error = Problem;
            fn try_from(bytes: &[u8]) -> Result<Self, Problem> {
                bytes.try_into().map(Self).map_err(|_| Problem::bad_id("(bytes)", $prefix))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.collect_str(self) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9A-HJKMNP-TV-Z]{26}$")))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    )+};
}

ids! {
    /// Provider, partner, client or site: a site is a tenant of kind `site`.
    TenantId = "ten",
    PersonId = "usr",
    ContactId = "con",
    CredentialId = "crd",
    DeviceId = "dev",
    InterfaceId = "ifc",
    ServiceId = "svc",
    AlarmId = "alm",
    IncidentId = "inc",
    ImpactId = "imp",
    NoticeId = "ntc",
    TicketId = "tkt",
    CollectorId = "col",
    /// One piece of work that a collector shall do and answer for.
    TaskId = "tsk",
    /// One revision of a device's configuration.
    ConfigId = "cfg",
    MaintenanceId = "mnt",
    /// A token of the API.
    TokenId = "tok",
    /// One session of a person.
    SessionId = "ses",
    /// Another monitoring system that tells us its alarms.
    SourceId = "src",
    /// One condition as a source names it.
    SignalId = "sig",
    /// One import and its plan.
    ImportId = "imt",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written_and_forgives_what_crockford_forgives() {
        let id = DeviceId::from_bytes([0x01, 0x93, 0x2c, 0x07, 0x9f, 0x1a, 0x70, 0, 0x80, 1, 2, 3, 4, 5, 6, 0xff]);
        let text = id.to_string();
        assert_eq!(text.len(), 4 + ENCODED_LEN);
        assert_eq!(text.parse::<DeviceId>().unwrap(), id);
        assert_eq!(format!("dev_{}", text[4..].to_lowercase()).parse::<DeviceId>().unwrap(), id);
        assert_eq!(format!("dev_{}", text[4..].replace('0', "o").replace('1', "l")).parse::<DeviceId>().unwrap(), id);
    }

    #[test]
    fn a_foreign_prefix_a_wrong_length_or_an_overflow_is_refused_by_name() {
        for text in
            ["svc_00000000000000000000000000", "dev_0", "dev_Z0000000000000000000000000", "dev", "", "dev_0000000000000000000000000U"]
        {
            let problem = text.parse::<DeviceId>().unwrap_err().to_string();
            assert!(problem.contains("dev_"), "{text}: {problem}");
        }
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let made: Vec<AlarmId> = (0..100).map(|_| AlarmId::new()).collect();
        assert!(made.is_sorted());
    }
}
