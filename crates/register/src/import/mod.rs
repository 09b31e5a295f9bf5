//! Import of devices from what another system knows, as a plan that is looked at before anything is written.
//!
//! Promises: a file becomes rows, each with a verdict and every problem named; nothing is written before a person accepts; what is written
//! passes the same rules as a device made by hand; an undo takes back what nobody has touched since and names the rest.
//! Never: a secret out of a file. A column names a credential that exists; communities and passwords are left where they are.

mod dump;
mod flow;
mod plan;
mod router_db;
mod table;
mod text;
mod zabbix;

pub use flow::{NewImport, apply_import, discard_import, preview_import, undo_import};
pub use text::decode;

use model::import::ImportFormat;
use model::{FieldProblem, Problem};

/// Rows of one file.
pub const IMPORT_ROWS_MAX: usize = 20_000;
/// Size of one file.
pub const IMPORT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One device as a file tells it, before anything was checked. `None`: the file does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    pub line: u32,
    pub name: String,
    pub address: String,
    /// A site by name, by `parent / name` or by id; it must exist.
    pub site: Option<String>,
    /// Words that may be the name of a site; when none is, the default site is taken.
    pub site_hints: Vec<String>,
    pub snmp_port: Option<String>,
    pub ssh_port: Option<String>,
    pub owner: Option<String>,
    pub probe_interval_s: Option<String>,
    pub poll_interval_s: Option<String>,
    pub credentials: Option<Vec<String>>,
    pub problems: Vec<FieldProblem>,
}

/// A file, read.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub drafts: Vec<Draft>,
    /// Sentences about the file as a whole.
    pub notes: Vec<String>,
}

/// How the columns of a file without a header are to be understood.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub delimiter: Option<char>,
    pub columns: Option<String>,
}

pub(crate) fn read(format: ImportFormat, text: &str, layout: &Layout) -> Result<Parsed, FieldProblem> {
    if text.trim().is_empty() {
        return Err(Problem::new("required", "is empty").at("text"));
    }
    let parsed = match format {
        ImportFormat::Csv => table::read(text, layout.delimiter),
        ImportFormat::Zabbix => zabbix::read(text),
        ImportFormat::Librenms => dump::read(text),
        ImportFormat::Oxidized => router_db::read(text, layout),
    }?;
    if parsed.drafts.is_empty() {
        return Err(Problem::new("required", "holds no device").at("text"));
    }
    if parsed.drafts.len() > IMPORT_ROWS_MAX {
        let detail = format!("holds {} devices; at most {IMPORT_ROWS_MAX} are taken at once: split the file", parsed.drafts.len());
        return Err(Problem::new("too_many", detail).at("text"));
    }
    Ok(parsed)
}
