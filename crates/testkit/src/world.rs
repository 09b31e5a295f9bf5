//! A small world in a store: a provider, a partner, two clients, a site each, a collector.

use model::contact::Contact;
use model::credential::{Credential, CredentialKind};
use model::device::{Device, DeviceState, Facts, Interface, Owner, ParentLink};
use model::scope::Reason;
use model::service::{Endpoint, Service};
use model::tenant::{Brand, Language, Tenant, TenantKind};
use model::{Clock, CollectorId, ContactId, CredentialId, DeviceId, InterfaceId, Scope, ServiceId, TenantId, Timestamp, limits};
use store::{CollectorRow, Location, Store};

/// When every scenario begins: 2026-11-22 14:00:00 UTC.
pub const START: Timestamp = Timestamp::from_secs(1_795_356_000);

pub struct World {
    pub store: Store,
    pub clock: Clock,
    pub provider: TenantId,
    pub partner: TenantId,
    pub clients: [TenantId; 2],
    pub sites: [TenantId; 2],
    pub collector: CollectorId,
    /// An SNMP credential that every device has.
    pub snmp: CredentialId,
}

impl World {
    pub fn scope() -> Scope {
        Scope::installation(Reason("test"))
    }

    /// A new world in an empty database.
    pub async fn new(location: &Location) -> Self {
        let clock = Clock::fake(START);
        let store = Store::open(location, clock.clone()).await.expect("a fresh database opens");
        let mut tx = store.write(&Self::scope()).await.expect("a fresh database is writable");
        let tenant = |kind, parent, name: &str, brand: Option<&str>, language| Tenant {
            id: TenantId::new(),
            kind,
            parent,
            name: name.into(),
            brand: Brand { name: brand.map(Into::into), sender: brand.map(|_| "noc@partner.example".into()) },
            tz: None,
            language,
            is_shadow: false,
            created_at: START,
            version: 1,
        };
        let provider = tenant(TenantKind::Provider, None, "Polyot MSP", None, Some(Language::En));
        let partner = tenant(TenantKind::Partner, Some(provider.id), "Partner ISP", Some("Partner Telecom"), None);
        let romashka = tenant(TenantKind::Client, Some(partner.id), "Ромашка", None, Some(Language::Ru));
        let acme = tenant(TenantKind::Client, Some(provider.id), "Acme", None, None);
        let site_a = tenant(TenantKind::Site, Some(romashka.id), "Склад", None, None);
        let site_b = tenant(TenantKind::Site, Some(acme.id), "Plant", None, None);
        for tenant in [&provider, &partner, &romashka, &acme, &site_a, &site_b] {
            tx.insert_tenant(tenant).await.expect("a new tenant");
        }
        let collector = CollectorId::new();
        tx.insert_collector(&CollectorRow {
            id: collector,
            tenant: provider.id,
            name: "central".into(),
            state: "live".into(),
            since: START,
            seen_at: Some(START),
            note: "[]".into(),
            devices: 0,
            version: 1,
        })
        .await
        .expect("a new collector");
        let snmp = Credential {
            id: CredentialId::new(),
            tenant: provider.id,
            name: "public".into(),
            kind: CredentialKind::SnmpV2c,
            created_at: START,
            version: 1,
        };
        tx.insert_credential(&snmp, b"sealed elsewhere".to_vec()).await.expect("a new credential");
        tx.commit().await.expect("the world commits");
        Self {
            store,
            clock,
            provider: provider.id,
            partner: partner.id,
            clients: [romashka.id, acme.id],
            sites: [site_a.id, site_b.id],
            collector,
            snmp: snmp.id,
        }
    }

    /// The same world in an existing database, as after a restart.
    pub async fn reopen(location: &Location, clock: Clock) -> Self {
        let store = Store::open(location, clock.clone()).await.expect("the database opens again");
        let mut tx = store.read(&Self::scope()).await.expect("a read");
        let page = store::Page::first(limits::PAGE_ITEMS_MAX);
        let all = tx.tenants(&store::TenantFilter::default(), page).await.expect("tenants").items;
        let named = |name: &str| all.iter().find(|t| t.name == name).expect("a tenant of the world").id;
        let collector = tx.default_collector().await.expect("collectors").expect("one collector").id;
        let snmp = tx.credentials(page).await.expect("credentials").items.first().expect("one credential").id;
        drop(tx);
        Self {
            store,
            clock,
            provider: named("Polyot MSP"),
            partner: named("Partner ISP"),
            clients: [named("Ромашка"), named("Acme")],
            sites: [named("Склад"), named("Plant")],
            collector,
            snmp,
        }
    }

    pub async fn device(&self, site: TenantId, name: &str, parents: &[(DeviceId, Option<InterfaceId>)]) -> DeviceId {
        let device = Device {
            id: DeviceId::new(),
            site,
            name: name.into(),
            address: "127.0.0.1".into(),
            snmp_port: 161,
            ssh_port: 22,
            credentials: vec![self.snmp],
            parents: parents.iter().map(|(device, interface)| ParentLink { device: *device, interface: *interface }).collect(),
            owner: Owner::Provider,
            probe_interval: limits::PROBE_INTERVAL_DEFAULT,
            poll_interval: limits::POLL_INTERVAL_DEFAULT,
            collector: self.collector,
            state: DeviceState::Unknown,
            state_since: self.clock.now(),
            seen_at: None,
            facts: Facts::default(),
            pinned_profile: None,
            recognised: model::device::Recognised::default(),
            created_at: self.clock.now(),
            version: 1,
        };
        let mut tx = self.store.write(&Self::scope()).await.expect("a write");
        tx.insert_device(&device).await.expect("a new device");
        tx.emit(model::event::EventKind::DeviceChanged, device.id, site, 1, serde_json_null()).await.expect("an event");
        tx.commit().await.expect("commit");
        device.id
    }

    pub async fn interface(&self, device: DeviceId, if_name: &str, is_seen: bool) -> InterfaceId {
        let mut interface = Interface::unseen(device, if_name);
        if is_seen {
            (interface.if_index, interface.seen_at, interface.is_present) = (Some(1), Some(self.clock.now()), true);
        }
        let mut tx = self.store.write(&Self::scope()).await.expect("a write");
        tx.insert_interface(&interface).await.expect("a new interface");
        tx.commit().await.expect("commit");
        interface.id
    }

    pub async fn service(&self, client: TenantId, name: &str, ends: &[(DeviceId, Option<InterfaceId>)]) -> ServiceId {
        let service = Service {
            id: ServiceId::new(),
            client,
            name: name.into(),
            need: None,
            endpoints: ends.iter().map(|(device, interface)| Endpoint { device: *device, interface: *interface }).collect(),
            created_at: self.clock.now(),
            version: 1,
        };
        let mut tx = self.store.write(&Self::scope()).await.expect("a write");
        tx.insert_service(&service).await.expect("a new service");
        tx.emit(model::event::EventKind::ServiceChanged, service.id, client, 1, serde_json_null()).await.expect("an event");
        tx.commit().await.expect("commit");
        service.id
    }

    pub async fn contact(&self, tenant: TenantId, email: &str, language: Language) -> ContactId {
        let contact = Contact {
            id: ContactId::new(),
            tenant,
            name: email.split('@').next().unwrap_or(email).into(),
            email: Some(email.into()),
            webhook: None,
            language,
            created_at: self.clock.now(),
            version: 1,
        };
        let mut tx = self.store.write(&Self::scope()).await.expect("a write");
        tx.insert_contact(&contact, None).await.expect("a new contact");
        tx.commit().await.expect("commit");
        contact.id
    }
}

fn serde_json_null() -> store::Fields {
    store::Fields::Null
}
