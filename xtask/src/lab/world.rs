//! What the provider enters before anything can be watched: a partner with a brand, two clients, sites, devices, contacts, services.

use serde_json::{Value, json};

use super::checks::Checks;
use super::http::Api;
use super::mail::Received;
use super::parts::Equipment;
use super::{product, router};
use crate::shell::Failure;

/// A client as the mails must show him.
pub struct Client {
    pub name: &'static str,
    pub site: &'static str,
    pub service: &'static str,
    pub contact: &'static str,
    pub email: &'static str,
    pub language: &'static str,
    /// Who serves him, as he knows it.
    pub brand: &'static str,
    pub sender: &'static str,
}

/// Served by the partner, in Russian; his service hangs on r1's port to r2.
pub const BAKERY: Client = Client {
    name: "Пекарня Колос",
    site: "Склад на Заводской",
    service: "Интернет для склада",
    contact: "Иван Колосов",
    email: "ivan@kolos.example",
    language: "ru",
    brand: "Северная связь",
    sender: "dispetcher@north.example",
};
/// Served by the provider himself, in English; his service hangs on r2 as a whole.
pub const BOOKS: Client = Client {
    name: "Harbour Books",
    site: "Harbour shop",
    service: "Shop uplink",
    contact: "Anna Field",
    email: "anna@harbour.example",
    language: "en",
    brand: "Meridian Networks",
    sender: product::FROM,
};

pub struct World {
    pub r1: String,
    pub r2: String,
    pub bakery: String,
    pub books: String,
}

impl World {
    /// Everything but r2 and what hangs on it: r2's parent is a port of r1, which must have been seen first.
    pub fn register(
        api: &Api,
        equipment: &Equipment,
        checks: &mut Checks,
        wait_for_port: impl FnOnce(&str, &mut Checks) -> Result<String, Failure>,
    ) -> Result<Self, Failure> {
        println!("\n-- the register");
        let providers = api.list("/tenants?kind=provider")?;
        let provider = providers.first().ok_or_else(|| Failure::new("there is no provider after the first start"))?;
        let provider_id = text(provider, "id");
        rename_provider(api, provider)?;

        let brand = json!({"name": BAKERY.brand, "sender": BAKERY.sender});
        let partner = id(&api.post("/tenants", &json!({"kind": "partner", "parent": provider_id, "name": BAKERY.brand, "brand": brand}))?)?;
        let (bakery, bakery_site) = client(api, &BAKERY, &partner)?;
        let (books, books_site) = client(api, &BOOKS, &provider_id)?;

        let v2c = json!({"tenant": provider_id, "name": "lab v2c", "kind": "snmp_v2c", "community": router::COMMUNITY});
        let v2c = id(&api.post("/credentials", &v2c)?)?;
        let v3 = json!({
            "tenant": provider_id, "name": "lab v3", "kind": "snmp_v3", "user": router::V3_USER,
            "auth": "sha256", "auth_password": router::V3_AUTH, "priv": "aes128", "priv_password": router::V3_PRIV,
        });
        let v3 = id(&api.post("/credentials", &v3)?)?;

        let r1 = json!({"site": bakery_site, "name": "r1", "address": equipment.r1.address(), "credentials": [v2c]});
        let r1 = id(&api.post("/devices", &r1)?)?;
        let endpoint = json!({"device": r1, "interface": "eth1"});
        api.post("/services", &json!({"client": bakery, "name": BAKERY.service, "endpoints": [endpoint]}))?;
        let port = wait_for_port(&r1, checks)?;

        let parents = json!([{"device": r1, "interface": port}]);
        let r2 = json!({"site": books_site, "name": "r2", "address": equipment.r2.address(), "credentials": [v3], "parents": parents});
        let r2 = id(&api.post("/devices", &r2)?)?;
        api.post("/services", &json!({"client": books, "name": BOOKS.service, "endpoints": [{"device": r2}]}))?;
        checks.expect("two clients, two devices and their services are entered", true, "");
        Ok(Self { r1, r2, bakery, books })
    }
}

/// Checks a mail with the eyes of whom it is for.
pub fn check_mail(received: &Received, wanted: &Client, foreign: &Client, checks: &mut Checks) {
    let (mail, who) = (&received.mail, wanted.contact);
    let subject = mail.header("subject");
    let all = format!("{subject}\n{}", mail.text);
    let headers = format!("{} {}", mail.header("from"), mail.header("to"));
    println!("  | From: {}\n  | To: {}\n  | Subject: {subject}", mail.header("from"), mail.header("to"));
    mail.text.lines().filter(|line| !line.trim().is_empty()).for_each(|line| println!("  | {line}"));

    checks.equal(&format!("{who}: the mail is for this address"), &received.to, wanted.email);
    let russian = all.chars().filter(|c| ('а'..='я').contains(&c.to_lowercase().next().unwrap_or(*c))).count();
    let latin = all.chars().filter(char::is_ascii_alphabetic).count();
    let right = if wanted.language == "ru" { russian > latin } else { russian == 0 };
    checks.expect(
        &format!("{who}: the mail is in his language ({})", wanted.language),
        right,
        format!("{russian} Russian letters, {latin} Latin"),
    );
    checks.expect(&format!("{who}: the mail names his service"), all.contains(wanted.service), &all);
    checks.expect(&format!("{who}: the sender is who serves him"), mail.header("from").contains(wanted.sender), mail.header("from"));
    checks.expect(&format!("{who}: the brand is whose client he is"), all.contains(wanted.brand) || headers.contains(wanted.brand), &all);
    let leaks: Vec<&str> = [foreign.name, foreign.service, foreign.site, foreign.contact, foreign.email, foreign.brand]
        .into_iter()
        .filter(|word| all.contains(word) || headers.contains(word) || mail.html.contains(word))
        .collect();
    checks.expect(&format!("{who}: nothing of another client is in it"), leaks.is_empty(), leaks.join(", "));
    checks.expect(&format!("{who}: the mail has a Message-ID"), !mail.header("message-id").is_empty(), "none");
}

pub fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn id(value: &Value) -> Result<String, Failure> {
    value["id"].as_str().map(str::to_owned).ok_or_else(|| Failure::new(format!("no id in {value}")))
}

/// The first start names the provider by itself; the lab gives him a name that a mail can show.
fn rename_provider(api: &Api, provider: &Value) -> Result<(), Failure> {
    let patch = json!({"name": BOOKS.brand, "brand": {"name": BOOKS.brand}});
    api.patch(&format!("/tenants/{}", text(provider, "id")), provider["version"].as_i64().unwrap_or_default(), &patch).map(drop)
}

/// A client with a site and a contact.
fn client(api: &Api, who: &Client, parent: &str) -> Result<(String, String), Failure> {
    let client = id(&api.post("/tenants", &json!({"kind": "client", "parent": parent, "name": who.name}))?)?;
    let site = id(&api.post("/tenants", &json!({"kind": "site", "parent": client, "name": who.site}))?)?;
    api.post("/contacts", &json!({"tenant": client, "name": who.contact, "email": who.email, "language": who.language}))?;
    Ok((client, site))
}
