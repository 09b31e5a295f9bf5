//! Which samples an observation holds. Pure.

use model::InterfaceId;
use model::observation::{Finding, InterfaceReading, Observation, Tables};
use series::{Metric, Sample, SeriesKey};

/// Samples of the device itself.
pub(crate) fn of_device(observation: &Observation) -> Vec<Sample> {
    let object = *observation.device.bytes();
    let sample = |metric, value| Sample { key: SeriesKey { object, metric }, at: observation.at, value };
    match &observation.finding {
        Finding::Reach { rtt, .. } => {
            let mut samples = vec![sample(Metric::ReachUp, if rtt.is_some() { 1.0 } else { 0.0 })];
            samples.extend(rtt.map(|rtt| sample(Metric::ReachRttMs, rtt.as_secs_f64() * 1_000.0)));
            samples
        }
        Finding::Tables(tables) => {
            let mut samples = Vec::new();
            samples.extend(cpu_percent(tables).map(|load| sample(Metric::CpuLoadPercent, load)));
            samples.extend(tables.memory_used_bytes.map(|bytes| sample(Metric::MemUsedBytes, bytes as f64)));
            samples.extend(tables.memory_total_bytes.map(|bytes| sample(Metric::MemTotalBytes, bytes as f64)));
            samples.extend(tables.uptime.map(|uptime| sample(Metric::UptimeS, uptime.as_secs_f64())));
            samples
        }
        Finding::Snmp { .. } | Finding::Status { .. } => Vec::new(),
    }
}

/// Mean over the processors, as hrProcessorLoad gives one row for each.
fn cpu_percent(tables: &Tables) -> Option<f64> {
    let count = tables.cpu_percent.len();
    (count > 0).then(|| tables.cpu_percent.iter().sum::<f64>() / count as f64)
}

/// Samples of one interface.
pub(crate) fn of_interface(id: InterfaceId, reading: &InterfaceReading, at: model::Timestamp) -> Vec<Sample> {
    let wide = reading.is_64_bit;
    let pick = |counter64, counter32| if wide { counter64 } else { counter32 };
    [
        (pick(Metric::InOctets, Metric::InOctets32), reading.in_octets),
        (pick(Metric::OutOctets, Metric::OutOctets32), reading.out_octets),
        (pick(Metric::InPackets, Metric::InPackets32), reading.in_packets),
        (pick(Metric::OutPackets, Metric::OutPackets32), reading.out_packets),
        (Metric::InErrors, reading.in_errors),
        (Metric::OutErrors, reading.out_errors),
        (Metric::InDiscards, reading.in_discards),
        (Metric::OutDiscards, reading.out_discards),
    ]
    .into_iter()
    .filter_map(|(metric, value)| value.map(|value| Sample { key: SeriesKey { object: *id.bytes(), metric }, at, value: value as f64 }))
    .collect()
}
