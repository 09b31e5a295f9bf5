//! Commands about this program and its way to the server.

use crate::cli::tree::Takes::{Integer, OneOf, Secret, Text, Word};
use crate::cli::tree::{Act, Kind, Noun, Verb, col, may, must};
use crate::cli::{auth, raw};

/// A context has no object in the API; it is a row of `cli.toml`.
pub static CONTEXT: Kind = Kind {
    word: "context",
    prefix: "",
    path: "",
    query: &[],
    is_searched: false,
    names: &["name"],
    columns: &[col("current", "current"), col("name", "name"), col("server", "server"), col("person", "email")],
};

pub static NOUNS: &[Noun] = &[
    Noun {
        name: "auth",
        verbs: &[
            Verb {
                name: "login",
                args: &[may("email", Text), may("password", Secret), may("code", Text), may("name", Text), may("api_token", Secret)],
                act: Act::Own(|call| Box::pin(auth::login(call))),
            },
            Verb { name: "logout", args: &[], act: Act::Own(|call| Box::pin(auth::logout(call))) },
            Verb { name: "status", args: &[], act: Act::Own(|call| Box::pin(auth::status(call))) },
        ],
    },
    Noun {
        name: "context",
        verbs: &[
            Verb { name: "list", args: &[], act: Act::Own(|call| Box::pin(auth::context_list(call))) },
            Verb { name: "use", args: &[must("name", Word)], act: Act::Own(|call| Box::pin(auth::context_use(call))) },
            Verb { name: "add", args: &[must("name", Word)], act: Act::Own(|call| Box::pin(auth::context_add(call))) },
        ],
    },
    Noun {
        name: "api",
        verbs: &[Verb {
            name: "",
            args: &[must("method", Word), must("path", Word), may("input", Text)],
            act: Act::Own(|call| Box::pin(raw::api(call))),
        }],
    },
    Noun {
        name: "completion",
        verbs: &[Verb { name: "", args: &[must("shell", Word)], act: Act::Own(|call| Box::pin(raw::completion(call))) }],
    },
    Noun { name: "version", verbs: &[Verb { name: "", args: &[], act: Act::Own(|call| Box::pin(raw::version(call))) }] },
    Noun { name: "summary", verbs: &[Verb { name: "", args: &[], act: Act::Own(|call| Box::pin(raw::summary(call))) }] },
    Noun {
        name: "token",
        verbs: &[
            Verb { name: "list", args: &[], act: Act::List(&TOKEN) },
            Verb {
                name: "create",
                args: &[
                    must("name", Text),
                    must("access", OneOf(&["read", "write"])),
                    may("tenant", crate::cli::tree::Takes::Ref(&crate::cli::nouns::register::TENANT)).flag("of"),
                    must("expires_in_days", Integer).flag("days"),
                ],
                act: Act::Own(|call| Box::pin(auth::token_create(call))),
            },
            Verb { name: "revoke", args: &[must("id", crate::cli::tree::Takes::Ids(&TOKEN))], act: Act::Remove(&TOKEN) },
        ],
    },
];

/// A token of the API.
pub static TOKEN: Kind = Kind {
    word: "token",
    prefix: "tok",
    path: "tokens",
    query: &[],
    is_searched: false,
    names: &["name"],
    columns: &[
        col("name", "name"),
        col("access", "access"),
        col("tenant", "tenant"),
        col("expires", "expires_at").as_(crate::cli::tree::Show::Time),
        col("used", "last_used_at").as_(crate::cli::tree::Show::Age),
        col("person", "person").wide(),
        col("address", "last_used_from").wide(),
        col("id", "id").wide(),
    ],
};
