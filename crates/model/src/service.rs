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
    /// How many endpoints must work for the service to work; `None`: all of them.
    pub need: Option<u32>,
    pub created_at: Timestamp,
    pub version: i64,
}

impl Service {
    /// How many of its endpoints must work, never more than there are.
    pub fn needed(&self) -> usize {
        self.need.map_or(self.endpoints.len(), |need| (need as usize).min(self.endpoints.len()))
    }
}

vocabulary! {
    /// `stale`: the port that realises the service is not where the register says; told to line 1, never guessed to the client.
    Mapping: "mapping" { Sure = "sure", Stale = "stale" }
}
