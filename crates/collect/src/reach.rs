//! One probe of availability.

use crate::Collector;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use transport::icmp::{ECHO_SPACING, ECHOES_PER_PROBE};
use transport::tcp;

/// A TCP connect waits as long as an ICMP probe.
const TCP_TIMEOUT: Duration = ECHO_SPACING.saturating_mul(ECHOES_PER_PROBE);

/// The round trip time, if anything answered, and a sentence on how (or why not).
pub async fn probe(collector: &Collector, address: IpAddr, tcp_port: u16) -> (Option<Duration>, String) {
    match &collector.icmp {
        Some(icmp) => match icmp.probe(address).await {
            Ok(rtt) => (Some(rtt), String::new()),
            Err(miss) => (None, miss.to_string()),
        },
        None => match tcp::probe(SocketAddr::new(address, tcp_port), TCP_TIMEOUT).await {
            Ok(answer) if answer.is_refused => (Some(answer.rtt), format!("TCP port {tcp_port} is closed, the host answers")),
            Ok(answer) => (Some(answer.rtt), format!("TCP port {tcp_port} is open")),
            Err(miss) => (None, miss.to_string()),
        },
    }
}
