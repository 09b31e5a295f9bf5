//! Where a device, a reference target or a webhook is.

use model::Problem;
use std::net::IpAddr;

/// RFC 1035, 2.3.4.
const HOST_LEN_MAX: usize = 253;
const LABEL_LEN_MAX: usize = 63;
const URL_LEN_MAX: usize = 2_000;
/// An interface name behind `%` in a link-local address (RFC 4007).
const ZONE_LEN_MAX: usize = 32;

/// An IP address or a host name; no port, no scheme, no spaces.
pub(crate) fn checked_address(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let bad = |detail: &str| {
        Err(Problem::new("bad_address", format!("{detail}; expected an IP address or a host name, e.g. 192.0.2.7 or core1.example.net")))
    };
    if text.is_empty() {
        return Err(Problem::new("required", "must not be empty"));
    }
    if text.contains("://") {
        return bad("must not have a scheme");
    }
    if text.chars().any(char::is_whitespace) {
        return bad("must not have spaces");
    }
    let (plain, zone) = text.split_once('%').map_or((text, None), |(plain, zone)| (plain, Some(zone)));
    if let Ok(address) = plain.parse::<IpAddr>() {
        let is_zone_fine =
            zone.is_none_or(|zone| address.is_ipv6() && !zone.is_empty() && zone.len() <= ZONE_LEN_MAX && zone.bytes().all(is_label_byte));
        return if is_zone_fine { Ok(text.to_owned()) } else { bad("has a zone that does not fit") };
    }
    if text.contains(':') || text.contains('[') {
        return bad("must not have a port or brackets (ports have fields of their own)");
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return bad("is no valid IPv4 address");
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_name = name.len() <= HOST_LEN_MAX && name.split('.').all(is_label);
    if is_name { Ok(text.to_lowercase()) } else { bad("is neither an IP address nor a host name") }
}

/// A label of a host name (RFC 1123, 2.1); underscores occur in the field and resolve.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LABEL_LEN_MAX
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(is_label_byte)
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

pub(crate) fn checked_port(port: i64) -> Result<u16, Problem> {
    u16::try_from(port).ok().filter(|port| *port > 0).ok_or_else(|| Problem::new("out_of_range", "must be between 1 and 65535"))
}

pub(crate) fn checked_interval(seconds: i64, least: u32, most: u32) -> Result<u32, Problem> {
    let fits = u32::try_from(seconds).ok().filter(|seconds| (least..=most).contains(seconds));
    fits.ok_or_else(|| Problem::new("out_of_range", format!("must be between {least} and {most} seconds")))
}

/// Where a signed webhook is posted to.
pub(crate) fn checked_webhook(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let bad = || Problem::new("bad_url", "is not an address for a webhook; expected e.g. https://hooks.example.net/polyot");
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(bad)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.contains('@') {
        return Err(Problem::new("bad_url", "must not hold a user or password; every post is signed instead"));
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
        Some((inside, after)) => (inside, after.strip_prefix(':').or(if after.is_empty() { None } else { Some("") })),
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let is_port_fine = port.is_none_or(|port| port.parse().is_ok_and(|port: i64| checked_port(port).is_ok()));
    let is_plain = text.len() <= URL_LEN_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain && is_port_fine && checked_address(host).is_ok() { Ok(text.to_owned()) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_ip_or_a_host_name_and_nothing_else() {
        for good in [
            "192.0.2.7",
            "2001:db8::1",
            "fe80::1%eth0",
            "core1",
            "Core1.Example.NET",
            "a_b.example",
            "127.0.0.1",
            "3com.example.net",
            "x.y.",
        ] {
            assert!(checked_address(good).is_ok(), "{good}: {:?}", checked_address(good));
        }
        for (bad, hint) in [
            ("", "must not be empty"),
            ("http://core1", "scheme"),
            ("core 1", "spaces"),
            ("core1:161", "port"),
            ("[2001:db8::1]", "brackets"),
            ("[2001:db8::1]:161", "brackets"),
            ("300.1.1.1", "IPv4"),
            ("1.2.3", "IPv4"),
            ("-core", "neither"),
            ("core..net", "neither"),
            ("core/24", "neither"),
            ("192.0.2.7%eth0", "zone"),
            ("fe80::1%", "zone"),
            ("ядро", "neither"),
        ] {
            let problem = checked_address(bad).unwrap_err();
            assert!(problem.detail.contains(hint), "{bad}: {problem}");
        }
        assert!(checked_address(&"a".repeat(64)).is_err() && checked_address(&"a.".repeat(128)).is_err());
        assert_eq!(checked_address(" Core1 ").unwrap(), "core1");
    }

    #[test]
    fn a_webhook_is_a_plain_web_address() {
        for good in ["https://hooks.example.net/a?b=c", "http://127.0.0.1:8089/", "https://[2001:db8::1]:8443/x", "https://h"] {
            assert!(checked_webhook(good).is_ok(), "{good}: {:?}", checked_webhook(good));
        }
        for bad in [
            "",
            "ftp://x",
            "https://",
            "https:///x",
            "https://a b/",
            "https://u:p@h/",
            "https://h:0/",
            "https://h:99999/",
            "https://h:/",
            "h/x",
            "https://[::1]x/",
        ] {
            assert!(checked_webhook(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ports_and_intervals_have_limits() {
        assert!([0, -1, 65_536, i64::MAX].into_iter().all(|port| checked_port(port).is_err()));
        assert_eq!((checked_port(1).unwrap(), checked_port(65_535).unwrap()), (1, 65_535));
        assert!([0, 11, i64::MIN].into_iter().all(|seconds| checked_interval(seconds, 1, 10).is_err()));
    }
}
