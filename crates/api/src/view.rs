//! What answers are made of: references by name, verdicts, and a look that shows nothing beyond the caller's sight.

use access::{Action, Caller, Sight};
use model::{
    AlarmId, CollectorId, ContactId, CredentialId, DeviceId, ImpactId, IncidentId, InterfaceId, NoticeId, PersonId, ServiceId, TenantId, TicketId,
};
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use store::{StoreError, Tx};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::RefOr;

type Found<T> = Result<T, StoreError>;

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
    id: PersonId,
    email: String,
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

/// Looks things up for one answer, once each, and only as far as the caller sees: what he may not see has no name for him.
/// The transaction must be opened for the caller.
pub(crate) struct Look<'a> {
    pub sight: Sight<'a>,
    tenants: HashMap<TenantId, Option<String>>,
    devices: HashMap<DeviceId, Option<(String, TenantId)>>,
    interfaces: HashMap<InterfaceId, Option<String>>,
    credentials: HashMap<CredentialId, Option<String>>,
    people: HashMap<PersonId, Option<String>>,
    alarms: HashMap<AlarmId, bool>,
    incidents: HashMap<IncidentId, bool>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(caller: &'a Caller) -> Self {
        Self {
            sight: Sight::new(caller),
            tenants: HashMap::new(),
            devices: HashMap::new(),
            interfaces: HashMap::new(),
            credentials: HashMap::new(),
            people: HashMap::new(),
            alarms: HashMap::new(),
            incidents: HashMap::new(),
        }
    }

    pub(crate) async fn may(&mut self, tx: &mut Tx, action: Action, tenant: TenantId) -> Found<bool> {
        self.sight.may(tx, action, tenant).await
    }

    pub(crate) async fn tenant(&mut self, tx: &mut Tx, id: TenantId) -> Found<Option<Ref>> {
        if !self.tenants.contains_key(&id) {
            let name = tx.tenant(id).await?.map(|tenant| tenant.name);
            self.tenants.insert(id, name);
        }
        Ok(self.tenants[&id].clone().map(|name| Ref::new(id, name)))
    }

    /// Of an object that the caller sees, the tenant is always visible; without a name the id must do.
    pub(crate) async fn owner(&mut self, tx: &mut Tx, id: TenantId) -> Found<Ref> {
        Ok(self.tenant(tx, id).await?.unwrap_or_else(|| Ref::new(id, "")))
    }

    pub(crate) async fn device(&mut self, tx: &mut Tx, id: DeviceId) -> Found<Option<Ref>> {
        if !self.devices.contains_key(&id) {
            let found = tx.device(id).await?.map(|device| (device.name, device.site));
            self.devices.insert(id, found);
        }
        Ok(self.devices[&id].as_ref().map(|(name, _)| Ref::new(id, name)))
    }

    pub(crate) async fn interface(&mut self, tx: &mut Tx, id: InterfaceId) -> Found<Option<Ref>> {
        if !self.interfaces.contains_key(&id) {
            let name = tx.interface(id).await?.map(|interface| interface.if_name);
            self.interfaces.insert(id, name);
        }
        Ok(self.interfaces[&id].clone().map(|name| Ref::new(id, name)))
    }

    pub(crate) async fn credential(&mut self, tx: &mut Tx, id: CredentialId) -> Found<Option<Ref>> {
        if !self.sight.caller().may_somewhere(Action::ReadCredentials) {
            return Ok(None);
        }
        if !self.credentials.contains_key(&id) {
            let mut name = None;
            if let Some(credential) = tx.credential(id).await? {
                let is_seen = self.may(tx, Action::ReadCredentials, credential.tenant).await?;
                name = is_seen.then_some(credential.name);
            }
            self.credentials.insert(id, name);
        }
        Ok(self.credentials[&id].clone().map(|name| Ref::new(id, name)))
    }

    /// People whom the caller does not see stay unnamed: a client does not learn who works at the provider.
    pub(crate) async fn person(&mut self, tx: &mut Tx, id: PersonId) -> Found<Option<PersonRef>> {
        if !self.people.contains_key(&id) {
            let email = tx.person(id).await?.map(|person| person.email);
            self.people.insert(id, email);
        }
        Ok(self.people[&id].clone().map(|email| PersonRef { id, email }))
    }

    pub(crate) async fn alarm(&mut self, tx: &mut Tx, id: AlarmId) -> Found<Option<AlarmId>> {
        if !self.alarms.contains_key(&id) {
            let is_seen = tx.alarm(id).await?.is_some();
            self.alarms.insert(id, is_seen);
        }
        Ok(self.alarms[&id].then_some(id))
    }

    pub(crate) async fn incident(&mut self, tx: &mut Tx, id: IncidentId) -> Found<Option<IncidentId>> {
        if !self.incidents.contains_key(&id) {
            let is_seen = tx.incident(id).await?.is_some();
            self.incidents.insert(id, is_seen);
        }
        Ok(self.incidents[&id].then_some(id))
    }
}

impl Look<'_> {
    /// Whether a text is no id at all, or of something that the caller sees.
    async fn is_for_him(&mut self, tx: &mut Tx, text: &str) -> Found<bool> {
        let reads = |action: Action| self.sight.caller().may_somewhere(action);
        let (credentials, tickets, collectors) = (reads(Action::ReadCredentials), reads(Action::ReadTickets), reads(Action::ReadCollectors));
        Ok(match text.split_once('_').map_or("", |(prefix, _)| prefix) {
            TenantId::PREFIX => seen(text, async |id| Ok(self.tenant(tx, id).await?.is_some())).await?,
            PersonId::PREFIX => seen(text, async |id| Ok(self.person(tx, id).await?.is_some())).await?,
            DeviceId::PREFIX => seen(text, async |id| Ok(self.device(tx, id).await?.is_some())).await?,
            InterfaceId::PREFIX => seen(text, async |id| Ok(self.interface(tx, id).await?.is_some())).await?,
            AlarmId::PREFIX => seen(text, async |id| Ok(self.alarm(tx, id).await?.is_some())).await?,
            IncidentId::PREFIX => seen(text, async |id| Ok(self.incident(tx, id).await?.is_some())).await?,
            CredentialId::PREFIX => credentials && seen(text, async |id| Ok(tx.credential(id).await?.is_some())).await?,
            TicketId::PREFIX => tickets && seen(text, async |id| Ok(tx.ticket(id).await?.is_some())).await?,
            CollectorId::PREFIX => collectors && seen(text, async |id| Ok(tx.collector(id).await?.is_some())).await?,
            ContactId::PREFIX => seen(text, async |id| Ok(tx.contact(id).await?.is_some())).await?,
            ServiceId::PREFIX => seen(text, async |id| Ok(tx.service(id).await?.is_some())).await?,
            ImpactId::PREFIX => seen(text, async |id| Ok(tx.impact(id).await?.is_some())).await?,
            NoticeId::PREFIX => seen(text, async |id| Ok(tx.notice(id).await?.is_some())).await?,
            _ => true,
        })
    }

    /// Empties every id in a free-form value that is not for the caller to see: events and audit rows name neighbours at times.
    pub(crate) async fn without_foreign(&mut self, tx: &mut Tx, mut value: Value) -> Found<Value> {
        let mut texts = Vec::new();
        walk(&mut value, &mut |text| texts.push(text.as_str().unwrap_or_default().to_owned()));
        let mut foreign = HashSet::new();
        for text in texts {
            if !self.is_for_him(tx, &text).await? {
                foreign.insert(text);
            }
        }
        walk(&mut value, &mut |text| {
            if text.as_str().is_some_and(|id| foreign.contains(id)) {
                *text = Value::Null;
            }
        });
        Ok(value)
    }
}

/// What cannot be an id is only a text.
async fn seen<T: std::str::FromStr>(text: &str, look_up: impl AsyncFnOnce(T) -> Found<bool>) -> Found<bool> {
    match text.parse() {
        Ok(id) => look_up(id).await,
        Err(_) => Ok(true),
    }
}

/// Calls `visit` for every text in a value.
fn walk(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    match value {
        Value::String(_) => visit(value),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        Value::Object(fields) => fields.values_mut().for_each(|field| walk(field, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
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
