//! What is done with devices and promised to clients: configurations, maintenance, availability, other monitoring systems.

use super::register::{CLIENT, DEVICE, SERVICE, SITE, TENANT};
use crate::cli::manage;
use crate::cli::tree::Show::{Age, Time};
use crate::cli::tree::Takes::{Date, Id, Ids, Integer, Moment, OneOf, Ref, Refs, Switch, Text, Word};
use crate::cli::tree::{Act, Arg, Asks, Kind, Noun, Verb, col, may, must, word};

pub static CONFIG: Kind = Kind {
    word: "config",
    prefix: "cfg",
    path: "configs",
    query: &[],
    is_searched: false,
    names: &["id"],
    columns: &[
        col("device", "device"),
        col("number", "number"),
        col("taken", "taken_at").as_(Time),
        col("seen", "seen_at").as_(Age),
        word("source", "source", "config_source"),
        col("person", "by"),
        col("lines", "lines"),
        col("added", "added"),
        col("removed", "removed"),
        col("profile", "profile").wide(),
        col("size", "size_bytes").wide(),
        col("id", "id"),
    ],
};

static MAINTENANCE: Kind = Kind {
    word: "maintenance",
    prefix: "mnt",
    path: "maintenances",
    query: &[],
    is_searched: false,
    names: &["title"],
    columns: &[
        word("state", "state", "maintenance_state"),
        col("title", "title"),
        col("starts", "starts_at").as_(Time),
        col("ends", "ends_at").as_(Time),
        col("objects", "objects"),
        col("clients", "clients"),
        col("muted", "muted_alarms"),
        col("announces", "announces").as_(crate::cli::tree::Show::Flag).wide(),
        col("person", "created_by").wide(),
        col("note", "note").wide(),
        col("id", "id").wide(),
    ],
};

static SOURCE: Kind = Kind {
    word: "source",
    prefix: "src",
    path: "sources",
    query: &[],
    is_searched: false,
    names: &["name"],
    columns: &[
        col("name", "name"),
        col("kind", "kind"),
        col("tenant", "tenant"),
        col("heard", "heard_at").as_(Age),
        col("received", "received"),
        col("unmapped", "unmapped"),
        col("path", "path").wide(),
        col("id", "id").wide(),
    ],
};

pub static AVAILABILITY: Kind = Kind {
    word: "availability",
    prefix: "",
    path: "reports/availability",
    query: &[],
    is_searched: false,
    names: &["service.name"],
    columns: &[
        col("service", "service"),
        col("availability", "availability_pct"),
        col("agreed", "ast_s").as_(crate::cli::tree::Show::Row(|row, speech| manage::length(row, "ast_s", speech))),
        col("down", "downtime_s").as_(crate::cli::tree::Show::Row(|row, speech| manage::length(row, "downtime_s", speech))),
        col("degraded", "degraded_s").as_(crate::cli::tree::Show::Row(|row, speech| manage::length(row, "degraded_s", speech))),
        col("excluded", "excluded_s").as_(crate::cli::tree::Show::Row(|row, speech| manage::length(row, "excluded_s", speech))),
        col("unknown", "unknown_s").as_(crate::cli::tree::Show::Row(|row, speech| manage::length(row, "unknown_s", speech))).wide(),
        col("exact", "availability_pct_6dp").wide(),
    ],
};

/// What a maintenance covers.
const OBJECTS: [Arg; 3] = [may("device", Refs(&DEVICE)), may("site", Refs(&SITE)), may("service", Refs(&SERVICE))];
const WINDOW: [Arg; 3] = [must("from", Moment), may("to", Moment), may("for", Text)];
const PREVIEW: &[Arg] = &{
    let ([a, b, c], [d, e, f]) = (WINDOW, OBJECTS);
    [a, b, c, d, e, f]
};
const CREATE_MAINTENANCE: &[Arg] = &{
    let ([a, b, c], [d, e, f]) = (WINDOW, OBJECTS);
    [
        must("title", Text),
        may("note", Text),
        a,
        b,
        c,
        d,
        e,
        f,
        may("announces", Switch).flag("announce"),
        may("announce_lead_s", Integer),
        may("mutes_open", Switch).flag("mute-open"),
    ]
};

pub static NOUNS: &[Noun] = &[
    Noun {
        name: "config",
        verbs: &[
            Verb {
                name: "history",
                args: &[may("device", Id(&DEVICE)), may("client", Ref(&CLIENT)), may("since", Moment)],
                act: Act::List(&CONFIG),
            },
            Verb {
                name: "show",
                args: &[must("of", Word), may("number", Integer)],
                act: Act::Own(|call| Box::pin(manage::config_show(call, &CONFIG, &DEVICE))),
            },
            Verb {
                name: "diff",
                args: &[must("of", Word), may("number", Integer), may("base", Text)],
                act: Act::Own(|call| Box::pin(manage::config_diff(call, &CONFIG, &DEVICE))),
            },
        ],
    },
    Noun {
        name: "maintenance",
        verbs: &[
            Verb {
                name: "list",
                args: &[
                    may("state", OneOf(&["planned", "running", "ended", "cancelled"])),
                    may("device", Ref(&DEVICE)),
                    may("from", Moment),
                    may("to", Moment),
                ],
                act: Act::List(&MAINTENANCE),
            },
            Verb { name: "get", args: &[must("id", Id(&MAINTENANCE))], act: Act::Get(&MAINTENANCE) },
            Verb {
                name: "create",
                args: CREATE_MAINTENANCE,
                act: Act::Own(|call| Box::pin(manage::maintenance_create(call, &MAINTENANCE))),
            },
            Verb { name: "preview", args: PREVIEW, act: Act::Own(|call| Box::pin(manage::maintenance_preview(call))) },
            Verb {
                name: "cancel",
                args: &[must("id", Ids(&MAINTENANCE))],
                act: Act::Tell { of: &MAINTENANCE, what: "cancel", asks: Asks::First },
            },
            Verb {
                name: "end",
                args: &[must("id", Ids(&MAINTENANCE))],
                act: Act::Tell { of: &MAINTENANCE, what: "end", asks: Asks::First },
            },
        ],
    },
    Noun {
        name: "report",
        verbs: &[Verb {
            name: "availability",
            args: &[must("client", Ref(&CLIENT)), must("from", Date), must("to", Date)],
            act: Act::Own(|call| Box::pin(manage::availability(call, &AVAILABILITY))),
        }],
    },
    Noun {
        name: "source",
        verbs: &[
            Verb { name: "list", args: &[], act: Act::List(&SOURCE) },
            Verb {
                name: "create",
                args: &[must("name", Text), must("kind", OneOf(&["alertmanager", "zabbix"])), must("tenant", Ref(&TENANT)).flag("of")],
                act: Act::Own(|call| Box::pin(manage::source_create(call))),
            },
        ],
    },
];
