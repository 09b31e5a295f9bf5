//! The stage on which the stories of notices are played: clients, incidents and impacts as rows, moved by the words of a script.

use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState, Impact, Incident, IncidentState, Severity};
use model::event::EventKind;
use model::notice::{Notice, NoticeState};
use model::service::Mapping;
use model::tenant::Language;
use model::{AlarmId, DeviceId, ImpactId, IncidentId, ServiceId, TenantId};
use notify::{Release, Threads, WriteDue};
use std::collections::BTreeMap;
use std::time::Duration;
use store::{ImpactListed, NoticeFilter, Page};
use testkit::World;
use work::Job;

pub struct Stage {
    pub world: World,
    pub devices: BTreeMap<String, DeviceId>,
    pub incidents: BTreeMap<String, IncidentId>,
    pub clients: BTreeMap<String, TenantId>,
    pub services: BTreeMap<String, ServiceId>,
    pub open: BTreeMap<(String, String), ImpactId>,
    pub told: usize,
}

impl Stage {
    /// Ромашка (contact in Russian), Acme (in English); more clients as a script names them.
    pub async fn new(location: &store::Location) -> Self {
        let world = World::new(location).await;
        world.contact(world.clients[0], "ivan@example.org", Language::Ru).await;
        world.contact(world.clients[1], "john@example.org", Language::En).await;
        let clients = [("ромашка".to_string(), world.clients[0]), ("acme".to_string(), world.clients[1])].into();
        Self {
            world,
            devices: BTreeMap::new(),
            incidents: BTreeMap::new(),
            clients,
            services: BTreeMap::new(),
            open: BTreeMap::new(),
            told: 0,
        }
    }

    pub async fn client(&mut self, name: &str) -> TenantId {
        if let Some(id) = self.clients.get(name) {
            return *id;
        }
        let id = TenantId::new();
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        let mut tenant = tx.tenant(self.world.clients[1]).await.unwrap().unwrap();
        (tenant.id, tenant.name) = (id, name.to_owned());
        tx.insert_tenant(&tenant).await.unwrap();
        tx.commit().await.unwrap();
        self.world.contact(id, &format!("{name}@example.org"), Language::En).await;
        self.clients.insert(name.into(), id);
        id
    }

    pub async fn device(&mut self, name: &str) -> DeviceId {
        if let Some(id) = self.devices.get(name) {
            return *id;
        }
        let id = self.world.device(self.world.sites[1], name, &[]).await;
        self.devices.insert(name.into(), id);
        id
    }

    /// `inc1:ромашка/Интернет` is hit (`?` behind it: by a stale mapping).
    pub async fn hit(&mut self, word: &str) {
        let (incident_name, rest) = word.split_once(':').unwrap();
        let (client_name, service_name) = rest.split_once('/').unwrap();
        let mapping = if service_name.ends_with('?') { Mapping::Stale } else { Mapping::Sure };
        let client = self.client(client_name).await;
        let device = self.device(incident_name).await;
        let service = *self.services.entry(service_name.into()).or_insert_with(ServiceId::new);
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        let now = tx.now();
        let incident = match self.incidents.get(incident_name) {
            Some(id) => *id,
            None => {
                let id = IncidentId::new();
                let alarm = alarm(device, self.world.sites[1], id, now);
                let new = Incident {
                    id,
                    tenant: self.world.sites[1],
                    root: alarm.id,
                    state: IncidentState::Open,
                    opened_at: now,
                    closed_at: None,
                    merged_into: None,
                    version: 1,
                };
                tx.insert_incident(&new).await.unwrap();
                tx.insert_alarm(&alarm).await.unwrap();
                self.incidents.insert(incident_name.into(), id);
                id
            }
        };
        let alarm = tx.alarms_of_incident(incident).await.unwrap()[0].id;
        let impact = Impact {
            id: ImpactId::new(),
            incident,
            alarm,
            service,
            client,
            mapping,
            from: now.minus(Duration::from_secs(20)),
            to: None,
            muted_by: None,
        };
        let id = impact.id;
        let listed = ImpactListed {
            impact,
            service_name: service_name.trim_end_matches('?').into(),
            client_name: client_name.into(),
            site: Some(self.world.sites[1]),
        };
        tx.insert_impact(&listed).await.unwrap();
        tx.emit(EventKind::ImpactOpened, id, client, 1, store::Fields::Null).await.unwrap();
        tx.commit().await.unwrap();
        self.open.insert((incident_name.into(), service_name.into()), id);
    }

    pub async fn end(&mut self, word: &str) {
        let (incident, service) = word.split_once(':').unwrap();
        let service = service.split_once('/').unwrap().1;
        let id = self.open.remove(&(incident.into(), service.into())).unwrap();
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        let client = tx.impact(id).await.unwrap().unwrap().impact.client;
        let now = tx.now();
        tx.close_impact(id, now).await.unwrap();
        tx.emit(EventKind::ImpactClosed, id, client, 2, store::Fields::Null).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn merge(&mut self, from: &str, into: &str) {
        let (from, into) = (self.incidents[from], self.incidents[into]);
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        tx.move_alarms(from, into).await.unwrap();
        let mut merged = tx.incident(from).await.unwrap().unwrap();
        (merged.state, merged.merged_into) = (IncidentState::Merged, Some(into));
        tx.update_incident(&merged).await.unwrap();
        tx.emit(EventKind::IncidentMerged, from, merged.tenant, 2, store::Fields::from_iter([("into", into.to_string())])).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn set(&mut self, what: &str) {
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        match what {
            "shadow" => {
                let mut settings = tx.settings().await.unwrap();
                settings.shadow = true;
                tx.set_settings(&settings).await.unwrap();
            }
            "shadow-acme" => {
                let mut acme = tx.tenant(self.world.clients[1]).await.unwrap().unwrap();
                acme.is_shadow = true;
                tx.update_tenant(&acme).await.unwrap();
            }
            "cut_off" | "live" => {
                let mut collector = tx.default_collector().await.unwrap().unwrap();
                collector.state = what.into();
                tx.set_collector(&collector).await.unwrap();
            }
            "sent" => {
                let queued = NoticeFilter { state: Some(NoticeState::Queued), ..NoticeFilter::default() };
                for listed in tx.notices(&queued, Page::first(500)).await.unwrap().items {
                    let sent = Notice { state: NoticeState::Sent, sent_at: Some(tx.now()), ..listed.notice };
                    tx.update_notice(&sent).await.unwrap();
                }
            }
            other => panic!("unknown word {other}"),
        }
        tx.commit().await.unwrap();
    }

    /// Lets everything that waits do its work.
    pub async fn work(&self) {
        work::deliver_all(&self.world.store, &Threads).await.unwrap();
        WriteDue { store: self.world.store.clone() }.run().await.unwrap();
        Release { store: self.world.store.clone() }.run().await.unwrap();
    }

    pub async fn step(&mut self, word: &str) {
        if let Some(seconds) = word.strip_suffix('s').and_then(|n| n.parse::<u64>().ok()) {
            for _ in 0..seconds {
                self.world.clock.advance(Duration::from_secs(1));
                self.work().await;
            }
        } else if let Some(hit) = word.strip_prefix('+') {
            self.hit(hit).await;
        } else if let Some(hit) = word.strip_prefix('-') {
            self.end(hit).await;
        } else if let Some((from, into)) = word.split_once("=>") {
            self.merge(from, into).await;
        } else {
            self.set(word).await;
        }
        // Something suspected keeps a thread gathering for its full time; without it the word goes at once.
        self.work().await;
    }

    /// Notices that were written or changed.
    pub async fn lines(&mut self) -> Vec<String> {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        let mut all = tx.notices(&NoticeFilter::default(), Page::first(500)).await.unwrap().items;
        all.reverse();
        all.iter()
            .map(|listed| {
                let notice = &listed.notice;
                let reason = notice.hold_reason.map_or(String::new(), |reason| format!(" ({reason})"));
                let services: Vec<&str> =
                    self.services.keys().map(|name| name.trim_end_matches('?')).filter(|name| notice.body.contains(*name)).collect();
                let to = if notice.address.is_empty() { "nobody" } else { &notice.address };
                format!("{} {} {}{reason}: {}", notice.kind, to, notice.state, services.join(", "))
            })
            .collect()
    }
}

pub fn alarm(device: DeviceId, tenant: TenantId, incident: IncidentId, at: model::Timestamp) -> Alarm {
    Alarm {
        id: AlarmId::new(),
        class: AlarmClass::Unreachable,
        object: AlarmObject::Device(device),
        device: Some(device),
        tenant,
        severity: Severity::Critical,
        state: AlarmState::Active,
        misses: 3,
        first_miss_at: at,
        raised_at: Some(at),
        well_since: None,
        cleared_at: None,
        flaps: 0,
        incident: Some(incident),
        suppressed_by: None,
        muted_by: None,
        acked_by: None,
        acked_at: None,
        ack_note: None,
        detail: String::new(),
        version: 1,
    }
}
