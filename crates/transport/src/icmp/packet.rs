//! ICMP echo on the wire: RFC 792 and RFC 4443. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Type, code, checksum, identifier, sequence.
const HEADER_LEN: usize = 8;
/// Our mark in the payload of a request: only who saw it can send it back.
pub const NONCE_LEN: usize = 8;
const V6_HEADER_LEN: usize = 40;
const V4_HEADER_LEN_MIN: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
}

/// What a packet tells us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Reply {
        identifier: u16,
        sequence: u16,
        nonce: [u8; NONCE_LEN],
    },
    /// Someone on the way could not deliver our request.
    Undelivered {
        identifier: u16,
        sequence: u16,
        target: IpAddr,
        why: &'static str,
    },
}

/// An echo request. The kernel adds the checksum of ICMPv6 itself.
pub fn request(family: Family, identifier: u16, sequence: u16, nonce: [u8; NONCE_LEN]) -> [u8; HEADER_LEN + NONCE_LEN] {
    let mut packet = [0; HEADER_LEN + NONCE_LEN];
    packet[0] = match family {
        Family::V4 => 8,
        Family::V6 => 128,
    };
    packet[4..6].copy_from_slice(&identifier.to_be_bytes());
    packet[6..8].copy_from_slice(&sequence.to_be_bytes());
    packet[8..].copy_from_slice(&nonce);
    if family == Family::V4 {
        let sum = checksum(&packet);
        packet[2..4].copy_from_slice(&sum.to_be_bytes());
    }
    packet
}

/// Reads what a socket received; `None` when it is not for us. `with_ip_header`: raw IPv4 sockets deliver it.
pub fn read(family: Family, with_ip_header: bool, packet: &[u8]) -> Option<Heard> {
    let icmp = if with_ip_header { packet.get(v4_header_len(packet)?..)? } else { packet };
    let code = *icmp.get(1)?;
    match (family, *icmp.first()?) {
        (Family::V4, 0) | (Family::V6, 129) => {
            let (identifier, sequence) = echo_ids(icmp)?;
            Some(Heard::Reply { identifier, sequence, nonce: icmp.get(HEADER_LEN..HEADER_LEN + NONCE_LEN)?.try_into().ok()? })
        }
        (Family::V4, kind @ (3 | 11)) => {
            let inner = icmp.get(HEADER_LEN..)?;
            let target: [u8; 4] = inner.get(16..20)?.try_into().ok()?;
            let echo = inner.get(v4_header_len(inner)?..)?;
            let (identifier, sequence) = (*inner.get(9)? == 1 && *echo.first()? == 8).then(|| echo_ids(echo)).flatten()?;
            let why = if kind == 11 { "time exceeded" } else { v4_reason(code) };
            Some(Heard::Undelivered { identifier, sequence, target: Ipv4Addr::from(target).into(), why })
        }
        (Family::V6, kind @ (1 | 3)) => {
            let inner = icmp.get(HEADER_LEN..)?;
            let target: [u8; 16] = inner.get(24..40)?.try_into().ok()?;
            let echo = inner.get(V6_HEADER_LEN..)?;
            let (identifier, sequence) = (*inner.get(6)? == 58 && *echo.first()? == 128).then(|| echo_ids(echo)).flatten()?;
            let why = if kind == 3 { "time exceeded" } else { v6_reason(code) };
            Some(Heard::Undelivered { identifier, sequence, target: Ipv6Addr::from(target).into(), why })
        }
        _ => None,
    }
}

fn echo_ids(icmp: &[u8]) -> Option<(u16, u16)> {
    let identifier = u16::from_be_bytes(icmp.get(4..6)?.try_into().ok()?);
    let sequence = u16::from_be_bytes(icmp.get(6..8)?.try_into().ok()?);
    Some((identifier, sequence))
}

fn v4_header_len(packet: &[u8]) -> Option<usize> {
    let len = usize::from(packet.first()? & 0x0f) * 4;
    (packet[0] >> 4 == 4 && len >= V4_HEADER_LEN_MIN).then_some(len)
}

const fn v4_reason(code: u8) -> &'static str {
    match code {
        0 => "network unreachable",
        1 => "host unreachable",
        2 => "protocol unreachable",
        3 => "port unreachable",
        9 | 10 | 13 => "administratively prohibited",
        _ => "unreachable",
    }
}

const fn v6_reason(code: u8) -> &'static str {
    match code {
        0 => "no route",
        1 => "administratively prohibited",
        3 => "address unreachable",
        _ => "unreachable",
    }
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NONCE: [u8; NONCE_LEN] = *b"polyot!!";

    fn v4_header(protocol: u8, target: [u8; 4]) -> Vec<u8> {
        let mut header = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1];
        header.extend(target);
        header
    }

    #[test]
    fn a_reply_gives_back_what_the_request_carried() {
        for (family, answer) in [(Family::V4, 0), (Family::V6, 129)] {
            let mut packet = request(family, 7, 9, NONCE);
            packet[0] = answer;
            assert_eq!(read(family, false, &packet), Some(Heard::Reply { identifier: 7, sequence: 9, nonce: NONCE }));
        }
        assert_eq!(read(Family::V4, false, &request(Family::V4, 7, 9, NONCE)), None, "our own request is no answer");
    }

    #[test]
    fn the_checksum_of_a_request_is_right() {
        // RFC 1071: the sum over a packet with its checksum is zero.
        assert_eq!(checksum(&request(Family::V4, 0xabcd, 0x1234, NONCE)), 0);
    }

    #[test]
    fn an_error_names_the_target_and_the_reason() {
        let mut packet = v4_header(1, [10, 0, 0, 1]);
        packet.extend([3, 1, 0, 0, 0, 0, 0, 0]);
        packet.extend(v4_header(1, [192, 0, 2, 7]));
        packet.extend(&request(Family::V4, 7, 9, NONCE)[..8]);
        let expected = Heard::Undelivered { identifier: 7, sequence: 9, target: "192.0.2.7".parse().unwrap(), why: "host unreachable" };
        assert_eq!(read(Family::V4, true, &packet), Some(expected));
        packet.truncate(packet.len() - 1);
        assert_eq!(read(Family::V4, true, &packet), None, "cut short");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, with_ip_header: bool) {
            let _ = read(Family::V4, with_ip_header, &bytes);
            let _ = read(Family::V6, false, &bytes);
        }
    }
}
