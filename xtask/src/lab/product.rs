//! The product under the same conditions as at a provider's: the built binary, an empty folder, shipped defaults, a file that names the mail's CA.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use super::checks::Checks;
use super::http::Api;
use super::mail::{self, Server};
use super::router;
use crate::shell::{self, Failure};

const EMAIL: &str = "admin@provider.example";
const PASSWORD: &str = "lab-admin-password-1";
/// Address in `smtp.from`: what a client sees when no brand has a sender.
pub const FROM: &str = "noc@provider.example";
/// Three seconds from an empty disk to the login page is the figure.
const START_CEILING: Duration = Duration::from_secs(60);

pub struct Product {
    pub api: Api,
    listen: SocketAddr,
    dir: PathBuf,
    binary: PathBuf,
    smtp_url: String,
    process: Option<Child>,
}

impl Product {
    pub fn start(binary: &Path, lab: &Path, server: &Server, checks: &mut Checks) -> Result<Self, Failure> {
        println!("\n-- the product");
        let dir = lab.join("polyot");
        let cannot = |e: std::io::Error| Failure::new(format!("{}: {e}", dir.display()));
        fs::create_dir_all(&dir).map_err(cannot)?;
        let config = format!("[smtp]\nfrom = \"{FROM}\"\nca_file = \"{}\"\n", server.ca_file().display());
        fs::write(dir.join("polyot.toml"), config).map_err(cannot)?;
        let listen = SocketAddr::from(([127, 0, 0, 1], mail::free_port()?));
        let mut product = Self { api: Api::new(listen), listen, dir, binary: binary.into(), smtp_url: server.url(), process: None };
        product.resume(checks)?;
        product.api.log_in(EMAIL, PASSWORD)?;
        Ok(product)
    }

    /// Resident memory of the process; 0 when it is not running.
    pub fn resident_mb(&self) -> f64 {
        self.process.as_ref().and_then(|process| shell::resident_mb(process.id())).unwrap_or_default()
    }

    /// `kill -9`, as a machine does it that loses its power.
    pub fn kill(&mut self, checks: &mut Checks) {
        checks.watch(None);
        if let Some(process) = self.process.take() {
            router::end(process);
        }
    }

    pub fn resume(&mut self, checks: &mut Checks) -> Result<(), Failure> {
        let mut command = Command::new(&self.binary);
        command.arg("serve").arg("--data").arg(self.dir.join("data")).args(["--listen", &self.listen.to_string()]);
        command.arg("--config").arg(self.dir.join("polyot.toml")).current_dir(&self.dir);
        command.env("POLYOT_SMTP_URL", &self.smtp_url).env("POLYOT_ADMIN_EMAIL", EMAIL).env("POLYOT_ADMIN_PASSWORD", PASSWORD);
        let process = router::start(&mut command, &self.dir.join("polyot.log"))?;
        checks.watch(Some(process.id()));
        self.process = Some(process);
        let ready =
            checks.until("polyot is ready", START_CEILING, || self.api.status("/readyz").map(|status| (status == 200).then_some(())));
        ready.map_err(|failure| Failure::new(format!("{failure}: {}", last_lines(&self.dir.join("polyot.log")))))
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
