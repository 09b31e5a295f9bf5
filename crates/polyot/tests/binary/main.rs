//! The real binary, run as a process of its own: started, asked over HTTP, killed, starved of disk and mail, and started again.
//! Real SNMP agents (net-snmp), a real mail server (exim4), both databases, network namespaces where root allows it.

#![allow(clippy::unwrap_used)]

mod client;
mod lab;
mod product;
mod rows;

mod cli;
mod backup_restore;
mod cold;
mod alertmanager;
mod configuration;
#[cfg(feature = "demo")]
mod demo;
mod disk;
mod faults;
mod first_start;
mod https;
mod idle;
mod key;
mod lost_site;
mod serving;
mod what_if;
mod watchdog;
