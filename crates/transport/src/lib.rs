//! Protocols towards devices: ICMP echo, TCP connect, SNMP v2c and v3, SSH old and new with a session on the command line, names to addresses.
//!
//! Promises: every outcome has a name (silent, refused, garbage, unreachable and who said so); nothing waits for ever, nothing panics on what a
//! device sends; a half answer gives what was read and says that it is half.
//! Never: a decision what an outcome means, a schedule, a database.

pub mod address;
pub mod cli;
mod error;
pub mod icmp;
pub mod snmp;
pub mod ssh;
pub mod tcp;

pub use error::Error;
