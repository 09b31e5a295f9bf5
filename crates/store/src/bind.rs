//! What may be bound to a statement: ids as 16 bytes, times as integers, words and texts as text.

use model::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Blob(Option<Vec<u8>>),
    Int(Option<i64>),
    Text(Option<String>),
}

pub trait Bind {
    /// The typed NULL: PostgreSQL must know the type of a parameter even when it is absent.
    const NULL: Value;
    fn value(self) -> Value;
}

impl<T: Bind> Bind for Option<T> {
    const NULL: Value = T::NULL;
    fn value(self) -> Value {
        self.map_or(T::NULL, Bind::value)
    }
}

macro_rules! bind {
    ($null:ident: $($type:ty => |$v:ident| $value:expr),+ $(,)?) => {$(
        impl Bind for $type {
            const NULL: Value = Value::$null(None);
            fn value(self) -> Value { let $v = self; Value::$null(Some($value)) }
        }
    )+};
}

bind!(Int: i64 => |v| v, u32 => |v| i64::from(v), u16 => |v| i64::from(v), bool => |v| i64::from(v), Timestamp => |v| v.micros());
bind!(Text: String => |v| v, &str => |v| v.to_owned(), &String => |v| v.clone());
bind!(Blob: Vec<u8> => |v| v, &[u8] => |v| v.to_vec());
bind!(Blob:
    TenantId => |v| v.bytes().to_vec(), PersonId => |v| v.bytes().to_vec(), ContactId => |v| v.bytes().to_vec(),
    CredentialId => |v| v.bytes().to_vec(), DeviceId => |v| v.bytes().to_vec(), InterfaceId => |v| v.bytes().to_vec(),
    ServiceId => |v| v.bytes().to_vec(), AlarmId => |v| v.bytes().to_vec(), IncidentId => |v| v.bytes().to_vec(),
    ImpactId => |v| v.bytes().to_vec(), NoticeId => |v| v.bytes().to_vec(), TicketId => |v| v.bytes().to_vec(), CollectorId => |v| v.bytes().to_vec(),
    TaskId => |v| v.bytes().to_vec(), ConfigId => |v| v.bytes().to_vec(), MaintenanceId => |v| v.bytes().to_vec(), TokenId => |v| v.bytes().to_vec(),
    SessionId => |v| v.bytes().to_vec(), SourceId => |v| v.bytes().to_vec(), SignalId => |v| v.bytes().to_vec(), ImportId => |v| v.bytes().to_vec(),
);
macro_rules! bind_words { ($($type:ty),+ $(,)?) => { bind!(Text: $($type => |v| v.as_str().to_owned()),+); }; }
bind_words!(
    tenant::TenantKind,
    tenant::Language,
    person::Role,
    credential::CredentialKind,
    device::Owner,
    device::DeviceState,
    device::OperStatus,
    device::AdminStatus,
    observation::ProbeMethod,
    service::Mapping,
    alarm::AlarmClass,
    alarm::Severity,
    alarm::AlarmState,
    alarm::ObjectKind,
    alarm::IncidentState,
    notice::Channel,
    notice::NoticeKind,
    notice::NoticeState,
    notice::HoldReason,
    maintenance::MaintenanceState,
    maintenance::WorkKind,
    ticket::Line,
    ticket::TicketState,
    event::EventKind,
    event::Subscriber,
    config::BackupState,
    config::BackupSource,
    config::BackupProblem,
    config::SshLevel,
    config::TaskState,
    person::TokenAccess,
    signal::SourceKind,
    signal::SignalState,
);
