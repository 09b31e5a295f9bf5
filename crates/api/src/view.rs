//! What answers are made of: references by name, verdicts, and the fields of a merge patch.

use model::PersonId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

/// A reference to another object, with its name for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Ref {
    id: String,
    name: String,
}

impl Ref {
    pub(crate) fn new(id: impl std::fmt::Display, name: impl Into<String>) -> Self {
        Self { id: id.to_string(), name: name.into() }
    }
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PersonRef {
    pub id: PersonId,
    pub email: String,
}

/// Whether the caller can do something now: `true`, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Can {
    Yes,
    /// None of his roles allows it here.
    Role,
    /// It makes no sense in the present state.
    State,
}

impl utoipa::PartialSchema for Can {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Boolean, Type::String]))
            .description(Some("`true`, or the code of what is in the way: `role`, `state`"))
            .into()
    }
}
impl ToSchema for Can {}

impl Serialize for Can {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Yes => to.serialize_bool(true),
            Self::Role => to.serialize_str("role"),
            Self::State => to.serialize_str("state"),
        }
    }
}

impl Can {
    pub(crate) const fn role(is_allowed: bool) -> Self {
        if is_allowed { Self::Yes } else { Self::Role }
    }
    pub(crate) const fn when(is_allowed: bool, is_possible: bool) -> Self {
        match (is_allowed, is_possible) {
            (true, true) => Self::Yes,
            (true, false) => Self::State,
            (false, _) => Self::Role,
        }
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CanEdit {
    pub edit: Can,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CanEditRemove {
    pub edit: Can,
    pub remove: Can,
}

/// A field of a merge patch that may be emptied: absent, null or a value.
pub(crate) fn emptiable<'de, T, D>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(from).map(Some)
}

/// A field of a merge patch that may be absent but not null.
pub(crate) fn present<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    T::deserialize(from).map(Some)
}
