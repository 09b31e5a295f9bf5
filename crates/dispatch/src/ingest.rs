//! From one observation to rows and samples.

use crate::job::scope;
use crate::recognise::recognise;
use crate::{DispatchError, samples, tables};
use model::device::{Facts, Interface};
use model::event::EventKind;
use model::observation::{Finding, Observation, ProbeMethod, SnmpAnswer, Tables};
use model::{DeviceId, Timestamp};
use serde_json::json;
use series::{Sample, Series};
use profiles::Profiles;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::Store;

/// What was last written of a device, so that an observation that brings nothing new writes nothing.
pub(crate) struct Ingest {
    profiles: Arc<Profiles>,
    facts: HashMap<DeviceId, Facts>,
    /// Devices without a profile, as last read.
    unrecognised: HashSet<DeviceId>,
    interfaces: HashMap<DeviceId, Vec<Interface>>,
    pub(crate) seen: HashMap<DeviceId, Timestamp>,
}

/// A start time moves by this much between two polls without anything having happened: sysUpTime counts hundredths, polls take time.
const BOOT_JITTER_S: u64 = 10;

impl Ingest {
    pub(crate) fn new(profiles: Arc<Profiles>) -> Self {
        Self { profiles, facts: HashMap::new(), unrecognised: HashSet::new(), interfaces: HashMap::new(), seen: HashMap::new() }
    }

    /// The register changed: read rows anew when they are needed.
    pub(crate) fn forget(&mut self) {
        self.facts.clear();
        self.interfaces.clear();
    }

    pub(crate) async fn take(&mut self, store: &Store, series: &Series, observation: &Observation) -> Result<(), DispatchError> {
        let device = observation.device;
        let mut samples = samples::of_device(observation);
        let is_answer = match &observation.finding {
            Finding::Reach { method, rtt, .. } => {
                self.note_method(store, device, *method).await?;
                rtt.is_some()
            }
            Finding::Snmp { answer } => *answer == SnmpAnswer::Answered,
            Finding::Status { interfaces } => {
                let known = self.known(store, device).await?;
                let changed = tables::compare_status(&known, interfaces, observation.at);
                self.write(store, device, vec![], changed).await?;
                true
            }
            Finding::Tables(tables) => {
                samples.extend(self.take_tables(store, series, device, tables, observation.at).await?);
                true
            }
        };
        if is_answer {
            self.seen.insert(device, observation.at);
        }
        append(series, &samples);
        Ok(())
    }

    async fn take_tables(
        &mut self,
        store: &Store,
        series: &Series,
        device: DeviceId,
        tables: &Tables,
        at: Timestamp,
    ) -> Result<Vec<Sample>, DispatchError> {
        let known = self.known(store, device).await?;
        let changes = tables::compare(device, &known, tables, at);
        if changes.left_out > 0 {
            tracing::warn!(%device, left_out = changes.left_out, "{device} lists more interfaces than are kept");
        }
        let booted = self.note_facts(store, device, tables, at).await?;
        self.write(store, device, changes.new, changes.changed).await?;
        let rows = self.known(store, device).await?;
        if let Some(booted) = booted {
            let objects: Vec<[u8; 16]> = rows.iter().map(|row| *row.id.bytes()).collect();
            if let Err(error) = series.restarted(&objects, booted) {
                tracing::warn!(%device, %error, "The restart of {device} could not be noted with its counters");
            }
        }
        let by_name: HashMap<&str, &Interface> = rows.iter().map(|row| (row.if_name.as_str(), row)).collect();
        Ok(tables
            .interfaces
            .iter()
            .filter_map(|reading| by_name.get(reading.if_name.as_str()).map(|row| samples::of_interface(row.id, reading, at)))
            .flatten()
            .collect())
    }

    async fn known(&mut self, store: &Store, device: DeviceId) -> Result<Vec<Interface>, DispatchError> {
        if let Some(rows) = self.interfaces.get(&device) {
            return Ok(rows.clone());
        }
        let rows = store.read(&scope()).await?.interfaces_of(device).await?;
        self.interfaces.insert(device, rows.clone());
        Ok(rows)
    }

    async fn write(&mut self, store: &Store, device: DeviceId, new: Vec<Interface>, changed: Vec<Interface>) -> Result<(), DispatchError> {
        if new.is_empty() && changed.is_empty() {
            return Ok(());
        }
        self.interfaces.remove(&device);
        let mut tx = store.write(&scope()).await?;
        // Removed while its answer was under way.
        let Some(row) = tx.device(device).await? else { return Ok(()) };
        for interface in &new {
            tx.insert_interface(interface).await?;
        }
        for interface in &changed {
            tx.update_interface(interface).await?;
        }
        tx.emit(EventKind::InterfaceState, device, row.site, row.version, json!({ "new": new.len(), "changed": changed.len() })).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn facts(&mut self, store: &Store, device: DeviceId) -> Result<Option<Facts>, DispatchError> {
        if let Some(facts) = self.facts.get(&device) {
            return Ok(Some(facts.clone()));
        }
        let Some(row) = store.read(&scope()).await?.device(device).await? else { return Ok(None) };
        if row.recognised.profile.is_none() {
            // A newer version may have a profile for it: once per plan is often enough.
            self.unrecognised.insert(device);
        }
        self.facts.insert(device, row.facts.clone());
        Ok(Some(row.facts))
    }

    async fn note_method(&mut self, store: &Store, device: DeviceId, method: ProbeMethod) -> Result<(), DispatchError> {
        match self.facts(store, device).await? {
            Some(facts) if facts.probe_method != Some(method) => {
                self.write_facts(store, device, Facts { probe_method: Some(method), ..facts }).await
            }
            _ => Ok(()),
        }
    }

    /// Writes the system group if it says something new; returns the start time when the device has restarted since we last looked.
    async fn note_facts(
        &mut self,
        store: &Store,
        device: DeviceId,
        tables: &Tables,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, DispatchError> {
        let Some(before) = self.facts(store, device).await? else { return Ok(None) };
        let booted_at = tables.uptime.map(|uptime| at.minus(uptime));
        let has_moved = match (before.booted_at, booted_at) {
            (Some(old), Some(new)) => new.since(old).as_secs() > BOOT_JITTER_S || old.since(new).as_secs() > BOOT_JITTER_S,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let fresh = Facts {
            sys_name: tables.sys_name.clone().or_else(|| before.sys_name.clone()),
            sys_descr: tables.sys_descr.clone().or_else(|| before.sys_descr.clone()),
            sys_object_id: tables.sys_object_id.clone().or_else(|| before.sys_object_id.clone()),
            booted_at: if has_moved { booted_at } else { before.booted_at },
            probe_method: before.probe_method,
        };
        let restarted = (has_moved && before.booted_at.is_some()).then_some(booted_at).flatten();
        let says_otherwise = fresh.sys_object_id != before.sys_object_id || fresh.sys_descr != before.sys_descr;
        if fresh != before {
            self.write_facts(store, device, fresh.clone()).await?;
        }
        if says_otherwise || self.unrecognised.remove(&device) {
            self.recognise(store, device, &fresh).await?;
        }
        Ok(restarted)
    }

    /// Another system under the same address is another device to its profile; what the command line told of the old one goes with it.
    async fn recognise(&mut self, store: &Store, device: DeviceId, facts: &Facts) -> Result<(), DispatchError> {
        let mut tx = store.write(&scope()).await?;
        let Some(row) = tx.device(device).await? else { return Ok(()) };
        let found = recognise(&self.profiles, facts, row.pinned_profile.as_deref());
        let known = if found.profile == row.recognised.profile { row.recognised.learn(found) } else { found };
        if known == row.recognised {
            return Ok(());
        }
        tx.set_device_recognised(device, &known).await?;
        let fields = json!({ "profile": known.profile });
        tx.emit(EventKind::DeviceState, device, row.site, row.version, fields).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn write_facts(&mut self, store: &Store, device: DeviceId, facts: Facts) -> Result<(), DispatchError> {
        let mut tx = store.write(&scope()).await?;
        tx.set_device_facts(device, &facts).await?;
        tx.commit().await?;
        self.facts.insert(device, facts);
        Ok(())
    }

    /// In one order everywhere: two transactions that lock the same rows must not meet crosswise.
    fn seen_in_order(&self) -> Vec<(DeviceId, Timestamp)> {
        let mut seen: Vec<(DeviceId, Timestamp)> = self.seen.iter().map(|(device, at)| (*device, *at)).collect();
        seen.sort_unstable();
        seen
    }

    /// Writes when devices were last heard, all at once.
    pub(crate) async fn write_seen(&mut self, store: &Store) -> Result<(), DispatchError> {
        if self.seen.is_empty() {
            return Ok(());
        }
        let seen = self.seen_in_order();
        let mut tx = store.write(&scope()).await?;
        tx.set_devices_seen(&seen).await?;
        tx.commit().await?;
        self.seen.clear();
        Ok(())
    }
}

/// A store of samples that is full stops graphs, not the watch.
fn append(series: &Series, samples: &[Sample]) {
    for some in samples.chunks(series::SAMPLES_PER_APPEND_MAX) {
        if let Err(error) = series.append(some) {
            tracing::error!(samples = some.len(), %error, "Samples could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_written_in_the_order_of_their_ids() {
        let seen = (0..100).map(|n| (DeviceId::new(), Timestamp::from_secs(100 - n))).collect();
        let ingest = Ingest { seen, ..Ingest::new(Arc::new(Profiles::default())) };
        let ids: Vec<DeviceId> = ingest.seen_in_order().into_iter().map(|(id, _)| id).collect();
        assert!(ids.len() == 100 && ids.is_sorted(), "{ids:?}");
    }
}
