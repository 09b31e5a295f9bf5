//! The topology becomes rows through the product's own API, as a person would do it.

use devsim::{Sim, Style, Topology};
use model::credential::Key;
use reqwest::{Client, header};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The provider of the demo says what it is, on every page and in every notice.
const PROVIDER: &str = "Полёт Демо (симуляция · simulated)";
/// The profile of the routing suite's command line.
const ROUTING_SUITE: &str = "frr.frr";
/// Often, so that a visitor sees a fault soon.
const PROBE_INTERVAL_S: u32 = 5;

/// Registers the topology as a person would, through the API.
pub(super) struct Registrar {
    client: Client,
    base: String,
    token: String,
}

impl Registrar {
    pub async fn log_in(url: &str) -> Result<Self, String> {
        let client = Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        let mut registrar = Self { client, base: format!("{url}/api/v1"), token: String::new() };
        let session = registrar.post("/sessions", json!({ "email": super::EMAIL, "password": super::PASSWORD })).await?;
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

    pub async fn register(&self, sim: &Sim) -> Result<(), String> {
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
        let mut credentials: HashMap<String, String> = HashMap::new();
        let mut devices: HashMap<String, String> = HashMap::new();
        let provider = self.provider().await?;
        for device in sim.devices() {
            let mut opens = Vec::new();
            let enable = device.enable.clone().map(|password| Key::Enable { password });
            for key in [&device.key, &device.ssh].into_iter().chain(&enable) {
                let body = credential(&provider, key);
                let name = body["name"].as_str().unwrap_or_default().to_owned();
                if !credentials.contains_key(&name) {
                    let id = self.make("/credentials", body).await?;
                    credentials.insert(name.clone(), id);
                }
                opens.push(credentials[&name].clone());
            }
            let mut parents = Vec::new();
            for (parent, interface) in &device.parents {
                let parent = devices.get(parent).ok_or_else(|| format!("the topology names {parent} after its child {}", device.name))?;
                parents.push(json!({ "device": parent, "interface": interface }));
            }
            let mut body = json!({
                "site": of(&device.site)?, "name": device.name, "address": device.address.to_string(), "snmp_port": device.snmp_port, "ssh_port": device.ssh_port,
                "credentials": opens, "parents": parents, "probe_interval_s": PROBE_INTERVAL_S,
            });
            if device.style == Style::Vtysh {
                // Their agent says what runs below; which command line answers only a person knows.
                body["pinned_profile"] = json!(ROUTING_SUITE);
            }
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

    /// The id of the provider, which gets its name first.
    async fn provider(&self) -> Result<String, String> {
        let answer = self
            .client
            .get(format!("{}/tenants?kind=provider", self.base))
            .bearer_auth(&self.token)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let page: Value = answer.json().await.map_err(|error| error.to_string())?;
        let provider = &page["items"][0];
        let id = provider["id"].as_str().ok_or("the demo has no provider")?;
        let named = self
            .client
            .patch(format!("{}/tenants/{id}", self.base))
            .bearer_auth(&self.token)
            .header(header::IF_MATCH, format!("\"{}\"", provider["version"]))
            .json(&json!({ "name": PROVIDER }))
            .send()
            .await
            .map_err(|error| error.to_string())?;
        if !named.status().is_success() {
            return Err(format!("PATCH /tenants/{id}: {}", named.status()));
        }
        Ok(id.to_owned())
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
        Key::Enable { password } => {
            json!({ "tenant": provider, "name": "Simulated enable", "kind": "enable", "password": password.reveal() })
        }
    }
}
