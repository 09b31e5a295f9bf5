//! A small simulated network for the demo and for tests: devices that answer SNMP v2c and v3 on loopback addresses, from a topology file.
//!
//! Promises: everything says that it is simulated (sysDescr, sysContact); what it answers follows the MIBs it cites (SNMPv2-MIB RFC 3418,
//! IF-MIB RFC 2863, HOST-RESOURCES-MIB RFC 2790); counters only grow, in the shape of a working day; a fault is a command
//! ([`Sim::link_down`], [`Sim::device_down`], [`Sim::snmp_silent`], [`Sim::slow`], [`Sim::garbage`]) and [`Sim::restore`] takes it back.
//! What lies behind a dead link or device falls silent too, because the centre looks from the root of the topology.
//! Never: an address other than loopback, a vendor's behaviour, a write (SET is refused).
//!
//! A limit that cannot be simulated: the kernel itself answers ICMP for every loopback address, also for a dead device. Reachability of
//! these devices must be judged by TCP connect to their SSH port, which a dead device leaves unanswered (no refusal, silence). On
//! Linux all of 127.0.0.0/8 is there; other systems need the addresses of the topology added to their loopback interface.

mod faults;
mod front;
mod mib;
mod shape;
mod sim;
mod ssh_port;
mod state;
pub mod topology;

pub use sim::{Sim, SimDevice, SimError};
pub use topology::Topology;
