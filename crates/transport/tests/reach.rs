//! ICMP and TCP on this machine and in a network namespace of the test.
#![allow(clippy::unwrap_used)]

mod agents;

use agents::skip;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::Duration;
use transport::address::{Resolver, literal};
use transport::icmp::{Icmp, Miss};
use transport::{Error, tcp};

const CEILING: Duration = Duration::from_secs(30);

fn icmp() -> Option<Icmp> {
    match Icmp::new() {
        Ok(icmp) => Some(icmp),
        Err(cause) => {
            skip(&cause.to_string());
            None
        }
    }
}

#[tokio::test]
async fn loopback_answers_over_both_families() {
    let Some(icmp) = icmp() else { return };
    eprintln!("{}", icmp.note());
    icmp.probe("127.0.0.1".parse().unwrap()).await.unwrap();
    match icmp.probe("::1".parse().unwrap()).await {
        Ok(_) => {}
        Err(Miss::CannotSend(cause)) => skip(&format!("no IPv6 here: {cause}")),
        Err(miss) => panic!("{miss}"),
    }
}

#[tokio::test]
async fn a_thousand_targets_share_one_socket() {
    let Some(icmp) = icmp() else { return };
    let icmp = std::sync::Arc::new(icmp);
    let mut probes = tokio::task::JoinSet::new();
    for host in 0..1_000_u32 {
        let icmp = std::sync::Arc::clone(&icmp);
        let target = IpAddr::from([127, 1, (host / 250) as u8, (host % 250 + 1) as u8]);
        probes.spawn(async move { icmp.probe(target).await.unwrap_or_else(|miss| panic!("{target}: {miss}")) });
    }
    let answered = tokio::time::timeout(CEILING, probes.join_all()).await.expect("all end");
    assert_eq!(answered.len(), 1_000);
}

/// Own addresses of documentation (RFC 5737) on a veth pair into an own namespace; taken away with the value.
struct Lab {
    namespace: String,
    outer: String,
}

impl Lab {
    fn up() -> Option<Self> {
        let id = std::process::id() % 10_000;
        let lab = Self { namespace: format!("polyot-t{id}"), outer: format!("plt{id}") };
        let inner = format!("pli{id}");
        let commands = [
            format!("ip netns add {}", lab.namespace),
            format!("ip link add {} type veth peer name {inner} netns {}", lab.outer, lab.namespace),
            format!("ip addr add 198.51.100.1/29 dev {}", lab.outer),
            format!("ip link set {} up", lab.outer),
            format!("ip -n {} addr add 198.51.100.2/29 dev {inner}", lab.namespace),
            format!("ip -n {} link set {inner} up", lab.namespace),
            // Answered by the namespace with "host unreachable".
            format!("ip -n {} route add unreachable 198.51.100.6/32", lab.namespace),
            format!("ip netns exec {} sysctl -qw net.ipv4.ip_forward=1", lab.namespace),
            "ip route add 198.51.100.6/32 via 198.51.100.2".to_owned(),
            // Swallowed without a word.
            format!("ip -n {} route add blackhole 198.51.100.5/32", lab.namespace),
            "ip route add 198.51.100.5/32 via 198.51.100.2".to_owned(),
        ];
        for command in commands {
            let mut words = command.split(' ');
            let done = Command::new(words.next()?).args(words).output();
            match done {
                Ok(output) if output.status.success() => {}
                other => {
                    skip(&format!("`{command}` needs root and iproute2: {other:?}"));
                    return None;
                }
            }
        }
        Some(lab)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["link", "del", &self.outer]).status();
        let _ = Command::new("ip").args(["netns", "del", &self.namespace]).status();
    }
}

#[tokio::test]
async fn silence_and_unreachable_are_told_apart() {
    let Some(icmp) = icmp() else { return };
    let Some(_lab) = Lab::up() else { return };
    let probe = |target: &str| tokio::time::timeout(CEILING, icmp.probe(target.parse().unwrap()));
    // The interface needs a moment to come up; a probe repeats.
    probe("198.51.100.2").await.unwrap().unwrap();
    let (silent, unreachable) = tokio::join!(probe("198.51.100.5"), probe("198.51.100.6"));
    assert_eq!(silent.unwrap(), Err(Miss::Silent));
    if icmp.note().contains("IPv4: raw") {
        let by = "198.51.100.2".parse().unwrap();
        assert_eq!(unreachable.unwrap(), Err(Miss::Unreachable { by, why: "host unreachable" }));
        // Nobody has this address: this machine itself says so, after three unanswered ARP requests of a second each: late for the first probe.
        let by = "198.51.100.1".parse().unwrap();
        let mut outcome = probe("198.51.100.3").await.unwrap();
        if outcome == Err(Miss::Silent) {
            outcome = probe("198.51.100.3").await.unwrap();
        }
        assert_eq!(outcome, Err(Miss::Unreachable { by, why: "host unreachable" }));
    } else {
        skip("only a raw socket hears who could not deliver");
    }
    let timeout = Duration::from_millis(500);
    assert_eq!(tcp::probe("198.51.100.5:22".parse().unwrap(), timeout).await, Err(tcp::Miss::Silent(timeout)));
    let unreachable = tcp::probe("198.51.100.6:22".parse().unwrap(), CEILING).await;
    assert!(matches!(unreachable, Err(tcp::Miss::Unreachable(_))), "{unreachable:?}");
}

#[tokio::test]
async fn a_closed_tcp_port_is_an_answer() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let open: SocketAddr = listener.local_addr().unwrap();
    assert!(!tcp::probe(open, CEILING).await.unwrap().is_refused);
    drop(listener);
    assert!(tcp::probe(open, CEILING).await.unwrap().is_refused);
}

#[tokio::test]
async fn names_and_addresses_become_addresses_or_an_error() {
    let resolver = Resolver::default();
    assert_eq!(resolver.resolve("192.0.2.7").await.unwrap(), "192.0.2.7".parse::<IpAddr>().unwrap());
    assert_eq!(literal("[2001:db8::1]"), Some("2001:db8::1".parse().unwrap()));
    assert!(resolver.resolve("localhost").await.unwrap().is_loopback());
    let unknown = tokio::time::timeout(CEILING, resolver.resolve("no-such-host.invalid")).await.expect("it ends").unwrap_err();
    assert!(matches!(&unknown, Error::Resolve { .. } | Error::ResolveSilent { .. }), "{unknown}");
    assert!(unknown.to_string().contains("no-such-host.invalid"));
}
