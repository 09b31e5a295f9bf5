//! Who and what there is: provider, partners, clients, sites, people to tell, keys, devices, services.

use super::LANGUAGES;
use crate::cli::manage;
use crate::cli::tree::Show::{Age, Row, Sum, Time};
use crate::cli::tree::Takes::{Ends, Id, Ids, Integer, OneOf, Ref, Refs, Secret, Switch, Text};
use crate::cli::tree::{Act, Arg, Kind, Noun, Verb, col, may, must, word};
use serde_json::Value;

const TENANT_COLUMNS: &[crate::cli::tree::Column] = &[
    col("name", "name"),
    word("kind", "kind", "tenant_kind"),
    col("parent", "parent"),
    word("language", "effective.language", "language"),
    col("zone", "effective.tz"),
    col("brand", "effective.brand.name").wide(),
    col("sender", "effective.brand.sender").wide(),
    col("shadow", "shadow").as_(crate::cli::tree::Show::Flag).wide(),
    col("created", "created_at").as_(Time).wide(),
    col("id", "id").wide(),
];

const fn tenants(word: &'static str, query: &'static [(&'static str, &'static str)]) -> Kind {
    Kind { word, prefix: "ten", path: "tenants", query, is_searched: true, names: &["name"], columns: TENANT_COLUMNS }
}

/// Provider, partner, client or site.
pub static TENANT: Kind = tenants("tenant", &[]);
pub static CLIENT: Kind = tenants("client", &[("kind", "client")]);
pub static SITE: Kind = tenants("site", &[("kind", "site")]);
static PARTNER: Kind = tenants("partner", &[("kind", "partner")]);

pub static DEVICE: Kind = Kind {
    word: "device",
    prefix: "dev",
    path: "devices",
    query: &[],
    is_searched: true,
    names: &["name"],
    columns: &[
        col("name", "name"),
        word("state", "state", "device_state"),
        col("address", "address"),
        col("site", "site"),
        col("client", "client"),
        col("alarms", "alarms").as_(Sum),
        col("seen", "seen_at").as_(Age),
        col("since", "since").as_(Time).wide(),
        word("owner", "owner", "owner").wide(),
        col("parents", "parents").as_(Row(parents)).wide(),
        col("collector", "collector").wide(),
        col("credentials", "credentials").wide(),
        col("vendor", "vendor").wide(),
        col("model", "model").wide(),
        col("os_version", "os_version").wide(),
        col("serial", "serial").wide(),
        col("profile", "profile").wide(),
        col("maintenance", "maintenance").wide(),
        col("sys_descr", "facts.sys_descr").wide(),
        col("id", "id").wide(),
    ],
};

pub static INTERFACE: Kind = Kind {
    word: "interface",
    prefix: "ifc",
    path: "interfaces",
    query: &[],
    is_searched: false,
    names: &["name"],
    columns: &[
        col("name", "name"),
        word("admin", "admin", "admin_status"),
        word("oper", "oper", "oper_status"),
        col("since", "oper_since").as_(Age),
        col("speed", "speed_bps").as_(Row(speed)),
        col("alias", "alias"),
        col("services", "services"),
        col("descr", "descr").wide(),
        col("mac", "mac").wide(),
        col("mtu", "mtu").wide(),
        col("index", "index").wide(),
        col("watched", "is_watched").as_(crate::cli::tree::Show::Flag).wide(),
        col("id", "id").wide(),
    ],
};

static CONTACT: Kind = Kind {
    word: "contact",
    prefix: "con",
    path: "contacts",
    query: &[],
    is_searched: false,
    names: &["name", "email"],
    columns: &[
        col("name", "name"),
        col("tenant", "tenant"),
        col("email", "email"),
        col("webhook", "webhook"),
        word("language", "language", "language"),
        col("created", "created_at").as_(Time).wide(),
        col("id", "id").wide(),
    ],
};

pub static CREDENTIAL: Kind = Kind {
    word: "credential",
    prefix: "crd",
    path: "credentials",
    query: &[],
    is_searched: false,
    names: &["name"],
    columns: &[
        col("name", "name"),
        word("kind", "kind", "credential_kind"),
        col("tenant", "tenant"),
        col("created", "created_at").as_(Time).wide(),
        col("id", "id").wide(),
    ],
};

pub static SERVICE: Kind = Kind {
    word: "service",
    prefix: "svc",
    path: "services",
    query: &[],
    is_searched: false,
    names: &["name"],
    columns: &[
        col("name", "name"),
        col("client", "client"),
        word("state", "state", "service_state"),
        col("endpoints", "endpoints").as_(Row(endpoints)),
        col("created", "created_at").as_(Time).wide(),
        col("id", "id").wide(),
    ],
};

/// Of every kind of tenant, besides its parent.
const fn tenant_verbs(kind: &'static Kind, create: &'static [Arg], list: &'static [Arg]) -> [Verb; 3] {
    [
        Verb { name: "list", args: list, act: Act::List(kind) },
        Verb { name: "get", args: GET_TENANT, act: Act::Get(kind) },
        Verb { name: "create", args: create, act: Act::Create(kind) },
    ]
}
const GET_TENANT: &[Arg] = &[must("id", Id(&TENANT))];
const LIST_TENANTS: &[Arg] = &[may("parent", Ref(&TENANT)), may("q", Text).flag("search")];
const CREATE_TENANT: &[Arg] = &[
    must("name", Text),
    may("parent", Ref(&TENANT)),
    may("language", OneOf(LANGUAGES)),
    may("tz", Text),
    may("brand.name", Text).flag("brand"),
    may("brand.sender", Text).flag("sender"),
];
const CREATE_SITE: &[Arg] = &[must("name", Text), must("parent", Ref(&TENANT)), may("language", OneOf(LANGUAGES)), may("tz", Text)];
static CLIENT_VERBS: [Verb; 3] = tenant_verbs(&CLIENT, CREATE_TENANT, LIST_TENANTS);
static SITE_VERBS: [Verb; 3] = tenant_verbs(&SITE, CREATE_SITE, LIST_TENANTS);
static PARTNER_VERBS: [Verb; 3] = tenant_verbs(&PARTNER, CREATE_TENANT, LIST_TENANTS);

pub static NOUNS: &[Noun] = &[
    Noun { name: "client", verbs: &CLIENT_VERBS },
    Noun { name: "site", verbs: &SITE_VERBS },
    Noun { name: "partner", verbs: &PARTNER_VERBS },
    Noun {
        name: "contact",
        verbs: &[
            Verb { name: "list", args: &[may("tenant", Ref(&TENANT)).flag("of")], act: Act::List(&CONTACT) },
            Verb { name: "get", args: &[must("id", Id(&CONTACT))], act: Act::Get(&CONTACT) },
            Verb {
                name: "create",
                args: &[
                    must("name", Text),
                    must("tenant", Ref(&TENANT)).flag("of"),
                    must("language", OneOf(LANGUAGES)),
                    may("email", Text),
                    may("webhook", Text),
                ],
                act: Act::Create(&CONTACT),
            },
            Verb { name: "remove", args: &[must("id", Ids(&CONTACT))], act: Act::Remove(&CONTACT) },
        ],
    },
    Noun {
        name: "credential",
        verbs: &[
            Verb { name: "list", args: &[], act: Act::List(&CREDENTIAL) },
            Verb { name: "get", args: &[must("id", Id(&CREDENTIAL))], act: Act::Get(&CREDENTIAL) },
            Verb {
                name: "create",
                args: &[
                    must("name", Text),
                    must("tenant", Ref(&TENANT)).flag("of"),
                    must("kind", OneOf(&["snmp_v2c", "snmp_v3", "ssh"])),
                    may("user", Text),
                    may("auth", OneOf(&["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])),
                    may("priv", OneOf(&["des", "aes128", "aes192", "aes256"])),
                    may("community", Secret),
                    may("auth_password", Secret),
                    may("priv_password", Secret),
                    may("password", Secret),
                    may("key", Secret),
                ],
                act: Act::Own(|call| Box::pin(manage::credential_create(call, &CREDENTIAL))),
            },
            Verb { name: "remove", args: &[must("id", Ids(&CREDENTIAL))], act: Act::Remove(&CREDENTIAL) },
        ],
    },
    Noun {
        name: "device",
        verbs: &[
            Verb {
                name: "list",
                args: &[
                    may("state", OneOf(&["up", "down", "degraded", "unknown"])),
                    may("client", Ref(&CLIENT)),
                    may("site", Ref(&SITE)),
                    may("q", Text).flag("search"),
                ],
                act: Act::List(&DEVICE),
            },
            Verb { name: "get", args: &[must("id", Id(&DEVICE))], act: Act::Get(&DEVICE) },
            Verb {
                name: "add",
                args: &[
                    must("name", Text),
                    must("site", Ref(&SITE)),
                    must("address", Text),
                    may("credentials", Refs(&CREDENTIAL)).flag("credential"),
                    may("parents", Ends).flag("parent"),
                    may("owner", OneOf(&["provider", "partner", "client", "vendor_loan"])),
                    may("snmp_port", Integer),
                    may("ssh_port", Integer),
                    may("probe_interval_s", Integer),
                    may("poll_interval_s", Integer),
                ],
                act: Act::Create(&DEVICE),
            },
            Verb {
                name: "backup",
                args: &[must("id", Ids(&DEVICE)), may("wait", Switch)],
                act: Act::Own(|call| Box::pin(manage::device_backup(call, &DEVICE))),
            },
            Verb {
                name: "interfaces",
                args: &[must("id", Id(&DEVICE))],
                act: Act::Own(|call| Box::pin(manage::device_interfaces(call, &DEVICE, &INTERFACE))),
            },
            Verb { name: "retire", args: &[must("id", Ids(&DEVICE))], act: Act::Remove(&DEVICE) },
        ],
    },
    Noun {
        name: "service",
        verbs: &[
            Verb { name: "list", args: &[may("client", Ref(&CLIENT))], act: Act::List(&SERVICE) },
            Verb { name: "get", args: &[must("id", Id(&SERVICE))], act: Act::Get(&SERVICE) },
            Verb {
                name: "create",
                args: &[must("name", Text), must("client", Ref(&CLIENT)), may("endpoints", Ends).flag("endpoint")],
                act: Act::Create(&SERVICE),
            },
            Verb { name: "remove", args: &[must("id", Ids(&SERVICE))], act: Act::Remove(&SERVICE) },
        ],
    },
];

fn ends(row: &Value, list: &str) -> String {
    let ends = row[list].as_array().into_iter().flatten().map(|end| {
        let name = |key: &str| end[key]["name"].as_str();
        match name("interface") {
            Some(interface) => format!("{}:{interface}", name("device").unwrap_or_default()),
            None => name("device").unwrap_or_default().to_owned(),
        }
    });
    let all = ends.collect::<Vec<_>>().join(", ");
    if all.is_empty() { "—".to_owned() } else { all }
}

fn parents(row: &Value, _: crate::cli::speech::Speech) -> String {
    ends(row, "parents")
}

fn endpoints(row: &Value, _: crate::cli::speech::Speech) -> String {
    ends(row, "endpoints")
}

/// Bits per second in the largest unit that stays whole.
fn speed(row: &Value, _: crate::cli::speech::Speech) -> String {
    match row["speed_bps"].as_u64() {
        None => "—".to_owned(),
        Some(bps) if bps >= 1_000_000_000 && bps.is_multiple_of(1_000_000_000) => format!("{}G", bps / 1_000_000_000),
        Some(bps) if bps >= 1_000_000 && bps.is_multiple_of(1_000_000) => format!("{}M", bps / 1_000_000),
        Some(bps) => format!("{bps}"),
    }
}
