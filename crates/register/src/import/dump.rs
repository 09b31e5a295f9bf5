//! The answer of `GET /api/v0/devices` of LibreNMS, in the shape of its API documentation (Devices, list_devices).

use super::{Draft, Parsed};
use model::{FieldProblem, Problem};
use serde_json::Value;

pub(super) fn read(text: &str) -> Result<Parsed, FieldProblem> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Problem::new("bad_json", format!("is not JSON at line {}, column {}", error.line(), error.column())).at("text"))?;
    let devices = value.get("devices").and_then(Value::as_array).ok_or_else(|| {
        let detail = "has no list `devices`; save the answer of GET /api/v0/devices as it is";
        Problem::new("bad_format", detail).at("text")
    })?;
    let mut parsed = Parsed::default();
    let (mut has_secrets, mut disabled) = (false, 0);
    for (place, device) in devices.iter().enumerate() {
        let field = |name: &str| match device.get(name) {
            Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        has_secrets |= ["community", "authpass", "cryptopass"].iter().any(|name| field(name).is_some());
        disabled += usize::from(field("disabled").is_some_and(|text| text != "0"));
        let hostname = field("hostname");
        // Asked by `overwrite_ip` where there is one, else by `hostname`, whatever it resolves to today.
        let address = field("overwrite_ip").or_else(|| hostname.clone()).or_else(|| field("ip")).unwrap_or_default();
        parsed.drafts.push(Draft {
            line: u32::try_from(place + 1).unwrap_or(u32::MAX),
            name: field("sysName").or(hostname).unwrap_or_default(),
            address,
            site_hints: field("location").into_iter().collect(),
            snmp_port: field("port"),
            ..Draft::default()
        });
    }
    if has_secrets {
        parsed.notes.push(
            "The file holds SNMP communities or keys: they are not taken over and not kept. Make a credential and give it to the devices."
                .into(),
        );
    }
    if disabled > 0 {
        parsed.notes.push(format!("{disabled} device(s) are disabled there; they are taken over like the others."));
    }
    Ok(parsed)
}
