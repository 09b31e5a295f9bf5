//! Services of clients and what realises them.

use crate::Result;
use crate::checks::Checks;
use crate::error::{RegisterError, check_version, denied};
use crate::flow::bind::{Port, find_port, settle_port};
use crate::rules::{check_list, checked_name};
use access::{Action, Caller};
use model::event::EventKind;
use model::service::{Endpoint, Service};
use model::tenant::TenantKind;
use model::{DeviceId, Problem, ServiceId, TenantId, limits};
use serde_json::{Value, json};
use store::Tx;

/// The interface by `ifc_…` or by ifName; none means the device as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    pub device: DeviceId,
    pub interface: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NewService {
    pub client: TenantId,
    pub name: String,
    pub endpoints: Vec<NewEndpoint>,
    /// How many endpoints must work; `None`: all of them.
    pub need: Option<u32>,
}

#[derive(Debug, Clone, Default)]
pub struct ServiceChange {
    pub name: Option<String>,
    pub endpoints: Option<Vec<NewEndpoint>>,
    pub need: Option<Option<u32>>,
}

const WHAT: &str = "service";

fn shown(service: &Service) -> Value {
    let endpoints: Vec<Value> = service.endpoints.iter().map(|end| json!({"device": end.device, "interface": end.interface})).collect();
    json!({"client": service.client, "name": service.name, "endpoints": endpoints, "need": service.need})
}

pub async fn create_service(tx: &mut Tx, caller: &Caller, new: NewService) -> Result<Service> {
    caller.may(tx, Action::WriteServices, new.client).await.map_err(denied("client"))?;
    let mut checks = Checks::default();
    let name = checks.take("name", checked_name(&new.name));
    let is_client = tx.tenant(new.client).await?.is_some_and(|tenant| tenant.kind == TenantKind::Client);
    checks.demand(
        "client",
        if is_client { Ok(()) } else { Err(Problem::new("not_allowed", "a service belongs to a client; this is not one")) },
    );
    check_need(&mut checks, new.need, new.endpoints.len());
    let ports = check_endpoints(tx, &mut checks, new.endpoints).await?;
    let (name, ports) = checks.finish(name.map(|name| (name, ports)))?;
    let service = Service {
        id: ServiceId::new(),
        client: new.client,
        name,
        need: new.need,
        endpoints: settle(tx, ports).await?,
        created_at: tx.now(),
        version: 1,
    };
    tx.insert_service(&service).await?;
    tx.emit(EventKind::ServiceChanged, service.id, service.client, service.version, json!({"name": service.name})).await?;
    tx.audit("service.created", service.id, service.client, None, Some(shown(&service))).await?;
    Ok(service)
}

pub async fn patch_service(tx: &mut Tx, caller: &Caller, id: ServiceId, version: i64, change: ServiceChange) -> Result<Service> {
    let before = tx.service(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?.service;
    caller.may(tx, Action::WriteServices, before.client).await.map_err(denied(WHAT))?;
    check_version("this service", version, before.version)?;
    let mut checks = Checks::default();
    let mut after = before.clone();
    if let Some(name) = checks.take_option("name", change.name.as_deref().map(checked_name)) {
        after.name = name;
    }
    if let Some(need) = change.need {
        after.need = need;
    }
    // Fewer endpoints than were needed before: said, not silently lowered.
    check_need(&mut checks, after.need, change.endpoints.as_ref().map_or(before.endpoints.len(), Vec::len));
    let ports = match change.endpoints {
        Some(endpoints) => Some(check_endpoints(tx, &mut checks, endpoints).await?),
        None => None,
    };
    let ports = checks.finish(Some(ports))?;
    if let Some(ports) = ports {
        after.endpoints = settle(tx, ports).await?;
    }
    tx.update_service(&after).await?;
    after.version += 1;
    tx.emit(EventKind::ServiceChanged, id, after.client, after.version, json!({"name": after.name})).await?;
    tx.audit("service.changed", id, after.client, Some(shown(&before)), Some(shown(&after))).await?;
    Ok(after)
}

pub async fn delete_service(tx: &mut Tx, caller: &Caller, id: ServiceId, version: Option<i64>) -> Result<()> {
    let before = tx.service(id).await?.ok_or(RegisterError::NotFound { what: WHAT })?.service;
    caller.may(tx, Action::WriteServices, before.client).await.map_err(denied(WHAT))?;
    check_version("this service", version.unwrap_or(before.version), before.version)?;
    tx.delete_service(id).await?;
    tx.emit(EventKind::ServiceChanged, id, before.client, before.version + 1, json!({"removed": true})).await?;
    tx.audit("service.removed", id, before.client, Some(shown(&before)), None).await?;
    Ok(())
}

fn check_need(checks: &mut Checks, need: Option<u32>, endpoints: usize) {
    let fits = need.is_none_or(|need| need >= 1 && need as usize <= endpoints);
    let problem = || Problem::new("out_of_range", format!("must be between 1 and the number of endpoints, {endpoints}; null means all"));
    checks.demand("need", if fits { Ok(()) } else { Err(problem()) });
}

async fn check_endpoints(tx: &mut Tx, checks: &mut Checks, endpoints: Vec<NewEndpoint>) -> Result<Vec<(DeviceId, Port)>> {
    checks.demand("endpoints", check_list(&endpoints, limits::ENDPOINTS_PER_SERVICE_MAX));
    let mut ports = Vec::new();
    for (place, end) in endpoints.into_iter().enumerate().take(limits::ENDPOINTS_PER_SERVICE_MAX) {
        let field = format!("endpoints[{place}]");
        if tx.device(end.device).await?.is_none() {
            checks.add(Problem::new("not_found", "there is no such device").at(format!("{field}.device")));
            continue;
        }
        if let Some(port) = find_port(tx, checks, &field, end.device, end.interface.as_deref()).await? {
            ports.push((end.device, port));
        }
    }
    Ok(ports)
}

async fn settle(tx: &mut Tx, ports: Vec<(DeviceId, Port)>) -> Result<Vec<Endpoint>> {
    let mut endpoints = Vec::with_capacity(ports.len());
    for (device, port) in ports {
        endpoints.push(Endpoint { device, interface: settle_port(tx, device, port).await? });
    }
    Ok(endpoints)
}
