//! What may go wrong on the way to a device.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the name `{host}` does not resolve: {source}")]
    Resolve {
        host: String,
        #[source]
        source: io::Error,
    },
    #[error("the name `{host}` did not resolve within {} s", waited.as_secs_f32())]
    ResolveSilent { host: String, waited: Duration },
    #[error("the name `{host}` has no address")]
    NoAddress { host: String },
    #[error("ICMP is not allowed here (neither a raw socket nor net.ipv4.ping_group_range): {source}")]
    IcmpNotAllowed {
        #[source]
        source: io::Error,
    },
    #[error("no UDP socket: {detail}")]
    Socket { detail: String },
    /// The credential itself cannot be used, whatever the device.
    #[error("the credential cannot be used: {detail}")]
    Credential { detail: String },
    /// Nothing came. In SNMP v2c a wrong community looks the same.
    #[error("{target}: no answer within {} s", waited.as_secs_f32())]
    Silent { target: SocketAddr, waited: Duration },
    /// It answered that we may not, and why.
    #[error("{target}: refused: {reason}")]
    Refused { target: SocketAddr, reason: String },
    /// It answered, but not in a way that can be read.
    #[error("{target}: garbage: {detail}")]
    Garbage { target: SocketAddr, detail: String },
    /// An SNMP error-status (RFC 3416, 3) that concerns the request as a whole.
    #[error("{target}: SNMP error {status}")]
    Status { target: SocketAddr, status: String },
    /// Not even one object fits into an answer.
    #[error("{target}: SNMP error tooBig for a single object")]
    TooBig { target: SocketAddr },
    /// This machine could not send.
    #[error("{target}: cannot send: {detail}")]
    Network { target: SocketAddr, detail: String },
}

impl Error {
    /// Silence, a busy network or resolver may pass; an answer that says no stays.
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Resolve { .. } | Self::ResolveSilent { .. } | Self::Silent { .. } | Self::Network { .. } | Self::Socket { .. })
    }
}
