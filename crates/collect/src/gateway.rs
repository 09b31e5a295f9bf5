//! The default gateway of this machine, from /proc/net/route.

use std::net::Ipv4Addr;

const ROUTES: &str = "/proc/net/route";
/// RTF_UP and RTF_GATEWAY (route(4)).
const UP_BY_GATEWAY: u32 = 0x3;

/// `None` when there is no default route, or not the kernel that shows it there.
pub fn default_gateway() -> Option<Ipv4Addr> {
    parse(&std::fs::read_to_string(ROUTES).ok()?)
}

/// The default gateway, remembered when the route to it is gone: the kernel takes the route away with the link, and just then the silence of
/// the gateway is the proof that it is we who are cut off.
pub struct LastGateway {
    look: Box<dyn Fn() -> Option<Ipv4Addr> + Send>,
    last: Option<Ipv4Addr>,
}

impl LastGateway {
    pub fn new(look: impl Fn() -> Option<Ipv4Addr> + Send + 'static) -> Self {
        Self { look: Box::new(look), last: None }
    }

    /// The gateway of now, else the last one; a new one takes the place of the old.
    pub fn current(&mut self) -> Option<Ipv4Addr> {
        self.last = (self.look)().or(self.last);
        self.last
    }
}

/// The default route of the lowest metric.
fn parse(routes: &str) -> Option<Ipv4Addr> {
    let route = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let hex = |place: usize| u32::from_str_radix(fields.get(place)?, 16).ok();
        let is_default = hex(1)? == 0 && hex(7)? == 0 && hex(3)? & UP_BY_GATEWAY == UP_BY_GATEWAY;
        let metric: u32 = fields.get(6)?.parse().ok()?;
        // The kernel prints the bytes of the address as one number of this machine.
        is_default.then_some((metric, Ipv4Addr::from(hex(2)?.to_ne_bytes())))
    };
    routes.lines().skip(1).filter_map(route).min_by_key(|(metric, _)| *metric).map(|(_, gateway)| gateway)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(routes: &str, expected: Option<&str>) {
        let header = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
        assert_eq!(parse(&format!("{header}{routes}")), expected.map(|text| text.parse().unwrap()));
    }

    fn line(gateway: &str, flags: &str, metric: u32, destination: u32) -> String {
        let number = u32::from_ne_bytes(gateway.parse::<Ipv4Addr>().unwrap().octets());
        format!("eth0\t{destination:08X}\t{number:08X}\t{flags}\t0\t0\t{metric}\t00000000\t0\t0\t0\n")
    }

    #[test]
    fn the_default_route_of_the_lowest_metric_wins() {
        check(&[line("192.0.2.1", "0003", 100, 0), line("192.0.2.2", "0003", 50, 0)].concat(), Some("192.0.2.2"));
        check(&[line("0.0.0.0", "0001", 0, 0x0002_00c0), line("192.0.2.1", "0003", 0, 0)].concat(), Some("192.0.2.1"));
        check(&line("192.0.2.1", "0001", 0, 0), None);
        check("", None);
        check("eth0 garbage\n\n", None);
    }
}
