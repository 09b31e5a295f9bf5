//! Finding the address and the key that open a device.

use crate::Collector;
use crate::device::Device;
use futures::future::join_all;
use model::credential::{CredentialKind, Key};
use model::observation::SnmpAnswer;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use transport::Error;
use transport::address;
use transport::snmp::{Access, Patience, Session};

/// For how long a resolved name is not looked up again.
const ADDRESS_KEPT: Duration = Duration::from_secs(60);

/// Where a device was last found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub address: IpAddr,
    at: Instant,
}

/// The address of the device. When its name does not resolve any more, the last known address serves: a dead resolver is no dead device.
pub async fn find(collector: &Collector, device: &Device) -> Result<IpAddr, Error> {
    if let Some(address) = address::literal(&device.plan.address) {
        return Ok(address);
    }
    let known = device.memory().found;
    if let Some(found) = known.filter(|found| found.at.elapsed() < ADDRESS_KEPT) {
        return Ok(found.address);
    }
    match collector.resolver.resolve(&device.plan.address).await {
        Ok(address) => {
            device.memory().found = Some(Found { address, at: Instant::now() });
            Ok(address)
        }
        Err(cause) => match known {
            Some(found) => {
                // Kept for a while again: a dead resolver must not slow every probe down.
                device.memory().found = Some(Found { address: found.address, at: Instant::now() });
                tracing::debug!(device = %device.plan.device, %cause, "The last known address {} serves", found.address);
                Ok(found.address)
            }
            None => Err(cause),
        },
    }
}

/// The keys of the device that are for SNMP, by their place in the plan.
pub fn snmp_keys(keys: &[Key]) -> impl Iterator<Item = (usize, &Key)> {
    keys.iter().enumerate().filter(|(_, key)| matches!(key.kind(), CredentialKind::SnmpV2c | CredentialKind::SnmpV3))
}

/// Opens a session with the key that worked last, or asks with all keys at once which one works.
pub async fn open<'a>(collector: &'a Collector, device: &Device, patience: Patience) -> Result<Session<'a>, Error> {
    let target = SocketAddr::new(find(collector, device).await?, device.plan.snmp_port);
    let works = device.memory().key_that_works.clone();
    if let Some(access) = works {
        return collector.snmp.open(target, &access, patience).await;
    }
    let tries = snmp_keys(&device.plan.keys).map(|(place, _)| try_key(collector, device, target, place, patience));
    let mut worst: Option<Error> = None;
    for tried in join_all(tries).await {
        match tried {
            Ok((session, access)) => {
                device.memory().key_that_works = Some(access);
                return Ok(session);
            }
            // A refusal tells more than silence.
            Err(cause) => {
                if worst.as_ref().is_none_or(|known| matches!(known, Error::Silent { .. }) || matches!(cause, Error::Refused { .. })) {
                    worst = Some(cause);
                }
            }
        }
    }
    Err(worst.unwrap_or(Error::Credential { detail: "none is for SNMP".to_owned() }))
}

async fn try_key<'a>(
    collector: &'a Collector,
    device: &Device,
    target: SocketAddr,
    place: usize,
    patience: Patience,
) -> Result<(Session<'a>, Arc<Access>), Error> {
    // Deriving the keys of v3 is costly: what is made ready stays so, also while the device is silent.
    let known = device.memory().accesses.get(&place).cloned();
    let access = match known {
        Some(access) => access,
        None => {
            let access = collector.snmp.access(&device.plan.keys[place]).await?;
            device.memory().accesses.insert(place, Arc::clone(&access));
            access
        }
    };
    let session = collector.snmp.open(target, &access, patience).await?;
    session.get(&[crate::oids::sys_up_time()]).await?;
    Ok((session, access))
}

/// How an error is reported.
pub fn answer(cause: &Error) -> SnmpAnswer {
    let detail = cause.to_string();
    match cause {
        Error::Refused { .. } | Error::Garbage { .. } | Error::Status { .. } | Error::TooBig { .. } | Error::Credential { .. } => {
            SnmpAnswer::Refused { detail }
        }
        _ => SnmpAnswer::Silent { detail },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::device::Watch;
    use crate::{Options, Probing};
    use link::DevicePlan;
    use model::{Clock, CollectorId, DeviceId};

    fn plan(address: &str, ssh_port: u16) -> DevicePlan {
        let day = Duration::from_secs(86_400);
        DevicePlan {
            device: DeviceId::from_bytes([1; 16]),
            address: address.to_owned(),
            snmp_port: 161,
            ssh_port,
            keys: vec![],
            probe_interval: day,
            poll_interval: day,
            watched: vec![],
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_address_outlives_its_name_and_a_changed_plan() {
        let (_centre, end) = link::in_process(100);
        let options = Options { collector: CollectorId::new(), probing: Probing::Tcp, profiles: Arc::default() };
        let collector = Arc::new(Collector::new(end, Clock::System, &options));
        let nameless = "no-such-host.invalid";
        let first = Watch::start(Arc::clone(&collector), plan(nameless, 22), None);
        assert!(find(&collector, first.device()).await.is_err(), "nothing is known of it yet");
        let address: IpAddr = "192.0.2.7".parse().unwrap();
        let long_ago = Instant::now().checked_sub(ADDRESS_KEPT).unwrap();
        first.device().memory().found = Some(Found { address, at: long_ago });
        // The name is looked up again, does not exist, and the last address serves.
        assert_eq!(find(&collector, first.device()).await.unwrap(), address);
        let second = Watch::start(Arc::clone(&collector), plan(nameless, 23), Some(&first));
        assert_eq!(find(&collector, second.device()).await.unwrap(), address);
        let renamed = Watch::start(Arc::clone(&collector), plan("another-host.invalid", 23), Some(&second));
        assert!(find(&collector, renamed.device()).await.is_err(), "another name is another address");
    }
}
