//! Plan, device plan and keys. What holds a secret wipes itself when dropped and does not show itself.

use super::{id, micros, missing, port, too_many, within, word};
use crate::{DEVICES_PER_PLAN_MAX, DevicePlan, Plan, REFERENCES_MAX};
use model::credential::Key;
use model::limits::{CREDENTIALS_PER_DEVICE_MAX, INTERFACES_PER_DEVICE_MAX};
use model::{FieldProblem, Secret};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroize;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PlanWire {
    #[prost(uint64, tag = "1")]
    revision: u64,
    #[prost(bytes = "vec", tag = "2")]
    collector: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    devices: Vec<DevicePlanWire>,
    #[prost(string, repeated, tag = "4")]
    references: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct DevicePlanWire {
    #[prost(bytes = "vec", tag = "1")]
    device: Vec<u8>,
    #[prost(string, tag = "2")]
    address: String,
    #[prost(uint32, tag = "3")]
    snmp_port: u32,
    #[prost(uint32, tag = "4")]
    ssh_port: u32,
    #[prost(message, repeated, tag = "5")]
    keys: Vec<KeyWire>,
    #[prost(uint64, tag = "6")]
    probe_interval_us: u64,
    #[prost(uint64, tag = "7")]
    poll_interval_us: u64,
    #[prost(string, repeated, tag = "8")]
    watched: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct KeyWire {
    #[prost(oneof = "KeyKind", tags = "1, 2, 3, 4, 5")]
    kind: Option<KeyKind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum KeyKind {
    #[prost(message, tag = "1")]
    SnmpV2c(SnmpV2cWire),
    #[prost(message, tag = "2")]
    SnmpV3(SnmpV3Wire),
    #[prost(message, tag = "3")]
    SshPassword(SshWire),
    #[prost(message, tag = "4")]
    SshKey(SshWire),
    #[prost(message, tag = "5")]
    Enable(SshWire),
}

#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub(crate) struct SnmpV2cWire {
    #[prost(string, tag = "1")]
    community: String,
}

#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub(crate) struct SnmpV3Wire {
    #[prost(string, tag = "1")]
    user: String,
    #[prost(string, tag = "2")]
    auth: String,
    #[prost(string, tag = "3")]
    auth_password: String,
    #[prost(string, tag = "4")]
    privacy: String,
    #[prost(string, tag = "5")]
    priv_password: String,
}

/// A password or a private key; without a user, what raises a session to privileged mode.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub(crate) struct SshWire {
    #[prost(string, tag = "1")]
    user: String,
    #[prost(string, tag = "2")]
    secret: String,
}

impl Drop for SnmpV2cWire {
    fn drop(&mut self) {
        self.community.zeroize();
    }
}
impl Drop for SnmpV3Wire {
    fn drop(&mut self) {
        self.auth_password.zeroize();
        self.priv_password.zeroize();
    }
}
impl Drop for SshWire {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}
impl fmt::Debug for SnmpV2cWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SnmpV2cWire")
    }
}
impl fmt::Debug for SnmpV3Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SnmpV3Wire")
    }
}
impl fmt::Debug for SshWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SshWire")
    }
}

impl From<&Plan> for PlanWire {
    fn from(plan: &Plan) -> Self {
        Self {
            revision: plan.revision,
            collector: plan.collector.bytes().to_vec(),
            devices: plan.devices.iter().map(DevicePlanWire::from).collect(),
            references: plan.references.clone(),
        }
    }
}

impl From<&DevicePlan> for DevicePlanWire {
    fn from(device: &DevicePlan) -> Self {
        Self {
            device: device.device.bytes().to_vec(),
            address: device.address.clone(),
            snmp_port: u32::from(device.snmp_port),
            ssh_port: u32::from(device.ssh_port),
            keys: device.keys.iter().map(KeyWire::from).collect(),
            probe_interval_us: micros(device.probe_interval),
            poll_interval_us: micros(device.poll_interval),
            watched: device.watched.clone(),
        }
    }
}

impl From<&Key> for KeyWire {
    fn from(key: &Key) -> Self {
        let ssh = |user: &str, secret: &Secret| SshWire { user: user.to_owned(), secret: secret.reveal().to_owned() };
        let kind = match key {
            Key::SnmpV2c { community } => KeyKind::SnmpV2c(SnmpV2cWire { community: community.reveal().to_owned() }),
            Key::SnmpV3 { user, auth, auth_password, privacy, priv_password } => KeyKind::SnmpV3(SnmpV3Wire {
                user: user.clone(),
                auth: auth.as_str().to_owned(),
                auth_password: auth_password.reveal().to_owned(),
                privacy: privacy.as_str().to_owned(),
                priv_password: priv_password.reveal().to_owned(),
            }),
            Key::SshPassword { user, password } => KeyKind::SshPassword(ssh(user, password)),
            Key::SshKey { user, key } => KeyKind::SshKey(ssh(user, key)),
            Key::Enable { password } => KeyKind::Enable(ssh("", password)),
        };
        Self { kind: Some(kind) }
    }
}

impl TryFrom<PlanWire> for Plan {
    type Error = FieldProblem;
    fn try_from(wire: PlanWire) -> Result<Self, FieldProblem> {
        if wire.devices.len() > DEVICES_PER_PLAN_MAX {
            return Err(too_many("devices", wire.devices.len(), DEVICES_PER_PLAN_MAX));
        }
        if wire.references.len() > REFERENCES_MAX {
            return Err(too_many("references", wire.references.len(), REFERENCES_MAX));
        }
        let device = |(at, wire): (usize, DevicePlanWire)| wire.try_into().map_err(within(&format!("devices[{at}]")));
        Ok(Self {
            revision: wire.revision,
            collector: id("collector", &wire.collector)?,
            devices: wire.devices.into_iter().enumerate().map(device).collect::<Result<_, _>>()?,
            references: wire.references,
        })
    }
}

impl TryFrom<DevicePlanWire> for DevicePlan {
    type Error = FieldProblem;
    fn try_from(wire: DevicePlanWire) -> Result<Self, FieldProblem> {
        if wire.keys.len() > CREDENTIALS_PER_DEVICE_MAX {
            return Err(too_many("keys", wire.keys.len(), CREDENTIALS_PER_DEVICE_MAX));
        }
        if wire.watched.len() > INTERFACES_PER_DEVICE_MAX {
            return Err(too_many("watched", wire.watched.len(), INTERFACES_PER_DEVICE_MAX));
        }
        let key = |(at, wire): (usize, KeyWire)| wire.try_into().map_err(within(&format!("keys[{at}]")));
        Ok(Self {
            device: id("device", &wire.device)?,
            address: wire.address,
            snmp_port: port("snmp_port", wire.snmp_port)?,
            ssh_port: port("ssh_port", wire.ssh_port)?,
            keys: wire.keys.into_iter().enumerate().map(key).collect::<Result<_, _>>()?,
            probe_interval: Duration::from_micros(wire.probe_interval_us),
            poll_interval: Duration::from_micros(wire.poll_interval_us),
            watched: wire.watched,
        })
    }
}

impl TryFrom<KeyWire> for Key {
    type Error = FieldProblem;
    fn try_from(wire: KeyWire) -> Result<Self, FieldProblem> {
        // Texts are taken out rather than copied, so that no second copy of a secret needs wiping.
        let take = |text: &mut String| std::mem::take(text);
        match wire.kind {
            Some(KeyKind::SnmpV2c(mut key)) => Ok(Self::SnmpV2c { community: Secret::new(take(&mut key.community)) }),
            Some(KeyKind::SnmpV3(mut key)) => Ok(Self::SnmpV3 {
                user: take(&mut key.user),
                auth: word("snmp_v3.auth", &key.auth)?,
                auth_password: Secret::new(take(&mut key.auth_password)),
                privacy: word("snmp_v3.privacy", &key.privacy)?,
                priv_password: Secret::new(take(&mut key.priv_password)),
            }),
            Some(KeyKind::SshPassword(mut key)) => {
                Ok(Self::SshPassword { user: take(&mut key.user), password: Secret::new(take(&mut key.secret)) })
            }
            Some(KeyKind::SshKey(mut key)) => Ok(Self::SshKey { user: take(&mut key.user), key: Secret::new(take(&mut key.secret)) }),
            Some(KeyKind::Enable(mut key)) => Ok(Self::Enable { password: Secret::new(take(&mut key.secret)) }),
            None => Err(missing("kind")),
        }
    }
}
