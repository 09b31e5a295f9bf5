//! Devices from a file: looked at first, applied at once, and taken back; on both databases, as the pages do it.

#![allow(clippy::unwrap_used)]

mod house;

use house::{Answer, House, Person};
use serde_json::{Value, json};
use std::fmt::Write as _;

struct Place {
    house: House,
    admin: Person,
    client: String,
    store_room: String,
    plant: String,
}

/// Ромашка with two sites, a credential of its own, and one device that is there already; another client with a site of the same name.
async fn place(house: House) -> Place {
    let admin = house.set_up().await;
    let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "Ромашка"})).await;
    let store_room = admin.make("/api/v1/tenants", json!({"kind": "site", "parent": client, "name": "Склад"})).await;
    let plant = admin.make("/api/v1/tenants", json!({"kind": "site", "parent": client, "name": "Завод"})).await;
    let other = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "Other"})).await;
    let foreign = admin.make("/api/v1/tenants", json!({"kind": "site", "parent": other, "name": "Склад"})).await;
    admin.make("/api/v1/credentials", json!({"tenant": client, "name": "чтение", "kind": "snmp_v2c", "community": "very-secret"})).await;
    admin.make("/api/v1/devices", json!({"site": store_room, "name": "core1", "address": "192.0.2.1"})).await;
    admin.make("/api/v1/devices", json!({"site": foreign, "name": "core1", "address": "192.0.2.50"})).await;
    Place { house, admin, client, store_room, plant }
}

async fn preview(place: &Place, body: Value) -> Answer {
    place.admin.post("/api/v1/imports", body).await
}

/// Every row: line, verdict, name, and what is wrong or changes.
async fn rows(place: &Place, id: &str) -> String {
    let mut picture = String::new();
    for row in place.admin.get(&format!("/api/v1/imports/{id}/rows")).await.expect(200).json()["items"].as_array().unwrap() {
        let problems: Vec<String> = row["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{}={}", one["field"].as_str().unwrap(), one["code"].as_str().unwrap()))
            .collect();
        let changes = if row["verdict"] == "change" { format!(" {}", row["changes"]) } else { String::new() };
        let outcome = row["outcome"].as_str().map_or(String::new(), |outcome| format!(" {outcome}"));
        writeln!(
            picture,
            "{} {} {}{changes} {}{outcome}",
            row["row"],
            row["verdict"].as_str().unwrap(),
            row["name"].as_str().unwrap(),
            problems.join(" ")
        )
        .unwrap();
    }
    picture.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

const FILE: &str = "Имя;IP-адрес;Площадка;Доступ;Порт SNMP;community;Цвет\n\
    core1;192.0.2.1;Ромашка / Склад;чтение;;public;red\n\
    sw1;192.0.2.2;Завод;;1161;public;\n\
    sw2;192.0.2.3;Склад;;;;\n\
    sw3;192.0.2.4;Нигде;;;;\n\
    sw4;300.1.1.1;Завод;ключ;нет;;\n\
    sw5;192.0.2.2;Завод;;;;\n\
    sw1;192.0.2.6;Завод;;;;\n\
    ;192.0.2.7;Завод;;;;\n\
    sw8;192.0.2.8\n\
    \n\
    sw9;192.0.2.50;Завод;;;;\n";

#[tokio::test]
async fn a_spreadsheet_is_previewed_applied_and_undone() {
    for house in House::on_every_engine().await {
        let place = place(house).await;
        let made = preview(&place, json!({"format": "csv", "file_name": "devices.csv", "text": FILE})).await.expect(201);
        let id = made.at("/id");
        assert_eq!(
            rows(&place, &id).await,
            "2 change core1 {\"credentials\":[[],[\"чтение\"]]}\n\
             3 add sw1\n\
             4 bad sw2 site=ambiguous\n\
             5 bad sw3 site=not_found\n\
             6 bad sw4 snmp_port=bad_number address=bad_address credential=not_found\n\
             7 conflict sw5 address=doubled\n\
             8 conflict sw1 name=doubled\n\
             9 bad  name=required\n\
             10 bad sw8 row=columns site=required\n\
             12 add sw9"
        );
        let counts = &made.json()["counts"];
        assert_eq!(
            (counts["add"].as_i64(), counts["change"].as_i64(), counts["bad"].as_i64(), counts["conflict"].as_i64()),
            (Some(2), Some(1), Some(5), Some(2))
        );
        let notes = made.json()["notes"].to_string();
        assert!(notes.contains("`community` holds secrets") && notes.contains("`Цвет` is not known"), "{notes}");
        let path = format!("/api/v1/imports/{id}");
        let refused = place.admin.post(&format!("{path}/apply"), json!({})).await.expect(409);
        assert_eq!(refused.at("/code"), "import_has_bad_rows");
        assert_eq!(devices(&place).await.len(), 2, "nothing is applied until accepted");

        let applied = place.admin.post(&format!("{path}/apply"), json!({"accept_bad": true})).await.expect(200);
        assert_eq!((applied.at("/state"), applied.at("/counts/applied")), ("applied".into(), "3".into()));
        place.admin.post(&format!("{path}/apply"), json!({"accept_bad": true})).await.expect(409);
        place.admin.post(&format!("{path}/discard"), json!({})).await.expect(409);
        assert_eq!(devices(&place).await.len(), 4);
        let core = named(&place, "core1").await;
        assert_eq!((core["credentials"][0]["name"].as_str(), core["version"].as_i64()), (Some("чтение"), Some(2)));
        assert_eq!(named(&place, "sw1").await["snmp_port"], 1161);
        check_audit(&place, &["import.previewed", "import.applied", "device.created", "device.changed"]).await;

        // Somebody works on one of them: that one stays, and is named.
        let sw9 = named(&place, "sw9").await;
        place.admin.patch(&format!("/api/v1/devices/{}", sw9["id"].as_str().unwrap()), 1, json!({"name": "sw9b"})).await.expect(200);
        let undone = place.admin.post(&format!("{path}/undo"), json!({})).await.expect(200);
        assert_eq!((undone.at("/state"), undone.at("/counts/left")), ("undone".into(), "1".into()));
        let left: Vec<String> = devices(&place).await.iter().map(|device| device["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(left, ["core1", "core1", "sw9b"]);
        assert_eq!(named(&place, "core1").await["credentials"], json!([]));
        let kept = place.admin.get(&format!("{path}/rows?verdict=add")).await.expect(200).json();
        let kept = kept["items"].as_array().unwrap().iter().find(|row| row["outcome"] == "kept").unwrap().clone();
        assert!(kept["name"] == "sw9" && kept["outcome_detail"].as_str().unwrap().contains("somebody changed"), "{kept}");
        place.admin.post(&format!("{path}/undo"), json!({})).await.expect(409);
        check_audit(&place, &["import.undone", "device.removed"]).await;
        assert_eq!(place.admin.get("/api/v1/audit/verify").await.expect(200).at("/ok"), "true");
    }
}

async fn devices(place: &Place) -> Vec<Value> {
    place.admin.get("/api/v1/devices?limit=500").await.expect(200).json()["items"].as_array().unwrap().clone()
}

async fn named(place: &Place, name: &str) -> Value {
    devices(place).await.into_iter().find(|device| device["name"] == name && device["client"]["id"] == place.client.as_str()).unwrap()
}

async fn check_audit(place: &Place, actions: &[&str]) {
    let text = place.admin.get("/api/v1/audit?limit=100").await.expect(200).text;
    for action in actions {
        assert!(text.contains(action), "{action} is not in the audit trail");
    }
    assert!(!text.contains("very-secret"));
}

/// What changed between preview and apply is left out and told, never overwritten.
#[tokio::test]
async fn a_plan_that_has_grown_old_leaves_out_what_changed() {
    for house in House::on_every_engine().await {
        let place = place(house).await;
        let text = "name,address\ncore1,192.0.2.9\nnew1,192.0.2.10\nnew2,192.0.2.11\n";
        let made = preview(&place, json!({"format": "csv", "file_name": "x", "text": text, "site": place.store_room})).await.expect(201);
        let core = named(&place, "core1").await;
        place.admin.patch(&format!("/api/v1/devices/{}", core["id"].as_str().unwrap()), 1, json!({"ssh_port": 2222})).await.expect(200);
        place.admin.make("/api/v1/devices", json!({"site": place.store_room, "name": "new1", "address": "192.0.2.99"})).await;
        let applied = place.admin.post(&format!("/api/v1/imports/{}/apply", made.at("/id")), json!({})).await.expect(200);
        assert_eq!((applied.at("/counts/applied"), applied.at("/counts/left")), ("1".into(), "2".into()));
        assert_eq!(
            (named(&place, "core1").await["address"].as_str(), named(&place, "new1").await["address"].as_str()),
            (Some("192.0.2.1"), Some("192.0.2.99"))
        );
        let rows = rows(&place, &made.at("/id")).await;
        assert!(rows.contains("new1  left_out") && rows.contains("new2  applied"), "{rows}");
    }
}

#[tokio::test]
async fn exports_of_other_systems_are_understood() {
    let place = place(House::new().await).await;
    let zabbix = "zabbix_export:\n  version: '7.0'\n  hosts:\n    - host: r1\n      name: Router 1\n      groups:\n        - name: Завод\n      interfaces:\n        - ip: 192.0.2.21\n          interface_ref: if1\n        - type: SNMP\n          ip: 192.0.2.22\n          port: '1161'\n          details:\n            community: '{$SNMP_COMMUNITY}'\n          interface_ref: if2\n    - host: r2\n      interfaces:\n        - useip: 'NO'\n          dns: r2.example.net\n      status: DISABLED\n";
    let as_json =
        json!({"zabbix_export": {"version": "6.4", "hosts": [{"host": "r3", "interfaces": [{"ip": "192.0.2.23", "port": "10050"}]}]}});
    let dump = json!({"status": "ok", "count": 2, "devices": [
        {"device_id": 1, "hostname": "192.0.2.31", "sysName": "edge1", "location": "Склад", "community": "public", "port": 161, "disabled": 0},
        {"device_id": 2, "hostname": "edge2.example.net", "sysName": "", "location": "Завод", "overwrite_ip": "192.0.2.32", "disabled": 1}]});
    let cases = [
        ("zabbix", zabbix.to_owned(), json!({}), "4 add Router 1\n17 add r2"),
        ("zabbix", as_json.to_string(), json!({}), "1 add r3"),
        ("librenms", dump.to_string(), json!({"simulated": true}), "1 add edge1\n2 add edge2.example.net"),
        (
            "oxidized",
            "# comment\nsw1.example.net:ios:admin:secret\n192.0.2.41:ios\n\n".into(),
            json!({}),
            "2 add sw1.example.net\n3 add 192.0.2.41",
        ),
        (
            "oxidized",
            "a;192.0.2.42;Завод\nb;192.0.2.42;\n".into(),
            json!({"delimiter": ";", "columns": "name:ip:group"}),
            "1 add a\n2 conflict b address=doubled",
        ),
        ("csv", "\u{feff}Host\tIP\r\nx\t192.0.2.43\r\n".into(), json!({}), "2 add x"),
    ];
    for (format, text, more, picture) in cases {
        let mut body = json!({"format": format, "file_name": "file", "text": text, "site": place.plant});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = preview(&place, body).await.expect(201);
        assert_eq!(rows(&place, &made.at("/id")).await, picture, "{format}");
        assert!(!made.text.contains("public") && !made.text.contains("secret\""), "{}", made.text);
        place.admin.post(&format!("/api/v1/imports/{}/discard", made.at("/id")), json!({})).await.expect(200);
    }
    // A spreadsheet of an old desktop: windows-1251, sent as bytes.
    let bytes: Vec<u8> = "имя;адрес\n".chars().map(|c| if c.is_ascii() { c as u8 } else { (c as u32 - 'А' as u32 + 0xc0) as u8 }).collect();
    let encoded = base64(&[bytes, b"x;192.0.2.44\n".to_vec()].concat());
    let made = preview(&place, json!({"format": "csv", "file_name": "f", "base64": encoded, "site": place.plant})).await.expect(201);
    assert_eq!(rows(&place, &made.at("/id")).await, "2 add x");
    drop(place.house);
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for some in bytes.chunks(3) {
        let group = some.iter().fold(0_u32, |group, byte| (group << 8) | u32::from(*byte)) << (8 * (3 - some.len()));
        for place in 0..4 {
            let digit = ALPHABET[((group >> (18 - 6 * place)) & 63) as usize];
            text.push(if place <= some.len() { digit as char } else { '=' });
        }
    }
    text
}

#[tokio::test]
async fn files_that_are_not_what_they_should_be_get_a_sentence() {
    let place = place(House::new().await).await;
    let cases = [
        ("csv", "", "text", "required"),
        ("csv", "name;colour\na;b\n", "text", "required"),
        ("csv", "name;name;address\na;b;c\n", "text", "doubled"),
        ("csv", "name;address\n", "text", "required"),
        ("csv", "name;address\n\u{fffd};192.0.2.1\n", "text", "bad_encoding"),
        ("zabbix", "<?xml version=\"1.0\"?><zabbix_export/>", "text", "bad_format"),
        ("zabbix", "hosts: []", "text", "bad_format"),
        ("zabbix", "zabbix_export: {hosts: [", "text", "bad_format"),
        ("zabbix", "zabbix_export:\n  hosts: []\n", "text", "required"),
        ("librenms", "{\"devices\": 3}", "text", "bad_format"),
        ("librenms", "[", "text", "bad_json"),
        ("oxidized", "# nothing\n", "text", "required"),
    ];
    for (format, text, field, code) in cases {
        let answer = preview(&place, json!({"format": format, "file_name": "f", "text": text, "site": place.plant})).await.expect(400);
        assert_eq!(
            (answer.at("/errors/0/field").as_str(), answer.at("/errors/0/code").as_str()),
            (field, code),
            "{format} {text}: {}",
            answer.text
        );
    }
    let xml = preview(&place, json!({"format": "zabbix", "file_name": "f", "text": "<x/>", "site": place.plant})).await.expect(400);
    assert!(xml.text.contains("as YAML"), "{}", xml.text);
    preview(&place, json!({"format": "csv", "file_name": "f", "text": "x", "base64": "eA=="})).await.expect(400);
    preview(&place, json!({"format": "csv", "file_name": "f", "text": "name;address\na;b\n", "site": place.client})).await.expect(400);
}

/// Ten thousand rows with 37 that are wrong: each is named, the others are in at once, and out again.
#[tokio::test]
async fn ten_thousand_rows() {
    const ROWS: usize = 10_000;
    const WRONG: usize = 37;
    for house in House::on_every_engine().await {
        let place = place(house).await;
        let mut text = "name;address;credential\n".to_owned();
        for n in 0..ROWS {
            let address = if n % 270 == 5 && n / 270 < WRONG {
                "not an address".into()
            } else {
                format!("10.{}.{}.{}", n / 65_536, n / 256 % 256, n % 256)
            };
            writeln!(text, "dev-{n};{address};чтение").unwrap();
        }
        let started = std::time::Instant::now();
        let made = preview(&place, json!({"format": "csv", "file_name": "big.csv", "text": text, "site": place.plant})).await.expect(201);
        let previewed = started.elapsed();
        assert_eq!((made.at("/counts/bad"), made.at("/counts/add")), (WRONG.to_string(), (ROWS - WRONG).to_string()));
        let path = format!("/api/v1/imports/{}", made.at("/id"));
        let bad = place.admin.get(&format!("{path}/rows?verdict=bad&limit=500")).await.expect(200).json();
        let lines: Vec<i64> = bad["items"].as_array().unwrap().iter().map(|row| row["row"].as_i64().unwrap()).collect();
        assert_eq!((lines.len(), lines[0], lines[1]), (WRONG, 7, 277));
        let started = std::time::Instant::now();
        let applied = place.admin.post(&format!("{path}/apply"), json!({"accept_bad": true})).await.expect(200);
        let took = started.elapsed();
        assert_eq!(applied.at("/counts/applied"), (ROWS - WRONG).to_string());
        let started = std::time::Instant::now();
        let undone = place.admin.post(&format!("{path}/undo"), json!({})).await.expect(200);
        println!("{ROWS} rows on {}: preview {previewed:?}, apply {took:?}, undo {:?}", place.house.store.engine_name(), started.elapsed());
        assert_eq!((undone.at("/state"), undone.at("/counts/left")), ("undone".into(), "0".into()));
        assert_eq!(devices(&place).await.len(), 2);
        assert_eq!(place.admin.get("/api/v1/audit/verify").await.expect(200).at("/ok"), "true");
    }
}
