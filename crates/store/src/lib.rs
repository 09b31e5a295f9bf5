//! All SQL of Polyot, on SQLite and PostgreSQL alike: the same statements, the same tests.
//!
//! Promises:
//! - No query leaves without a tenant scope: the only way to a row is a [`Tx`] opened for a [`model::Scope`]; another tenant's object is "not found".
//! - A change, its event, its deliveries and its audit row commit together or not at all.
//! - Time is passed in; no statement asks the database for "now".
//!
//! Never: decisions. What to write is decided by the verbs; here it is only written.

mod bind;
mod engine;
mod error;
mod migrate;
mod row;
mod sql;
mod tx;

mod alarm;
mod audit;
mod blind;
mod collector;
mod backup;
mod config;
mod contact;
mod credential;
mod device;
mod event;
mod idempotency;
mod impact;
mod incident;
mod inspect;
mod interface;
mod invite;
mod login_failure;
mod mail_out;
mod password_reset;
mod maintenance;
mod notice;
mod outage;
mod person;
mod pulse;
mod second_factor;
mod service;
mod session;
mod settings;
mod signal;
mod source;
mod summary;
mod task;
mod tenant;
mod thread;
mod ticket;
mod token;
mod topology;

pub use alarm::{AlarmFilter, AlarmListed};
pub use audit::{AuditRow, ChainState};
pub use backup::BackupDue;
pub use config::{ConfigFilter, ConfigListed, ConfigTexts};
pub use blind::Blind;
pub use collector::CollectorRow;
pub use credential::SealedCredential;
pub use device::{DeviceFilter, DeviceListed};
pub use engine::{CommitHook, CommitStage, Location, Store};
pub use error::StoreError;
pub use event::Claimed;
pub use idempotency::Replay;
pub use impact::ImpactListed;
pub use inspect::{check_sqlite, copy_sqlite, schema_found, schema_known};
pub use invite::Invite;
pub use mail_out::{MailKind, MailOut};
pub use pulse::Pulse;
pub use second_factor::SecondFactor;
pub use maintenance::{CoveredService, MaintenanceFilter, MaintenanceListed, Told};
pub use notice::{NoticeFilter, NoticeListed};
pub use outage::Outage;
pub use service::{EndpointListed, ServiceListed};
pub use session::SessionRow;
pub use signal::{DeviceName, SignalFilter, SignalListed};
pub use source::SourceListed;
pub use summary::Summary;
pub use task::{NewTask, TaskRow};
pub use tenant::{Inherited, TenantFilter};
pub use thread::Thread;
pub use ticket::{TicketFilter, TicketListed};
pub use token::TokenRow;
pub use topology::DeviceNode;
pub use tx::{Page, PageOf, Tx};

/// What an event carries beyond the id of its object.
pub use serde_json::Value as Fields;

pub type Result<T> = std::result::Result<T, StoreError>;
