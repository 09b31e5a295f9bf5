//! A small simulated network for the demo and for tests: devices that answer SNMP v2c and v3 and an SSH command line with state, on loopback
//! addresses, from a topology file.
//!
//! Promises: everything says that it is simulated (sysDescr, sysContact, sysLocation, the banner before the login); what it answers follows
//! the MIBs it cites (SNMPv2-MIB RFC 3418, IF-MIB RFC 2863, HOST-RESOURCES-MIB RFC 2790, ENTITY-MIB RFC 6933) and the vendors' guides that
//! its data names; a configuration is one thing: commands change it, `show` prints it, SNMP tells it (ifAlias, ifAdminStatus, sysName), what
//! is shut is down at both ends; what nobody saved is lost with the power; counters only grow, in the shape of a working day; a fault is a
//! command ([`Sim::link_down`], [`Sim::device_down`], [`Sim::snmp_silent`], [`Sim::slow`], [`Sim::garbage`], [`Sim::config_changed`],
//! [`Sim::ssh_truncated`] and its sisters) and [`Sim::restore`] takes it back. What lies behind a dead link or device falls silent too,
//! because the centre looks from the root of the topology.
//! Never: an address other than loopback, a write by SNMP (SET is refused), kindness where real gear is strict: an unknown command is an
//! error, the pager is on until it is switched off, `enable` wants its password. A vendor's name is only in the data of `topology/`.
//!
//! A limit that cannot be simulated: the kernel itself answers ICMP for every loopback address, also for a dead device. Reachability of
//! these devices must be judged by TCP connect to their SSH port, which a dead device leaves unanswered (no refusal, silence). On
//! Linux all of 127.0.0.0/8 is there; other systems need the addresses of the topology added to their loopback interface.

mod cli;
mod faults;
mod front;
mod login;
mod mib;
mod network;
mod platform;
mod shape;
mod sim;
mod ssh;
mod state;
pub mod topology;

pub use platform::Style;
pub use sim::{Sim, SimDevice, SimError};
pub use topology::Topology;
