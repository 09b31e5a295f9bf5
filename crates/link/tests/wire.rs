//! What travels over the link keeps its meaning, today and in the next version.
#![allow(clippy::unwrap_used)]

mod samples;

use link::{DevicePlan, LinkError, Plan, Report, Task};
use model::credential::{Key, SnmpAuth, SnmpPriv};
use model::device::{AdminStatus, OperStatus};
use model::observation::{Finding, InterfaceReading, InterfaceStatus, Observation, ProbeMethod, SnmpAnswer, Tables};
use model::{CollectorId, DeviceId, Secret, Timestamp};
use proptest::prelude::*;
use std::path::PathBuf;
use std::time::Duration;

/// Set it to write the golden files anew; a released one must never change.
const BLESS: &str = "POLYOT_BLESS";

fn check_golden(name: &str, bytes: &[u8]) -> Vec<u8> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("v1_{name}.bin"));
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&file, bytes).expect("golden file is written");
    }
    let golden = std::fs::read(&file).unwrap_or_else(|cause| panic!("{}: {cause}; bless with {BLESS}=1", file.display()));
    assert_eq!(bytes, golden, "{name}: these bytes are not those of version 1");
    golden
}

#[test]
fn the_bytes_of_version_1_do_not_change_and_still_read() {
    for (name, task) in samples::tasks() {
        let golden = check_golden(name, &task.to_bytes().unwrap());
        assert_eq!(Task::from_bytes(&golden).unwrap(), task, "{name}");
    }
    for (name, report) in samples::reports() {
        let golden = check_golden(name, &report.to_bytes().unwrap());
        assert_eq!(Report::from_bytes(&golden).unwrap(), report, "{name}");
    }
}

/// A field that only a newer version knows: tag 1000, bytes "new".
const UNKNOWN_FIELD: &[u8] = &[0xc2, 0x3e, 3, b'n', b'e', b'w'];

#[test]
fn fields_of_a_newer_version_are_passed_over() {
    for (name, report) in samples::reports() {
        let mut bytes = report.to_bytes().unwrap().to_vec();
        bytes.extend_from_slice(UNKNOWN_FIELD);
        assert_eq!(Report::from_bytes(&bytes).unwrap(), report, "{name}");
    }
    // Inside of a nested message too: PollNow is tag 1 of 18 bytes; the unknown field lengthens it.
    let mut bytes = Task::PollNow(samples::DEVICE).to_bytes().unwrap().to_vec();
    bytes[1] += u8::try_from(UNKNOWN_FIELD.len()).unwrap();
    bytes.extend_from_slice(UNKNOWN_FIELD);
    assert_eq!(Task::from_bytes(&bytes).unwrap(), Task::PollNow(samples::DEVICE));
}

#[test]
fn a_wrong_value_is_refused_by_the_name_of_its_field() {
    let bytes = samples::plan().to_bytes().unwrap();
    let spoil = |from: &[u8], to: &[u8]| {
        let at = bytes.windows(from.len()).position(|window| window == from).expect("the sample holds it");
        let mut spoiled = bytes.to_vec();
        spoiled[at..at + from.len()].copy_from_slice(to);
        Task::from_bytes(&spoiled).unwrap_err().to_string()
    };
    let check = |error: String, field: &str| assert!(error.contains(field), "{error} does not name {field}");
    check(spoil(b"sha256", b"sha999"), "plan.devices[0].keys[1].snmp_v3.auth");
    check(spoil(b"aes128", b"rot128"), "plan.devices[0].keys[1].snmp_v3.privacy");
    // snmp_port: tag 3, 161; ssh_port: tag 4, 22 — as one varint of two bytes and one byte.
    check(spoil(&[0x18, 0xa1, 0x01, 0x20, 22], &[0x18, 0x80, 0x80, 0x80, 0x01]), "plan.devices[0].snmp_port");
    check(Task::from_bytes(&[]).unwrap_err().to_string(), "kind");
    check(Task::from_bytes(&[0x12, 0]).unwrap_err().to_string(), "poll_now.device");
    check(Report::from_bytes(&[0x0a, 0]).unwrap_err().to_string(), "observation.finding");
    check(Report::from_bytes(&[0x12, 0]).unwrap_err().to_string(), "heartbeat.collector");
    let not_a_number = saw(Finding::Tables(Box::new(Tables { cpu_percent: vec![f64::NAN], ..Tables::default() })));
    check(Report::from_bytes(&not_a_number.to_bytes().unwrap()).unwrap_err().to_string(), "observation.tables.cpu_percent");
    assert!(matches!(Task::from_bytes(b"\x0a\xffnot protobuf"), Err(LinkError::Undecodable { .. })));
    assert!(matches!(Task::from_bytes(&vec![0; link::MESSAGE_SIZE_BYTES_MAX + 1]), Err(LinkError::TooLarge { .. })));
}

#[test]
fn the_largest_table_and_the_largest_plan_fit_into_one_message() {
    let long = |chars: usize| "n".repeat(chars);
    let (_, Report::Observation(sample)) = samples::reports().remove(6) else { panic!("the tables") };
    let Finding::Tables(tables) = sample.finding else { panic!("the tables") };
    let rows = (0..model::limits::INTERFACES_PER_DEVICE_MAX).map(|row| InterfaceReading {
        if_name: format!("TenGigabitEthernet0/0/{row}"),
        if_alias: Some(long(100)),
        in_packets: Some(u64::MAX),
        out_octets: Some(u64::MAX),
        ..tables.interfaces[0].clone()
    });
    let table = saw(Finding::Tables(Box::new(Tables { interfaces: rows.collect(), ..*tables.clone() }))).to_bytes().unwrap();
    let Task::Plan(sample) = samples::plan() else { panic!("the plan") };
    let mut device = sample.devices[0].clone();
    (device.address, device.watched) = (long(60), (0..8).map(|port| format!("GigabitEthernet0/0/{port}")).collect());
    let plan = Task::Plan(Plan { devices: vec![device; link::DEVICES_PER_PLAN_MAX], ..sample }).to_bytes().unwrap();
    eprintln!("largest table {} bytes, largest plan {} bytes", table.len(), plan.len());
    assert!(Report::from_bytes(&table).is_ok() && Task::from_bytes(&plan).is_ok());
}

#[test]
fn no_secret_shows_itself_in_a_debug_print() {
    let shown = format!("{:?}", samples::plan());
    for secret in ["public-word", "auth-word", "priv-word", "ssh-word", "ssh-key"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

fn saw(finding: Finding) -> Report {
    Report::Observation(Observation { collector: samples::COLLECTOR, device: samples::DEVICE, at: Timestamp::from_secs(0), finding })
}

fn time() -> impl Strategy<Value = Duration> {
    any::<u64>().prop_map(Duration::from_micros)
}

fn secret() -> impl Strategy<Value = Secret> {
    any::<String>().prop_map(Secret::new)
}

fn key() -> impl Strategy<Value = Key> {
    let v3 = (any::<String>(), prop::sample::select(SnmpAuth::ALL), secret(), prop::sample::select(SnmpPriv::ALL), secret());
    prop_oneof![
        secret().prop_map(|community| Key::SnmpV2c { community }),
        v3.prop_map(|(user, auth, auth_password, privacy, priv_password)| Key::SnmpV3 {
            user,
            auth,
            auth_password,
            privacy,
            priv_password
        }),
        (any::<String>(), secret()).prop_map(|(user, password)| Key::SshPassword { user, password }),
        (any::<String>(), secret()).prop_map(|(user, key)| Key::SshKey { user, key }),
    ]
}

prop_compose! {
    fn device_plan()(
        device: [u8; 16], address: String, snmp_port: u16, ssh_port: u16, keys in prop::collection::vec(key(), 0..4),
        probe_interval in time(), poll_interval in time(), watched: Vec<String>,
    ) -> DevicePlan {
        DevicePlan { device: DeviceId::from_bytes(device), address, snmp_port, ssh_port, keys, probe_interval, poll_interval, watched }
    }
}

fn task() -> impl Strategy<Value = Task> {
    let plan = (any::<u64>(), any::<[u8; 16]>(), prop::collection::vec(device_plan(), 0..4), prop::collection::vec(any::<String>(), 0..4));
    prop_oneof![
        plan.prop_map(|(revision, collector, devices, references)| {
            Task::Plan(Plan { revision, collector: CollectorId::from_bytes(collector), devices, references })
        }),
        any::<[u8; 16]>().prop_map(|id| Task::PollNow(DeviceId::from_bytes(id))),
    ]
}

prop_compose! {
    fn reading()(
        if_index: i64, texts: (String, Option<String>, Option<String>, Option<String>), numbers: [Option<u64>; 9], signed: [Option<i64>; 2],
        admin in prop::option::of(prop::sample::select(AdminStatus::ALL)), oper in prop::option::of(prop::sample::select(OperStatus::ALL)),
        is_64_bit: bool,
    ) -> InterfaceReading {
        InterfaceReading {
            if_index, if_name: texts.0, if_descr: texts.1, if_alias: texts.2, mac: texts.3, if_type: signed[0], mtu: signed[1],
            speed_bps: numbers[0], admin, oper, in_octets: numbers[1], out_octets: numbers[2], in_packets: numbers[3],
            out_packets: numbers[4], in_errors: numbers[5], out_errors: numbers[6], in_discards: numbers[7], out_discards: numbers[8], is_64_bit,
        }
    }
}

prop_compose! {
    fn tables()(
        texts: (Option<String>, Option<String>, Option<String>), uptime in prop::option::of(time()),
        interfaces in prop::collection::vec(reading(), 0..5), is_complete: bool, cpu_percent in prop::collection::vec(-1e12..1e12_f64, 0..4),
        memory_used_bytes: Option<u64>, memory_total_bytes: Option<u64>,
    ) -> Tables {
        Tables {
            sys_name: texts.0, sys_descr: texts.1, sys_object_id: texts.2, uptime, interfaces, is_complete, cpu_percent,
            memory_used_bytes, memory_total_bytes,
        }
    }
}

fn status() -> impl Strategy<Value = InterfaceStatus> {
    let words = (prop::option::of(prop::sample::select(AdminStatus::ALL)), prop::sample::select(OperStatus::ALL));
    (any::<String>(), any::<i64>(), words).prop_map(|(if_name, if_index, (admin, oper))| InterfaceStatus { if_name, if_index, admin, oper })
}

fn finding() -> impl Strategy<Value = Finding> {
    let reach = (prop::sample::select(ProbeMethod::ALL), prop::option::of(time()), any::<String>());
    prop_oneof![
        reach.prop_map(|(method, rtt, detail)| Finding::Reach { method, rtt, detail }),
        Just(Finding::Snmp { answer: SnmpAnswer::Answered }),
        any::<String>().prop_map(|detail| Finding::Snmp { answer: SnmpAnswer::Silent { detail } }),
        any::<String>().prop_map(|detail| Finding::Snmp { answer: SnmpAnswer::Refused { detail } }),
        prop::collection::vec(status(), 0..5).prop_map(|interfaces| Finding::Status { interfaces }),
        tables().prop_map(|tables| Finding::Tables(Box::new(tables))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_task_arrives_as_it_was_sent(task in task()) {
        prop_assert_eq!(Task::from_bytes(&task.to_bytes().unwrap()).unwrap(), task);
    }

    #[test]
    fn any_observation_arrives_as_it_was_made(finding in finding(), at: i64) {
        let at = Timestamp::from_micros(at);
        let report = Report::Observation(Observation { collector: samples::COLLECTOR, device: samples::DEVICE, at, finding });
        prop_assert_eq!(Report::from_bytes(&report.to_bytes().unwrap()).unwrap(), report);
    }

    #[test]
    fn any_bytes_become_a_value_or_an_error(bytes: Vec<u8>) {
        let _ = Task::from_bytes(&bytes);
        let _ = Report::from_bytes(&bytes);
    }

    /// Random bytes rarely look like protobuf; damaged messages do.
    #[test]
    fn damaged_messages_become_a_value_or_an_error(which in 0..8_usize, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        for mut bytes in [samples::reports()[which].1.to_bytes().unwrap().to_vec(), samples::plan().to_bytes().unwrap().to_vec()] {
            let place = at.index(bytes.len());
            bytes[place] = byte;
            let _ = Report::from_bytes(&bytes);
            let _ = Task::from_bytes(&bytes);
            bytes.truncate(cut.index(bytes.len()));
            let _ = Report::from_bytes(&bytes);
            let _ = Task::from_bytes(&bytes);
        }
    }
}
