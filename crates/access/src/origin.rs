//! Where a request comes from.

use std::net::IpAddr;

/// Longest name of a program that is kept, characters.
pub const AGENT_CHARS_MAX: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub address: IpAddr,
    /// What the program calls itself: one line, shortened.
    pub agent: String,
}

impl Origin {
    pub fn new(address: IpAddr, agent: &str) -> Self {
        let agent: String = agent.chars().map(|c| if c.is_control() { ' ' } else { c }).take(AGENT_CHARS_MAX).collect();
        Self { address: address.to_canonical(), agent: agent.trim().to_owned() }
    }

    /// What failures are counted by: the address itself, or the /64 that one subscriber has of IPv6 (RFC 6177).
    pub fn network(&self) -> String {
        network_of(self.address)
    }
}

pub(crate) fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("{address}/32"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_subscriber_is_one_network() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7/32"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ] {
            assert_eq!(Origin::new(address.parse().unwrap(), "").network(), network);
        }
    }

    #[test]
    fn a_programs_name_is_one_short_line() {
        let origin = Origin::new(IpAddr::from([192, 0, 2, 1]), &format!(" a\r\nb{}", "x".repeat(500)));
        assert!(origin.agent.starts_with("a  b") && origin.agent.chars().count() <= AGENT_CHARS_MAX, "{}", origin.agent);
    }
}
