//! `polyot demo`: the product with a small simulated network, registered through its own API.

use crate::config::{Config, Smtp};
use crate::serve;
use collect::Probing;
use devsim::{Sim, Topology};
use model::Secret;
use model::credential::Key;
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;

const EMAIL: &str = "demo@polyot.example";
/// Shown at the start; the demo listens on loopback and its folder goes with it.
const PASSWORD: &str = "polyot-demo-2026";

#[derive(clap::Args)]
pub struct DemoArgs {
    /// Address and port to serve on
    #[arg(long, value_name = "ADDR", default_value = crate::config::LISTEN_DEFAULT)]
    listen: String,
    /// Keep the data in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Let an uplink fail this many seconds after the start; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = 45)]
    fault_after: u64,
}

pub async fn run(args: DemoArgs) -> Result<(), String> {
    // Another demo may have the usual ports.
    let sim = match Sim::start(Topology::demo()).await {
        Ok(sim) => sim,
        Err(_) => Sim::start(Topology::demo().on_any_ports()).await.map_err(|error| serve::chain(&error))?,
    };
    let temporary = tempfile::Builder::new().prefix("polyot-demo-").tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let data_dir = args.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    let listen = args.listen.parse().map_err(|_| format!("--listen: `{}` is not an address with a port", args.listen))?;
    let config = Config {
        master_key_file: data_dir.join("master.key"),
        location: store::Location::Sqlite(data_dir.join("polyot.db")),
        data_dir,
        listen,
        public_url: None,
        tls: None,
        smtp: Smtp::default(),
        watchdog: None,
        admin: Some((EMAIL.into(), Secret::new(PASSWORD))),
    };
    // The kernel answers ping for every loopback address, also of a dead device: only TCP tells the truth here.
    let mut running = serve::start(config, Probing::Tcp).await?;
    Registrar::log_in(&running.url).await?.register(&sim).await?;
    println!("\nPolyot runs with a simulated network of {} devices.\n", sim.devices().len());
    println!("    {}\n    {EMAIL}\n    {PASSWORD}\n", running.url);
    if args.fault_after > 0 {
        println!("An uplink will fail in {} s. Ctrl-C ends the demo.\n", args.fault_after);
    }
    let fault = async move {
        if args.fault_after == 0 {
            return std::future::pending::<()>().await;
        }
        tokio::time::sleep(std::time::Duration::from_secs(args.fault_after)).await;
    };
    tokio::spawn(async move {
        fault.await;
        break_an_uplink(&sim);
        // The simulation lives as long as the demo.
        std::future::pending::<()>().await;
    });
    let told = running.until_told().await;
    running.stop().await;
    told
}

/// The link above a client's gateway: the gateway and what lies behind it fall silent, so that cause and symptoms can be told apart.
fn break_an_uplink(sim: &Sim) {
    let has_child = |name: &str| sim.devices().iter().any(|device| device.parents.iter().any(|(parent, _)| parent == name));
    let has_parent = |name: &str| sim.devices().iter().any(|device| device.name == name && !device.parents.is_empty());
    let uplink = sim
        .devices()
        .iter()
        .filter(|device| has_child(&device.name))
        .find_map(|device| device.parents.first().filter(|(parent, _)| has_parent(parent)));
    let Some((device, interface)) = uplink else { return };
    match sim.link_down(device, interface) {
        Ok(()) => println!("Simulated fault: interface {interface} of {device} is down."),
        Err(error) => eprintln!("The simulated fault did not work: {error}"),
    }
}

/// Registers the topology as a person would, through the API.
struct Registrar {
    client: Client,
    base: String,
    token: String,
}

impl Registrar {
    async fn log_in(url: &str) -> Result<Self, String> {
        let client = Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        let mut registrar = Self { client, base: format!("{url}/api/v1"), token: String::new() };
        let session = registrar.post("/sessions", json!({ "email": EMAIL, "password": PASSWORD })).await?;
        registrar.token = session["token"].as_str().unwrap_or_default().to_owned();
        Ok(registrar)
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        let answer = self
            .client
            .post(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await
            .map_err(|error| format!("POST {path}: {error}"))?;
        let status = answer.status();
        let value: Value = answer.json().await.map_err(|error| format!("POST {path}: {error}"))?;
        if status.is_success() { Ok(value) } else { Err(format!("POST {path}: {status}: {value}")) }
    }

    async fn make(&self, path: &str, body: Value) -> Result<String, String> {
        let made = self.post(path, body).await?;
        made["id"].as_str().map(str::to_owned).ok_or_else(|| format!("POST {path}: the answer has no id"))
    }

    async fn register(&self, sim: &Sim) -> Result<(), String> {
        let topology = sim.topology();
        let tenants = self.tenants(topology).await?;
        let of = |key: &str| tenants.get(key).cloned().ok_or_else(|| format!("the topology names no tenant `{key}`"));
        for contact in &topology.contacts {
            self.make(
                "/contacts",
                json!({ "tenant": of(&contact.tenant)?, "name": contact.name, "email": contact.email, "language": contact.language }),
            )
            .await?;
        }
        let mut credentials: HashMap<&'static str, String> = HashMap::new();
        let mut devices: HashMap<String, String> = HashMap::new();
        let provider = self.provider().await?;
        for device in sim.devices() {
            let kind = device.key.kind().as_str();
            if !credentials.contains_key(kind) {
                credentials.insert(kind, self.make("/credentials", credential(&provider, &device.key)).await?);
            }
            let mut parents = Vec::new();
            for (parent, interface) in &device.parents {
                let parent = devices.get(parent).ok_or_else(|| format!("the topology names {parent} after its child {}", device.name))?;
                parents.push(json!({ "device": parent, "interface": interface }));
            }
            let body = json!({
                "site": of(&device.site)?, "name": device.name, "address": device.address.to_string(), "snmp_port": device.snmp_port, "ssh_port": device.ssh_port,
                "credentials": [credentials[kind]], "parents": parents,
            });
            devices.insert(device.name.clone(), self.make("/devices", body).await?);
        }
        for service in &topology.services {
            let mut endpoints = Vec::new();
            for end in &service.endpoints {
                let device = devices.get(&end.device).ok_or_else(|| format!("the topology has no device `{}`", end.device))?;
                endpoints.push(match &end.interface {
                    Some(interface) => json!({ "device": device, "interface": interface }),
                    None => json!({ "device": device }),
                });
            }
            self.make("/services", json!({ "client": of(&service.client)?, "name": service.name, "endpoints": endpoints })).await?;
        }
        Ok(())
    }

    async fn provider(&self) -> Result<String, String> {
        let answer = self
            .client
            .get(format!("{}/tenants?kind=provider", self.base))
            .bearer_auth(&self.token)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let page: Value = answer.json().await.map_err(|error| error.to_string())?;
        page["items"][0]["id"].as_str().map(str::to_owned).ok_or_else(|| "the demo has no provider".into())
    }

    async fn tenants(&self, topology: &Topology) -> Result<HashMap<String, String>, String> {
        let mut made: HashMap<String, String> = HashMap::new();
        for tenant in &topology.tenants {
            let mut body = json!({ "kind": tenant.kind, "name": tenant.name });
            if let Some(parent) = &tenant.parent {
                body["parent"] = json!(made.get(parent).ok_or_else(|| format!("the topology names tenant `{parent}` after its child"))?);
            }
            if tenant.brand.is_some() || tenant.sender.is_some() {
                body["brand"] = json!({ "name": tenant.brand, "sender": tenant.sender });
            }
            if let Some(language) = tenant.language {
                body["language"] = json!(language);
            }
            if let Some(tz) = &tenant.tz {
                body["tz"] = json!(tz);
            }
            made.insert(tenant.key.clone(), self.make("/tenants", body).await?);
        }
        Ok(made)
    }
}

fn credential(provider: &str, key: &Key) -> Value {
    match key {
        Key::SnmpV2c { community } => {
            json!({ "tenant": provider, "name": "Simulated v2c", "kind": "snmp_v2c", "community": community.reveal() })
        }
        Key::SnmpV3 { user, auth, auth_password, privacy, priv_password } => json!({
            "tenant": provider, "name": "Simulated v3", "kind": "snmp_v3", "user": user, "auth": auth, "auth_password": auth_password.reveal(),
            "priv": privacy, "priv_password": priv_password.reveal(),
        }),
        Key::SshPassword { user, password } => {
            json!({ "tenant": provider, "name": "Simulated SSH", "kind": "ssh", "user": user, "password": password.reveal() })
        }
        Key::SshKey { user, key } => {
            json!({ "tenant": provider, "name": "Simulated SSH key", "kind": "ssh", "user": user, "key": key.reveal() })
        }
    }
}
