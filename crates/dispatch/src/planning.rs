//! The plan of a collector, from the register.

use crate::DispatchError;
use crate::job::scope;
use link::{DevicePlan, Plan};
use model::credential::Key;
use model::{CollectorId, CredentialId, DeviceId};
use std::collections::HashMap;
use std::sync::Arc;
use store::Store;

/// Opens a credential that was sealed with the master key.
pub type KeyOpener = Arc<dyn Fn(CredentialId, &[u8]) -> Result<Key, String> + Send + Sync>;

const DEVICES_PER_QUERY: usize = 500;

/// A snapshot of everything this collector shall look at. `revision` is the number of the last event it contains.
pub(crate) async fn plan(store: &Store, collector: CollectorId, open: &KeyOpener) -> Result<Plan, DispatchError> {
    let mut tx = store.read(&scope()).await?;
    let revision = tx.last_event().await?;
    let references = tx.settings().await?.reference_targets;
    let rows = tx.devices_of_collector(collector).await?;
    let mut watched: HashMap<DeviceId, Vec<String>> = HashMap::new();
    let mut keys: HashMap<CredentialId, Key> = HashMap::new();
    for some in rows.chunks(DEVICES_PER_QUERY) {
        let ids: Vec<DeviceId> = some.iter().map(|device| device.id).collect();
        for interface in tx.watched_interfaces(&ids).await? {
            watched.entry(interface.device).or_default().push(interface.if_name);
        }
        let mut used: Vec<CredentialId> =
            some.iter().flat_map(|device| device.credentials.iter().copied()).filter(|id| !keys.contains_key(id)).collect();
        used.sort_unstable();
        used.dedup();
        for sealed in tx.sealed_credentials(&used).await? {
            match open(sealed.credential.id, &sealed.sealed) {
                Ok(key) => drop(keys.insert(sealed.credential.id, key)),
                Err(error) => {
                    tracing::error!(credential = %sealed.credential.id, %error, "A credential cannot be opened; its devices are looked at without it")
                }
            }
        }
    }
    let devices = rows
        .into_iter()
        .map(|device| DevicePlan {
            device: device.id,
            address: device.address,
            snmp_port: device.snmp_port,
            ssh_port: device.ssh_port,
            keys: device.credentials.iter().filter_map(|id| keys.get(id).cloned()).collect(),
            probe_interval: device.probe_interval,
            poll_interval: device.poll_interval,
            watched: watched.remove(&device.id).unwrap_or_default(),
        })
        .collect();
    Ok(Plan { revision: u64::try_from(revision).unwrap_or(0), collector, devices, references })
}
