//! The register: who our partners and clients are, which devices stand where, which services run over them, whom to tell.
//!
//! Promises
//! - Every bad field of an input is named at once, with what is wrong and what is expected.
//! - A change, its event and its audit row commit together; before and after are written down, a secret never.
//! - What the caller cannot see does not exist for him; what he saw changed meanwhile is refused, never overwritten.
//!
//! Never: SQL, HTTP, the network. The transaction belongs to the caller of a function; nothing here commits.

mod checks;
mod error;
mod flow;
mod rules;

pub use error::RegisterError;
pub use flow::contact::{ContactChange, NewContact, create_contact, delete_contact, patch_contact};
pub use flow::credential::{CredentialChange, KeyParts, NewCredential, create_credential, delete_credential, patch_credential};
pub use flow::device::{DeviceChange, NewDevice, NewParent, create_device, delete_device, patch_device};
pub use flow::person::{NewPerson, create_person, patch_person};
pub use flow::recover::{Recovery, may_remove_second_factor, recover_person};
pub use flow::service::{NewEndpoint, NewService, ServiceChange, create_service, delete_service, patch_service};
pub use flow::settings::{BrakeChange, SettingsChange, patch_settings};
pub use flow::setup::{FirstSetUp, check_first_set_up, set_up};
pub use flow::source::{NewSource, create_source, delete_source, patch_source, renew_source_secret};
pub use flow::tenant::{BrandChange, NewBrand, NewTenant, TenantChange, create_tenant, patch_tenant};

pub type Result<T> = std::result::Result<T, RegisterError>;
