//! Messages that the tests share: one of each kind, with fixed ids and instants.
#![allow(dead_code)]

use link::{DevicePlan, Heartbeat, Plan, Reference, Report, Task};
use model::config::{BackupProblem, SshLevel};
use model::credential::{Key, SnmpAuth, SnmpPriv};
use model::device::{AdminStatus, OperStatus};
use model::observation::{Finding, InterfaceReading, InterfaceStatus, Observation, ProbeMethod, SnmpAnswer, Tables};
use model::task::{BackupAnswer, BackupTask, FetchFailed, Fetched, SshSeen};
use model::{CollectorId, DeviceId, Secret, TaskId, Timestamp};
use std::time::Duration;

pub const COLLECTOR: CollectorId = CollectorId::from_bytes([1; 16]);
pub const DEVICE: DeviceId = DeviceId::from_bytes([2; 16]);
pub const TASK: TaskId = TaskId::from_bytes([3; 16]);

pub fn plan() -> Task {
    Task::Plan(Plan {
        revision: 7,
        collector: COLLECTOR,
        devices: vec![DevicePlan {
            device: DEVICE,
            address: "core.example".to_owned(),
            snmp_port: 161,
            ssh_port: 22,
            keys: vec![
                Key::SnmpV2c { community: Secret::new("public-word") },
                Key::SnmpV3 {
                    user: "watcher".to_owned(),
                    auth: SnmpAuth::Sha256,
                    auth_password: Secret::new("auth-word"),
                    privacy: SnmpPriv::Aes128,
                    priv_password: Secret::new("priv-word"),
                },
                Key::SshPassword { user: "root".to_owned(), password: Secret::new("ssh-word") },
                Key::SshKey { user: "root".to_owned(), key: Secret::new("ssh-key") },
            ],
            probe_interval: Duration::from_secs(10),
            poll_interval: Duration::from_secs(60),
            watched: vec!["eth0".to_owned(), "Gi0/0/1".to_owned()],
        }],
        references: vec!["192.0.2.1".to_owned()],
    })
}

fn saw(finding: Finding) -> Report {
    Report::Observation(Observation { collector: COLLECTOR, device: DEVICE, at: Timestamp::from_secs(1_795_000_000), finding })
}

pub fn reach(detail: &str) -> Report {
    saw(Finding::Reach { method: ProbeMethod::Icmp, rtt: Some(Duration::from_micros(1_234)), detail: detail.to_owned() })
}

pub fn heartbeat(plan_revision: u64) -> Report {
    Report::Heartbeat(Heartbeat {
        collector: COLLECTOR,
        at: Timestamp::from_secs(1_795_000_000),
        plan_revision,
        references: vec![Reference {
            target: "192.0.2.1".to_owned(),
            answered: false,
            has_ever_answered: true,
            rtt: Some(Duration::from_millis(2)),
        }],
        devices: 3,
        overruns: 4,
        shed: 5,
        probe_method: ProbeMethod::Tcp,
        probe_note: "ICMP is not allowed".to_owned(),
    })
}

fn reading() -> InterfaceReading {
    InterfaceReading {
        if_index: 3,
        if_name: "eth0".to_owned(),
        if_descr: Some("Ethernet 0".to_owned()),
        if_alias: Some(String::new()),
        if_type: Some(6),
        speed_bps: Some(10_000_000_000),
        mtu: Some(1_500),
        mac: Some("02:00:00:00:00:01".to_owned()),
        admin: Some(AdminStatus::Up),
        oper: Some(OperStatus::LowerLayerDown),
        in_octets: Some(u64::MAX),
        out_octets: Some(0),
        in_packets: Some(2),
        out_packets: Some(3),
        in_errors: Some(4),
        out_errors: Some(5),
        in_discards: Some(6),
        out_discards: None,
        is_64_bit: true,
    }
}

/// Every kind of message, by the name of its golden file.
pub fn tasks() -> Vec<(&'static str, Task)> {
    vec![("plan", plan()), ("poll_now", Task::PollNow(DEVICE)), ("backup_task", backup_task())]
}

pub fn reports() -> Vec<(&'static str, Report)> {
    let status = InterfaceStatus { if_name: "eth0".to_owned(), if_index: 3, admin: Some(AdminStatus::Up), oper: OperStatus::Down };
    let tables = Tables {
        sys_name: Some("core".to_owned()),
        sys_descr: Some("a router".to_owned()),
        sys_object_id: Some("1.3.6.1.4.1.8072.3.2.10".to_owned()),
        uptime: Some(Duration::from_millis(123_450)),
        interfaces: vec![reading(), InterfaceReading { if_index: 4, if_name: "eth1".to_owned(), ..InterfaceReading::default() }],
        is_complete: true,
        cpu_percent: vec![0.0, 12.5],
        memory_used_bytes: Some(1 << 30),
        memory_total_bytes: Some(1 << 32),
    };
    vec![
        ("reach", reach("")),
        ("reach_silent", saw(Finding::Reach { method: ProbeMethod::Tcp, rtt: None, detail: "no answer".to_owned() })),
        ("snmp_answered", saw(Finding::Snmp { answer: SnmpAnswer::Answered })),
        ("snmp_silent", saw(Finding::Snmp { answer: SnmpAnswer::Silent { detail: "no answer within 2 s".to_owned() } })),
        ("snmp_refused", saw(Finding::Snmp { answer: SnmpAnswer::Refused { detail: "unknown user".to_owned() } })),
        ("status", saw(Finding::Status { interfaces: vec![status] })),
        ("tables", saw(Finding::Tables(Box::new(tables)))),
        ("heartbeat", heartbeat(9)),
        ("backup_fetched", backup_fetched()),
        ("backup_failed", backup_failed(1)),
    ]
}

pub fn backup_task() -> Task {
    Task::Backup(Box::new(BackupTask {
        task: TASK,
        device: DEVICE,
        address: "core.example".to_owned(),
        ssh_port: 2222,
        keys: vec![
            Key::SshPassword { user: "root".to_owned(), password: Secret::new("ssh-word") },
            Key::Enable { password: Secret::new("enable-word") },
        ],
        logins_left: 2,
        host_key: Some("SHA256:abc".to_owned()),
        level: Some(SshLevel::Legacy),
        profile: Some("acme.os".to_owned()),
        sys_object_id: Some("1.3.6.1.4.1.8072.3.2.10".to_owned()),
        sys_descr: None,
        total: Duration::from_secs(600),
    }))
}

fn answer(logins_refused: u32, outcome: Result<Fetched, FetchFailed>) -> Report {
    let ssh = SshSeen {
        level: SshLevel::Ancient,
        algorithms: "a / b / c / d".to_owned(),
        host_key: "SHA256:abc".to_owned(),
        banner: "Acme_1".to_owned(),
    };
    Report::Backup(Box::new(BackupAnswer {
        task: TASK,
        device: DEVICE,
        at: Timestamp::from_secs(1_795_000_000),
        took: Duration::from_millis(1_500),
        logins_refused,
        ssh: outcome.is_ok().then_some(ssh),
        outcome,
    }))
}

pub fn backup_fetched() -> Report {
    let outputs = vec![("show running-config".to_owned(), Secret::new("hostname core\nsnmp-server community word\nend\n"))];
    answer(0, Ok(Fetched { profile: "acme.os".to_owned(), outputs }))
}

pub fn backup_failed(logins_refused: u32) -> Report {
    let failed = FetchFailed { problem: BackupProblem::Login, detail: "refused".to_owned(), tail: "Password:".to_owned() };
    answer(logins_refused, Err(failed))
}
