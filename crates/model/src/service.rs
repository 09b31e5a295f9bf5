//! What a client has from us, and which device and interface realise it.

use crate::{DeviceId, InterfaceId, ServiceId, TenantId, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Endpoint {
    pub device: DeviceId,
    /// `None`: the device as a whole.
    pub interface: Option<InterfaceId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: ServiceId,
    pub client: TenantId,
    pub name: String,
    pub endpoints: Vec<Endpoint>,
    pub created_at: Timestamp,
    pub version: i64,
}

vocabulary! {
    /// `stale`: the port that realises the service is not where the register says; told to line 1, never guessed to the client.
    Mapping: "mapping" { Sure = "sure", Stale = "stale" }
}
