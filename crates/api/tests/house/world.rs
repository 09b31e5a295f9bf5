//! Two partners, three clients, and everything that can exist of one of them: what must stay his own.

use super::{House, Person, TEST};
use model::alarm::{Alarm, AlarmClass, AlarmObject, AlarmState, Impact, Incident, IncidentState, Severity};
use model::notice::{Channel, Notice, NoticeKind, NoticeState};
use model::service::Mapping;
use model::tenant::Language;
use model::ticket::{Line, Ticket, TicketNote, TicketState};
use model::{AlarmId, DeviceId, ImpactId, IncidentId, NoticeId, PersonId, ServiceId, TenantId, TicketId, Timestamp};
use serde_json::json;
use store::{ImpactListed, NoticeListed, Store};

/// In every name, address and text of client A.
pub const MARK: &str = "zebra";

/// Everything of client A, by prefixed id.
#[derive(Debug, Clone)]
pub struct Owned {
    pub client: String,
    pub site: String,
    pub user: String,
    pub contact: String,
    pub credential: String,
    pub device: String,
    pub interface: String,
    pub service: String,
    pub alarm: String,
    pub incident: String,
    pub notice: String,
    pub held: String,
    pub ticket: String,
    pub session: String,
    pub token: String,
    pub maintenance: String,
    pub source: String,
    pub signal: String,
}

impl Owned {
    pub fn ids(&self) -> Vec<&str> {
        vec![
            &self.client,
            &self.site,
            &self.user,
            &self.contact,
            &self.credential,
            &self.device,
            &self.interface,
            &self.service,
            &self.alarm,
            &self.incident,
            &self.notice,
            &self.held,
            &self.ticket,
            &self.session,
            &self.token,
            &self.maintenance,
            &self.source,
            &self.signal,
        ]
    }
}

pub struct World {
    pub admin: Person,
    pub a: Owned,
    /// Of A itself: must get what the others must not.
    pub own: Person,
    /// Nothing to do with A's partner.
    pub stranger: Person,
    /// Under the same partner, another client.
    pub sibling_client: Person,
    /// Another partner's administrator.
    pub sibling_partner: Person,
}

pub async fn build(house: &House) -> World {
    let admin = house.set_up().await;
    let tenant = async |kind: &str, parent: Option<&str>, name: &str| {
        admin.make("/api/v1/tenants", json!({"kind": kind, "parent": parent, "name": name})).await
    };
    let p1 = tenant("partner", None, "Partner One").await;
    let p2 = tenant("partner", None, "Partner Two").await;
    let p3 = tenant("partner", None, "Partner Three").await;
    let client = tenant("client", Some(&p1), "Zebra Client").await;
    let site = tenant("site", Some(&client), "Zebra Site").await;
    let c2 = tenant("client", Some(&p1), "Second").await;
    let s2 = tenant("site", Some(&c2), "Second Site").await;
    let c3 = tenant("client", Some(&p2), "Third").await;

    let own = house.invite(&admin, "boss@zebra.example", &[(&client, "client_admin")]).await;
    let sibling_client = house.invite(&admin, "boss@second.example", &[(&c2, "client_admin")]).await;
    let sibling_partner = house.invite(&admin, "boss@two.example", &[(&p2, "partner_admin"), (&c3, "client_admin")]).await;
    let stranger = house.invite(&admin, "someone@three.example", &[(&p3, "partner_l1")]).await;

    let contact = json!({"tenant": client, "name": "Zebra Contact", "email": "noc@zebra.example", "language": "en"});
    let contact = admin.make("/api/v1/contacts", contact).await;
    let credential = json!({"tenant": client, "name": "zebra key", "kind": "snmp_v2c", "community": "zebra-community"});
    let credential = admin.make("/api/v1/credentials", credential).await;
    let device = json!({"site": site, "name": "zebra-cpe", "address": "cpe.zebra.example", "credentials": [credential]});
    let device = admin.make("/api/v1/devices", device).await;
    let service = json!({"client": client, "name": "Zebra Internet", "endpoints": [{"device": device, "interface": "zebra0"}]});
    let service = admin.post("/api/v1/services", service).await.expect(201);
    let interface = service.at("/endpoints/0/interface/id");
    let service = service.at("/id");

    // A neighbour that hangs on A's device in every way there is: his own pages must not tell.
    let near = json!({"site": s2, "name": "near", "address": "192.0.2.9", "parents": [{"device": device, "interface": "zebra0"}]});
    let near = admin.make("/api/v1/devices", near).await;
    let shared =
        json!({"client": c2, "name": "Second Internet", "endpoints": [{"device": near}, {"device": device, "interface": "zebra0"}]});
    let shared = admin.make("/api/v1/services", shared).await;

    let (alarm, incident) = fault(&house.store, &device, &site, None).await;
    fault(&house.store, &near, &s2, Some((alarm, incident))).await;
    hit(&house.store, incident, alarm, &service, &client, "Zebra Internet").await;
    hit(&house.store, incident, alarm, &shared, &c2, "Second Internet").await;
    let notice = tell(&house.store, incident, &client, "noc@zebra.example", NoticeState::Sent).await;
    let held = tell(&house.store, incident, &client, "second@zebra.example", NoticeState::Held).await;
    tell(&house.store, incident, &c2, "noc@second.example", NoticeState::Sent).await;
    let ticket = open_ticket(&house.store, incident, &site, &admin.id).await;

    let session = own.get("/api/v1/sessions").await.expect(200).at("/items/0/id");
    let token = own.make("/api/v1/tokens", json!({"name": "zebra program", "access": "read", "expires_in_days": 1})).await;
    // Work on what is A's alone; work that touches a neighbour as well has a story of its own.
    let alone = admin.make("/api/v1/devices", json!({"site": site, "name": "zebra-two", "address": "two.zebra.example"})).await;
    let alone_service = json!({"client": client, "name": "Zebra Voice", "endpoints": [{"device": alone}]});
    let alone_service = admin.make("/api/v1/services", alone_service).await;
    let starts_at = model::Clock::System.now().plus(std::time::Duration::from_secs(86_400));
    let work = json!({"title": "Zebra work", "note": "zebra note", "starts_at": starts_at, "ends_at": starts_at.plus(std::time::Duration::from_secs(3_600)),
        "objects": [{"device": alone}, {"service": alone_service}], "announces": true});
    let maintenance = admin.make("/api/v1/maintenances", work).await;
    let (source, signal) = beside(house, &admin, &client).await;

    let a = Owned {
        user: own.id.clone(),
        client,
        site,
        contact,
        credential,
        device,
        interface,
        service,
        alarm: alarm.to_string(),
        incident: incident.to_string(),
        notice: notice.to_string(),
        held: held.to_string(),
        ticket: ticket.to_string(),
        session,
        token,
        maintenance,
        source,
        signal,
    };
    World { admin, a, own, stranger, sibling_client, sibling_partner }
}

/// Another monitoring system of the client, and something that it says about nothing we know.
async fn beside(house: &House, admin: &Person, client: &str) -> (String, String) {
    let made = json!({"kind": "alertmanager", "tenant": client, "name": "Zebra Prometheus"});
    let made = admin.post("/api/v1/sources", made).await.expect(201);
    let item = json!({"status": "firing", "labels": {"alertname": "ZebraDown", "instance": "unknown.zebra.example:9100"}, "fingerprint": "zebra1"});
    let teller = Person { router: house.router.clone(), token: Some(made.at("/secret")), id: String::new() };
    teller.post(&made.at("/path"), json!({"version": "4", "alerts": [item]})).await.expect(200);
    let signal = admin.get("/api/v1/signals?unmapped=true").await.expect(200).at("/items/0/id");
    (made.at("/id"), signal)
}

fn long_ago() -> Timestamp {
    Timestamp::from_secs(1_790_000_000)
}

/// An alarm on the device; a cause with its own incident, or a symptom of another one.
async fn fault(store: &Store, device: &str, site: &str, cause: Option<(AlarmId, IncidentId)>) -> (AlarmId, IncidentId) {
    let device: DeviceId = device.parse().unwrap();
    let tenant: TenantId = site.parse().unwrap();
    let (id, incident) = (AlarmId::new(), cause.map_or_else(IncidentId::new, |(_, incident)| incident));
    let mut tx = store.write(&TEST).await.unwrap();
    if cause.is_none() {
        let row = Incident {
            id: incident,
            tenant,
            root: id,
            state: IncidentState::Open,
            opened_at: long_ago(),
            closed_at: None,
            merged_into: None,
            version: 1,
        };
        tx.insert_incident(&row).await.unwrap();
    }
    let alarm = Alarm {
        id,
        class: AlarmClass::Unreachable,
        object: AlarmObject::Device(device),
        device: Some(device),
        tenant,
        severity: Severity::Critical,
        state: AlarmState::Active,
        misses: 3,
        first_miss_at: long_ago(),
        raised_at: Some(long_ago()),
        well_since: None,
        cleared_at: None,
        flaps: 0,
        incident: Some(incident),
        suppressed_by: cause.map(|(alarm, _)| alarm),
        muted_by: None,
        acked_by: None,
        acked_at: None,
        ack_note: None,
        detail: if cause.is_none() { "zebra does not answer".into() } else { "no answer".into() },
        version: 1,
    };
    tx.insert_alarm(&alarm).await.unwrap();
    let fields = json!({"incident": incident, "suppressed_by": alarm.suppressed_by, "device": device});
    tx.emit(model::event::EventKind::AlarmRaised, id, tenant, 1, fields).await.unwrap();
    tx.commit().await.unwrap();
    (id, incident)
}

async fn hit(store: &Store, incident: IncidentId, alarm: AlarmId, service: &str, client: &str, name: &str) {
    let service: ServiceId = service.parse().unwrap();
    let client: TenantId = client.parse().unwrap();
    let impact = Impact {
        id: ImpactId::new(),
        incident,
        alarm,
        service,
        client,
        mapping: Mapping::Sure,
        from: long_ago(),
        to: None,
        muted_by: None,
    };
    let mut tx = store.write(&TEST).await.unwrap();
    let id = impact.id;
    tx.insert_impact(&ImpactListed { impact, service_name: name.into(), client_name: String::new(), site: None }).await.unwrap();
    tx.emit(model::event::EventKind::ImpactOpened, id, client, 1, json!({"incident": incident, "alarm": alarm})).await.unwrap();
    tx.commit().await.unwrap();
}

async fn tell(store: &Store, incident: IncidentId, client: &str, address: &str, state: NoticeState) -> NoticeId {
    let notice = Notice {
        id: NoticeId::new(),
        topic: incident.into(),
        client: client.parse().unwrap(),
        contact: None,
        channel: Channel::Email,
        address: address.into(),
        language: Language::En,
        kind: NoticeKind::Opened,
        state,
        hold_reason: None,
        release_at: None,
        brand: "Partner One".into(),
        sender: None,
        subject: format!("To {address}"),
        body: format!("Dear {address}"),
        message_id: format!("<{address}>"),
        attempts: 0,
        next_attempt_at: None,
        last_error: None,
        created_at: long_ago(),
        sent_at: None,
        proof: None,
        version: 1,
    };
    let id = notice.id;
    let mut tx = store.write(&TEST).await.unwrap();
    assert!(
        tx.insert_notice(&NoticeListed { notice, client_name: String::new(), contact_name: None, html: String::new(), step: 1 })
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    id
}

async fn open_ticket(store: &Store, incident: IncidentId, site: &str, author: &str) -> TicketId {
    let ticket = Ticket {
        id: TicketId::new(),
        tenant: site.parse().unwrap(),
        line: Line::L1,
        state: TicketState::New,
        incident,
        title: "zebra-cpe is unreachable".into(),
        holder: None,
        clients: Vec::new(),
        opened_at: long_ago(),
        resolved_at: None,
        version: 1,
    };
    let author: PersonId = author.parse().unwrap();
    let mut tx = store.write(&TEST).await.unwrap();
    assert!(tx.insert_ticket(&ticket).await.unwrap());
    tx.add_hit_clients(ticket.id, incident).await.unwrap();
    tx.add_ticket_note(ticket.id, &TicketNote { at: long_ago(), author: Some(author), text: "zebra note".into() }).await.unwrap();
    tx.commit().await.unwrap();
    ticket.id
}
