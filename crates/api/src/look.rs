//! A look around for one answer that shows nothing beyond the caller's sight.

use crate::view::{PersonRef, Ref};
use access::{Action, Caller, Sight};
use model::maintenance::{Maintenance, WorkObject};
use model::{
    AlarmId, CollectorId, ContactId, CredentialId, DeviceId, ImpactId, IncidentId, InterfaceId, MaintenanceId, NoticeId, PersonId,
    ServiceId, TenantId, TicketId,
};
use serde_json::Value;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use store::{StoreError, Tx};

type Found<T> = Result<T, StoreError>;

/// Looks things up for one answer, once each, and only as far as the caller sees: what he may not see has no name for him.
/// The transaction must be opened for the caller.
pub(crate) struct Look<'a> {
    pub sight: Sight<'a>,
    tenants: HashMap<TenantId, Option<String>>,
    devices: HashMap<DeviceId, Option<String>>,
    interfaces: HashMap<InterfaceId, Option<String>>,
    credentials: HashMap<CredentialId, Option<String>>,
    people: HashMap<PersonId, Option<String>>,
    alarms: HashMap<AlarmId, bool>,
    incidents: HashMap<IncidentId, bool>,
    collectors: HashMap<CollectorId, Option<String>>,
    maintenances: HashMap<MaintenanceId, Option<String>>,
    running: Option<Vec<Maintenance>>,
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
            collectors: HashMap::new(),
            maintenances: HashMap::new(),
            running: None,
        }
    }

    pub(crate) async fn may(&mut self, tx: &mut Tx, action: Action, tenant: TenantId) -> Found<bool> {
        self.sight.may(tx, action, tenant).await
    }

    pub(crate) async fn tenant(&mut self, tx: &mut Tx, id: TenantId) -> Found<Option<Ref>> {
        let name = once(&mut self.tenants, id, async { Ok(tx.tenant(id).await?.map(|tenant| tenant.name)) }).await?;
        Ok(name.map(|name| Ref::new(id, name)))
    }

    /// Of an object that the caller sees, the tenant is always visible; without a name the id must do.
    pub(crate) async fn owner(&mut self, tx: &mut Tx, id: TenantId) -> Found<Ref> {
        Ok(self.tenant(tx, id).await?.unwrap_or_else(|| Ref::new(id, "")))
    }

    pub(crate) async fn device(&mut self, tx: &mut Tx, id: DeviceId) -> Found<Option<Ref>> {
        let name = once(&mut self.devices, id, async { Ok(tx.device(id).await?.map(|device| device.name)) }).await?;
        Ok(name.map(|name| Ref::new(id, name)))
    }

    pub(crate) async fn interface(&mut self, tx: &mut Tx, id: InterfaceId) -> Found<Option<Ref>> {
        let name = once(&mut self.interfaces, id, async { Ok(tx.interface(id).await?.map(|interface| interface.if_name)) }).await?;
        Ok(name.map(|name| Ref::new(id, name)))
    }

    pub(crate) async fn credential(&mut self, tx: &mut Tx, id: CredentialId) -> Found<Option<Ref>> {
        if !self.sight.caller().may_somewhere(Action::ReadCredentials) {
            return Ok(None);
        }
        let sight = &mut self.sight;
        let find = async {
            let Some(credential) = tx.credential(id).await? else { return Ok(None) };
            Ok(sight.may(tx, Action::ReadCredentials, credential.tenant).await?.then_some(credential.name))
        };
        let name = once(&mut self.credentials, id, find).await?;
        Ok(name.map(|name| Ref::new(id, name)))
    }

    pub(crate) async fn collector(&mut self, tx: &mut Tx, id: CollectorId) -> Found<Option<Ref>> {
        if !self.sight.caller().may_somewhere(Action::ReadCollectors) {
            return Ok(None);
        }
        let name = once(&mut self.collectors, id, async { Ok(tx.collector(id).await?.map(|collector| collector.name)) }).await?;
        Ok(name.map(|name| Ref::new(id, name)))
    }

    /// People whom the caller does not see stay unnamed: a client does not learn who works at the provider.
    pub(crate) async fn person(&mut self, tx: &mut Tx, id: PersonId) -> Found<Option<PersonRef>> {
        let email = once(&mut self.people, id, async { Ok(tx.person(id).await?.map(|person| person.email)) }).await?;
        Ok(email.map(|email| PersonRef { id, email }))
    }

    pub(crate) async fn alarm(&mut self, tx: &mut Tx, id: AlarmId) -> Found<Option<AlarmId>> {
        let is_seen = once(&mut self.alarms, id, async { Ok(tx.alarm(id).await?.is_some()) }).await?;
        Ok(is_seen.then_some(id))
    }

    /// The title may name others: whoever does not see all that the window is about gets none.
    pub(crate) async fn maintenance(&mut self, tx: &mut Tx, id: MaintenanceId) -> Found<Option<Ref>> {
        let find = async {
            let Some(window) = tx.maintenance(id).await?.map(|listed| listed.maintenance) else { return Ok(None) };
            Ok(Some(if tx.tenant(window.tenant).await?.is_some() { window.title } else { String::new() }))
        };
        let title = once(&mut self.maintenances, id, find).await?;
        Ok(title.map(|title| Ref::new(id, title)))
    }

    /// The maintenance that runs on a device, by its own name or by its site.
    pub(crate) async fn work_on(&mut self, tx: &mut Tx, device: DeviceId, site: TenantId) -> Found<Option<Ref>> {
        if self.running.is_none() {
            self.running = Some(tx.windows_in_effect().await?);
        }
        let names = |object: &WorkObject| *object == WorkObject::Device(device) || *object == WorkObject::Site(site);
        let running = self.running.iter().flatten().find(|window| window.objects.iter().any(names)).map(|window| window.id);
        match running {
            Some(id) => self.maintenance(tx, id).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn incident(&mut self, tx: &mut Tx, id: IncidentId) -> Found<Option<IncidentId>> {
        let is_seen = once(&mut self.incidents, id, async { Ok(tx.incident(id).await?.is_some()) }).await?;
        Ok(is_seen.then_some(id))
    }
}

impl Look<'_> {
    /// Whether a text is no id at all, or of something that the caller sees.
    async fn is_for_him(&mut self, tx: &mut Tx, text: &str) -> Found<bool> {
        let reads = |action: Action| self.sight.caller().may_somewhere(action);
        let (credentials, tickets, collectors) =
            (reads(Action::ReadCredentials), reads(Action::ReadTickets), reads(Action::ReadCollectors));
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
            MaintenanceId::PREFIX => seen(text, async |id| Ok(self.maintenance(tx, id).await?.is_some())).await?,
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

/// Asks only for what is not known yet.
async fn once<K: Eq + Hash, V: Clone>(known: &mut HashMap<K, V>, key: K, find: impl Future<Output = Found<V>>) -> Found<V> {
    match known.entry(key) {
        Entry::Occupied(known) => Ok(known.get().clone()),
        Entry::Vacant(place) => Ok(place.insert(find.await?).clone()),
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
