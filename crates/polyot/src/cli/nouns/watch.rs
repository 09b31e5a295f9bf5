//! What goes on in the network, and who has been told.

use crate::cli::tree::Show::{Age, Flag, Row, Severity, Time};
use crate::cli::tree::Takes::{Id, Ids, OneOf, Ref, Text};
use crate::cli::tree::{Act, Arg, Asks, Kind, Noun, Verb, col, may, must, word};
use crate::cli::{follow, nouns::register};
use serde_json::Value;

const SEVERITIES: &[&str] = &["critical", "major", "minor", "warning", "indeterminate"];

pub static ALARM: Kind = Kind {
    word: "alarm",
    prefix: "alm",
    path: "alarms",
    query: &[],
    is_searched: false,
    // An alarm is called by what it is about: a device, or an interface of one.
    names: &["object.name", "device.name", "device.name/object.name"],
    columns: &[
        col("severity", "severity").as_(Severity),
        col("device", "device"),
        col("client", "client"),
        col("problem", "class").as_(Row(problem)),
        col("age", "raised_at").as_(Age),
        col("impact", "impact.services").as_(Row(impact)),
        col("owner", "acked_by"),
        word("state", "state", "alarm_state").wide(),
        col("site", "site").wide(),
        col("object", "object").wide(),
        col("raised", "raised_at").as_(Time).wide(),
        col("cleared", "cleared_at").as_(Time).wide(),
        col("is_root", "is_root").as_(Flag).wide(),
        col("impact_clients", "impact.clients").wide(),
        col("muted_by", "muted_by").wide(),
        col("incident", "incident").wide(),
        col("detail", "detail").wide(),
        col("note", "ack_note").wide(),
        col("id", "id").wide(),
    ],
};

static INCIDENT: Kind = Kind {
    word: "incident",
    prefix: "inc",
    path: "incidents",
    query: &[],
    is_searched: false,
    names: &["id"],
    columns: &[
        col("severity", "root.severity").as_(Severity),
        word("state", "state", "incident_state"),
        col("device", "root.device"),
        col("problem", "root.class").as_(Row(root_problem)),
        col("age", "opened_at").as_(Age),
        col("impact", "root.impact.services").as_(Row(root_impact)),
        col("ticket", "ticket"),
        col("opened", "opened_at").as_(Time).wide(),
        col("closed", "closed_at").as_(Time).wide(),
        col("id", "id"),
    ],
};

static TICKET: Kind = Kind {
    word: "ticket",
    prefix: "tkt",
    path: "tickets",
    query: &[],
    is_searched: false,
    names: &["title"],
    columns: &[
        word("state", "state", "ticket_state"),
        word("line", "line", "line"),
        col("title", "title"),
        col("clients", "clients"),
        col("owner", "holder"),
        col("age", "opened_at").as_(Age),
        col("opened", "opened_at").as_(Time).wide(),
        col("resolved", "resolved_at").as_(Time).wide(),
        col("incident", "incident").wide(),
        col("notes", "notes").as_(Row(notes)).wide(),
        col("id", "id"),
    ],
};

static NOTICE: Kind = Kind {
    word: "notice",
    prefix: "ntc",
    path: "notices",
    query: &[],
    is_searched: false,
    names: &["subject"],
    columns: &[
        word("state", "state", "notice_state"),
        word("kind", "kind", "notice_kind"),
        col("client", "client"),
        col("address", "address"),
        col("subject", "subject"),
        col("age", "created_at").as_(Age),
        word("held_because", "hold_reason", "hold_reason").wide(),
        col("release", "release_at").as_(Time).wide(),
        col("sent", "sent_at").as_(Time).wide(),
        col("proof", "proof").wide(),
        col("last_error", "last_error").wide(),
        word("channel", "channel", "channel").wide(),
        col("incident", "incident").wide(),
        col("id", "id"),
    ],
};

static COLLECTOR: Kind = Kind {
    word: "collector",
    prefix: "col",
    path: "collectors",
    query: &[],
    is_searched: false,
    names: &["name"],
    columns: &[
        col("name", "name"),
        word("state", "state", "collector_state"),
        col("devices", "devices"),
        col("seen", "seen_at").as_(Age),
        col("references", "references").as_(Row(references)),
        col("id", "id").wide(),
    ],
};

static AUDIT: Kind = Kind {
    word: "audit",
    prefix: "",
    path: "audit",
    query: &[],
    is_searched: false,
    names: &["action"],
    columns: &[
        col("number", "seq"),
        col("when", "at").as_(Time),
        col("person", "who"),
        col("action", "action"),
        col("object", "object"),
        col("from", "from").wide(),
        col("to", "to").wide(),
        col("hash", "hash").wide(),
    ],
};

const BOOL: crate::cli::tree::Takes = crate::cli::tree::Takes::Bool;
/// Filters of alarms, for the list and for the watch.
const ALARM_FILTERS: &[Arg] = &[
    may("severity", OneOf(SEVERITIES)),
    may("state", OneOf(&["active", "cleared", "suspect", "all"])).assumed("active"),
    may("class", OneOf(&["unreachable", "interface_down", "snmp_silent", "collector_lost", "metric"])),
    may("client", Ref(&register::CLIENT)),
    may("device", Ref(&register::DEVICE)),
    may("acked", BOOL),
    may("root", BOOL),
    may("muted", BOOL),
];

pub static NOUNS: &[Noun] = &[
    Noun {
        name: "alarm",
        verbs: &[
            Verb { name: "list", args: ALARM_FILTERS, act: Act::List(&ALARM) },
            Verb {
                name: "watch",
                args: &[may("severity", OneOf(SEVERITIES)), may("client", Ref(&register::CLIENT)), may("device", Ref(&register::DEVICE))],
                act: Act::Own(|call| Box::pin(follow::alarms(call))),
            },
            Verb { name: "get", args: &[must("id", Id(&ALARM))], act: Act::Get(&ALARM) },
            Verb {
                name: "ack",
                args: &[must("id", Ids(&ALARM)), may("note", Text)],
                act: Act::Tell { of: &ALARM, what: "ack", asks: Asks::Nothing },
            },
            Verb { name: "unack", args: &[must("id", Ids(&ALARM))], act: Act::Tell { of: &ALARM, what: "unack", asks: Asks::Nothing } },
        ],
    },
    Noun {
        name: "incident",
        verbs: &[
            Verb { name: "list", args: &[may("state", OneOf(&["open", "closed", "merged"]))], act: Act::List(&INCIDENT) },
            Verb { name: "get", args: &[must("id", Id(&INCIDENT))], act: Act::Get(&INCIDENT) },
        ],
    },
    Noun {
        name: "ticket",
        verbs: &[
            Verb {
                name: "list",
                args: &[may("state", OneOf(&["new", "in_progress", "resolved"])), may("line", OneOf(&["l1", "l2", "l3"]))],
                act: Act::List(&TICKET),
            },
            Verb { name: "get", args: &[must("id", Id(&TICKET))], act: Act::Get(&TICKET) },
            Verb { name: "ack", args: &[must("id", Ids(&TICKET))], act: Act::Tell { of: &TICKET, what: "ack", asks: Asks::Nothing } },
            Verb {
                name: "note",
                args: &[must("id", Ids(&TICKET)), must("text", Text)],
                act: Act::Tell { of: &TICKET, what: "notes", asks: Asks::Nothing },
            },
            Verb {
                name: "resolve",
                args: &[must("id", Ids(&TICKET)), may("note", Text)],
                act: Act::Tell { of: &TICKET, what: "resolve", asks: Asks::Nothing },
            },
        ],
    },
    Noun {
        name: "notice",
        verbs: &[
            Verb {
                name: "list",
                args: &[
                    may("state", OneOf(&["draft", "held", "queued", "sent", "failed", "withdrawn"])),
                    may("client", Ref(&register::CLIENT)),
                    may("incident", Ref(&INCIDENT)),
                ],
                act: Act::List(&NOTICE),
            },
            Verb { name: "get", args: &[must("id", Id(&NOTICE))], act: Act::Own(|call| Box::pin(crate::cli::raw::notice(call, &NOTICE))) },
            Verb { name: "release", args: &[must("id", Ids(&NOTICE))], act: Act::Tell { of: &NOTICE, what: "release", asks: Asks::First } },
            Verb {
                name: "withdraw",
                args: &[must("id", Ids(&NOTICE))],
                act: Act::Tell { of: &NOTICE, what: "withdraw", asks: Asks::First },
            },
        ],
    },
    Noun { name: "collector", verbs: &[Verb { name: "list", args: &[], act: Act::List(&COLLECTOR) }] },
    Noun {
        name: "audit",
        verbs: &[
            Verb { name: "list", args: &[may("object", Text)], act: Act::List(&AUDIT) },
            Verb { name: "verify", args: &[], act: Act::Own(|call| Box::pin(crate::cli::raw::audit_verify(call))) },
        ],
    },
];

/// `Interface down: ge-0/0/1 (symptom)`.
pub fn problem(row: &Value, speech: crate::cli::speech::Speech) -> String {
    let class = speech.word("alarm_class", row["class"].as_str().unwrap_or_default());
    let object = &row["object"];
    let named = if object["kind"] == "interface" { format!("{class}: {}", object["name"].as_str().unwrap_or_default()) } else { class };
    match row["is_root"].as_bool() {
        Some(false) => format!("{named} ({})", speech.say("word.symptom")),
        _ => named,
    }
}

fn root_problem(row: &Value, speech: crate::cli::speech::Speech) -> String {
    if row["root"].is_null() { "—".to_owned() } else { problem(&row["root"], speech) }
}

fn impact(row: &Value, speech: crate::cli::speech::Speech) -> String {
    let (services, clients) =
        (row["impact"]["services"].as_u64().unwrap_or_default(), row["impact"]["clients"].as_u64().unwrap_or_default());
    if services == 0 && clients == 0 {
        return "—".to_owned();
    }
    speech.tell("word.impact", &[("services", services.to_string().as_str().into()), ("clients", clients.to_string().as_str().into())])
}

fn root_impact(row: &Value, speech: crate::cli::speech::Speech) -> String {
    impact(&row["root"], speech)
}

fn notes(row: &Value, _: crate::cli::speech::Speech) -> String {
    let notes = row["notes"].as_array().into_iter().flatten();
    let lines = notes.map(|note| {
        let text = |key: &str| note[key].as_str().unwrap_or_default();
        format!("{} {}: {}", text("at"), note["author"]["email"].as_str().unwrap_or("Polyot"), text("text"))
    });
    let all = lines.collect::<Vec<_>>().join("\n");
    if all.is_empty() { "—".to_owned() } else { all }
}

fn references(row: &Value, _: crate::cli::speech::Speech) -> String {
    let references = row["references"].as_array().into_iter().flatten().map(|reference| {
        let sign = match reference["answers"].as_bool() {
            Some(true) => "✓",
            Some(false) => "▲",
            None => "?",
        };
        format!("{sign} {}", reference["target"].as_str().unwrap_or_default())
    });
    references.collect::<Vec<_>>().join(", ")
}
