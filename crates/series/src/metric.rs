//! The closed vocabulary of what is measured. One more metric is one line in the table below.

/// What the numbers of a metric count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    Milliseconds,
    Seconds,
    /// 0 or 1.
    Flag,
    Percent,
    Bytes,
    Octets,
    Packets,
}

/// A gauge is read as it is; a counter (RFC 2578, 7.1.6 and 7.1.10) only grows, wraps at its width and is read as a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Gauge,
    Counter32,
    Counter64,
}

macro_rules! metrics {
    ($($variant:ident = $code:literal $name:literal $unit:ident $kind:ident;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Metric { $($variant = $code,)+ }
        impl Metric {
            pub const ALL: &[Metric] = &[$(Metric::$variant,)+];
            pub const fn name(self) -> &'static str { match self { $(Metric::$variant => $name,)+ } }
            pub const fn unit(self) -> Unit { match self { $(Metric::$variant => Unit::$unit,)+ } }
            pub const fn kind(self) -> Kind { match self { $(Metric::$variant => Kind::$kind,)+ } }
        }
    };
}

// The number is what is written to disk: never reuse one.
metrics! {
    ReachRttMs = 1 "reach_rtt_ms" Milliseconds Gauge;
    ReachUp = 2 "reach_up" Flag Gauge;
    CpuLoadPercent = 3 "cpu_load_percent" Percent Gauge;
    MemUsedBytes = 4 "mem_used_bytes" Bytes Gauge;
    MemTotalBytes = 5 "mem_total_bytes" Bytes Gauge;
    UptimeS = 6 "uptime_s" Seconds Gauge;
    InOctets = 32 "in_octets" Octets Counter64;
    OutOctets = 33 "out_octets" Octets Counter64;
    InPackets = 34 "in_packets" Packets Counter64;
    OutPackets = 35 "out_packets" Packets Counter64;
    InOctets32 = 36 "in_octets_32" Octets Counter32;
    OutOctets32 = 37 "out_octets_32" Octets Counter32;
    InPackets32 = 38 "in_packets_32" Packets Counter32;
    OutPackets32 = 39 "out_packets_32" Packets Counter32;
    InErrors = 40 "in_errors" Packets Counter32;
    OutErrors = 41 "out_errors" Packets Counter32;
    InDiscards = 42 "in_discards" Packets Counter32;
    OutDiscards = 43 "out_discards" Packets Counter32;
}

impl Metric {
    /// The number that stands for this metric on disk.
    pub const fn code(self) -> u16 {
        self as u16
    }
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|metric| metric.code() == code)
    }
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|metric| metric.name() == name)
    }
    pub const fn is_counter(self) -> bool {
        !matches!(self.kind(), Kind::Gauge)
    }
    /// Where the 32-bit readings of this counter are kept when a device has no 64-bit one. `Series::rate` of the wide
    /// metric reads both, so whoever asks need not know the width.
    pub const fn narrow(self) -> Option<Metric> {
        match self {
            Metric::InOctets => Some(Metric::InOctets32),
            Metric::OutOctets => Some(Metric::OutOctets32),
            Metric::InPackets => Some(Metric::InPackets32),
            Metric::OutPackets => Some(Metric::OutPackets32),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_found_again_by_its_code_and_by_its_name() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_code(metric.code()), Some(*metric));
            assert_eq!(Metric::from_name(metric.name()), Some(*metric));
            if let Some(narrow) = metric.narrow() {
                assert_eq!((narrow.unit(), narrow.kind()), (metric.unit(), Kind::Counter32), "{}", metric.name());
            }
        }
        assert_eq!(Metric::from_name("in_nonsense"), None);
    }
}
