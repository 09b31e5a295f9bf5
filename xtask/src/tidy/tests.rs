//! For every rule a sample that breaks it: a rule that finds nothing here finds nothing anywhere.

use super::findings::Findings;
use super::locales::{self, TextFile};
use super::sources::{self, RustFile, WebFile};
use super::{invariants, layers, sizes, web};

#[track_caller]
fn check(found: &Findings, wanted: &[(&str, &str)]) {
    let text = found.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), wanted.len(), "\n{text}");
    for (line, (place, what)) in lines.iter().zip(wanted) {
        assert!(line.starts_with(place) && line.contains(what), "wanted {place} … {what}\nfound  {line}");
    }
}

#[track_caller]
fn rust(path: &str, source: &str, wanted: &[(&str, &str)]) {
    let mut found = Findings::default();
    invariants::check(&[RustFile::new(path, source)], &mut found);
    check(&found, wanted);
}

#[track_caller]
fn crates(list: &[(&str, Option<u64>, &[&str])], wanted: &[(&str, &str)]) {
    let packages: Vec<_> = list
        .iter()
        .map(|(name, layer, needs)| {
            let needs: Vec<_> = needs
                .iter()
                .map(|need| match need.strip_prefix("dev:") {
                    Some(need) => serde_json::json!({"name": need, "kind": "dev"}),
                    None => serde_json::json!({"name": need, "kind": null}),
                })
                .collect();
            let manifest = format!("/x/crates/{name}/Cargo.toml");
            serde_json::json!({"name": name, "manifest_path": manifest, "dependencies": needs, "metadata": {"polyot": {"layer": layer}}})
        })
        .collect();
    let metadata = serde_json::json!({"workspace_root": "/x", "packages": packages}).to_string();
    let mut found = Findings::default();
    layers::check(&layers::read(&metadata).expect("the sample is well formed"), &mut found);
    check(&found, wanted);
}

#[track_caller]
fn texts(en: &str, ru: &str, wanted: &[(&str, &str)]) {
    let file = |language: &str, source: &str| TextFile {
        path: format!("locales/{language}/a.json"),
        language: language.into(),
        name: "a.json".into(),
        source: source.into(),
    };
    let mut found = Findings::default();
    locales::check(&[file("en", en), file("ru", ru)], &mut found);
    check(&found, wanted);
}

#[track_caller]
fn pages(path: &str, source: &str, wanted: &[(&str, &str)]) {
    let mut found = Findings::default();
    web::check(&[WebFile { path: path.into(), source: source.into() }], &mut found);
    check(&found, wanted);
}

#[test]
fn an_arrow_upwards_or_sideways_is_found() {
    let low = ("crates/store/Cargo.toml:1:", "`store` (layer 2) depends on `work` (layer 3)");
    crates(&[("store", Some(2), &["work"]), ("work", Some(3), &["model"]), ("model", Some(1), &[])], &[low]);
    let side = ("crates/store/Cargo.toml:1:", "`store` (layer 2) depends on `series` (layer 2)");
    crates(&[("store", Some(2), &["series"]), ("series", Some(2), &[])], &[side]);
}

#[test]
fn dev_dependencies_may_point_upwards() {
    crates(&[("store", Some(2), &["dev:testkit"]), ("testkit", Some(6), &["store"])], &[]);
}

#[test]
fn a_verb_that_imports_a_verb_is_found() {
    let verbs = ("crates/monitor/Cargo.toml:1:", "the verb `monitor` imports the verb `notify`");
    crates(&[("monitor", Some(4), &["notify"]), ("notify", Some(4), &[])], &[verbs]);
}

#[test]
fn a_crate_without_a_layer_is_found() {
    crates(&[("stray", None, &[])], &[("crates/stray/Cargo.toml:1:", "declares no layer")]);
}

#[test]
fn a_collector_that_reaches_the_database_is_found_also_through_others() {
    let list: [(&str, Option<u64>, &[&str]); 3] = [("collect", Some(4), &["link"]), ("link", Some(3), &["store"]), ("store", Some(2), &[])];
    crates(&list, &[("crates/collect/Cargo.toml:1:", "collect -> link -> store")]);
}

#[test]
fn io_in_the_model_is_found() {
    crates(&[("model", Some(1), &["serde", "tokio"])], &[("crates/model/Cargo.toml:1:", "depends on tokio")]);
}

#[test]
fn a_foreign_user_of_sql_http_or_mail_is_found_by_its_manifest() {
    crates(&[("register", Some(4), &["sqlx"])], &[("crates/register/Cargo.toml:1:", "depends on sqlx")]);
    crates(&[("register", Some(4), &["axum"])], &[("crates/register/Cargo.toml:1:", "depends on axum")]);
    crates(&[("support", Some(4), &["lettre"])], &[("crates/support/Cargo.toml:1:", "depends on lettre")]);
    crates(&[("store", Some(2), &["sqlx"]), ("api", Some(5), &["axum"]), ("notify", Some(4), &["lettre", "dev:axum"])], &[]);
}

#[test]
fn a_product_that_ships_the_test_kit_is_found() {
    let found = ("crates/api/Cargo.toml:1:", "make it a dev-dependency");
    crates(&[("api", Some(5), &["devsim"]), ("devsim", Some(4), &[]), ("polyot", Some(6), &["devsim"])], &[found]);
}

#[test]
fn sql_outside_store_is_found_in_code_and_in_texts() {
    rust("crates/register/src/flow.rs", "use sqlx::Pool;\n", &[("crates/register/src/flow.rs:1:", "sqlx outside")]);
    let statement = "fn f() {\n    run(\"SELECT id\n          FROM device\");\n}\n";
    rust("crates/register/src/flow.rs", statement, &[("crates/register/src/flow.rs:2:", "an SQL statement")]);
    rust("crates/api/src/a.rs", "const Q: &str = r#\"update device set name = $1\"#;\n", &[("crates/api/src/a.rs:1:", "an SQL statement")]);
    rust(
        "crates/api/src/a.rs",
        "const Q: &str = \"DELETE FROM device WHERE id = ?\";\n",
        &[("crates/api/src/a.rs:1:", "an SQL statement")],
    );
    rust("crates/store/src/a.rs", statement, &[]);
}

#[test]
fn a_sentence_a_comment_or_a_test_is_not_sql() {
    rust("crates/api/src/a.rs", "// SELECT id FROM device\nconst T: &str = \"select a device from the list\";\n", &[]);
    rust("crates/api/src/a.rs", "const T: &str = \"Update the brand to set a sender\";\n", &[]);
    rust("crates/api/src/a.rs", "#[cfg(test)]\nmod tests {\n    const Q: &str = \"SELECT 1 FROM device\";\n}\n", &[]);
}

#[test]
fn an_http_server_outside_api_is_found() {
    rust("crates/notify/src/hook.rs", "fn f() -> axum::Router {}\n", &[("crates/notify/src/hook.rs:1:", "axum outside")]);
    rust("crates/notify/tests/hook.rs", "fn f() -> axum::Router {}\n", &[]);
    rust("crates/api/src/a.rs", "fn f() -> axum::Router {}\n", &[]);
}

#[test]
fn the_installations_scope_is_found_where_people_ask() {
    let line = "fn f() { let scope = Scope::installation(Reason(\"all\")); }\n";
    rust("crates/api/src/devices.rs", line, &[("crates/api/src/devices.rs:1:", "scope")]);
    rust("crates/api/src/devices.rs", "fn f() { g(Scope::Installation(REASON)); }\n", &[("crates/api/src/devices.rs:1:", "scope")]);
    for fine in [
        "crates/monitor/src/job.rs",
        "crates/notify/src/flow.rs",
        "crates/notify/src/flow/send.rs",
        "crates/polyot/src/wire.rs",
        "crates/testkit/src/lib.rs",
    ] {
        rust(fine, line, &[]);
    }
    rust("crates/store/src/a.rs", &format!("#[cfg(test)]\nmod tests {{\n{line}}}\n"), &[]);
}

#[test]
fn async_in_pure_decisions_is_found() {
    rust(
        "crates/monitor/src/rules.rs",
        "pub async fn judge() {}\n",
        &[("crates/monitor/src/rules.rs:1:", "async in a file of pure decisions")],
    );
    rust("crates/activate/src/plan/vlan.rs", "fn f() {\n    g().await;\n}\n", &[("crates/activate/src/plan/vlan.rs:2:", "async")]);
    rust("crates/monitor/src/rules.rs", "/// Never async.\npub fn judge(is_async: bool) {}\n", &[]);
}

#[test]
fn a_vendor_in_a_name_or_a_text_is_found_and_a_citation_is_not() {
    rust("crates/transport/src/a.rs", "fn is_cisco() {}\n", &[("crates/transport/src/a.rs:1:", "`cisco`")]);
    rust(
        "crates/transport/src/a.rs",
        "const A: &str = \"x\";\nconst V: &str = \"Huawei VRP\";\n",
        &[("crates/transport/src/a.rs:2:", "`huawei`")],
    );
    rust("crates/devsim/src/a.rs", "// Juniper's guide, ch. 3.\nconst A: u8 = 1;\n", &[]);
}

#[test]
fn a_long_file_and_a_long_function_are_found_at_their_first_line() {
    let mut found = Findings::default();
    let body = "    work();\n".repeat(sizes::FUNCTION_LINES_MAX - 1);
    let long = format!(
        "fn fine() {{}}\n\nfn long<'a>(x: [u8; 2], c: char)\nwhere\n    char: Eq,\n{{\n    let _ = ('{{', '\\'', \"{{\", r#\"{{\"#);\n{body}}}\n"
    );
    sizes::check_rust(&[RustFile::new("crates/a/src/b.rs", &long)], &mut found);
    check(&found, &[("crates/a/src/b.rs:3:", "`long` has 105 lines")]);

    let mut found = Findings::default();
    let line =
        sizes::check_rust(&[RustFile::new("crates/a/src/c.rs", &"const A: u8 = 1;\n".repeat(sizes::FILE_LINES_MAX + 1))], &mut found);
    check(&found, &[("crates/a/src/c.rs:1:", "the file has 601 lines")]);
    assert_eq!(line, "Rust: 1 files, 601 lines, median 601, 0 % under 400");
}

#[test]
fn a_function_at_the_limit_and_a_promise_without_a_body_are_fine() {
    let mut found = Findings::default();
    let body = "    work();\n".repeat(sizes::FUNCTION_LINES_MAX - 2);
    sizes::check_rust(
        &[RustFile::new("crates/a/src/b.rs", &format!("trait T {{\n    fn promise(&self);\n}}\nfn long() {{\n{body}}}\n"))],
        &mut found,
    );
    check(&found, &[]);
}

#[test]
fn languages_that_differ_are_found_in_both_directions() {
    texts(
        "{\n \"a\": {\"b\": \"x\"}\n}",
        "{\n \"a\": {},\n \"c\": \"у\"\n}",
        &[
            ("locales/en/a.json:2:", "`a.b` is missing in locales/ru/a.json"),
            ("locales/ru/a.json:3:", "`c` is missing in locales/en/a.json"),
        ],
    );
}

#[test]
fn plural_forms_may_differ_between_languages() {
    texts(
        r#"{"day": {"one": "day", "other": "days"}, "h_one": "h", "h_other": "h"}"#,
        r#"{"day": {"one": "день", "few": "дня", "many": "дней"}, "h_few": "ч"}"#,
        &[],
    );
}

#[test]
fn an_empty_text_is_found_also_as_one_form_of_a_plural() {
    texts(r#"{"a": " "}"#, r#"{"a": "я"}"#, &[("locales/en/a.json:1:", "`a` is empty")]);
    texts(r#"{"a": {"one": "", "other": "x"}}"#, r#"{"a": "я"}"#, &[("locales/en/a.json:1:", "`a` is empty")]);
    texts(r#"{"a": {"one": "x", "other": ""}}"#, r#"{"a": "я"}"#, &[("locales/en/a.json:1:", "`a` is empty")]);
}

#[test]
fn words_that_the_glossary_bans_are_found() {
    for (text, word) in [("An Alert!", "alert"), ("your customers", "customers"), ("MSP desk", "msp"), ("this tenant", "tenant")] {
        let en = serde_json::json!({ "a": text }).to_string();
        texts(&en, r#"{"a": "я"}"#, &[("locales/en/a.json:1:", word)]);
    }
    texts(r#"{"a": "alertness of {{customer}}"}"#, r#"{"a": "я"}"#, &[]);
}

#[test]
fn a_broken_text_file_and_a_missing_language_are_found() {
    texts("{\n oops", "{}", &[("locales/en/a.json:2:", "is not JSON"), ("locales/ru/a.json:1:", "there is no locales/en/a.json")]);
}

#[test]
fn a_page_that_imports_upwards_or_from_another_surface_is_found() {
    pages("web/src/ui/Page.tsx", "import { x } from '../routes/operator/a'\n", &[("web/src/ui/Page.tsx:1:", "from a layer above")]);
    pages(
        "web/src/routes/portal/home.tsx",
        "import { x } from \"../operator/a\";\n",
        &[("web/src/routes/portal/home.tsx:1:", "surface `portal`")],
    );
    pages("web/src/routes/portal/home.tsx", "import { Page } from '../../ui/Page'\nimport x from 'react'\n", &[]);
}

#[test]
fn a_long_page_is_found_and_generated_types_are_not() {
    let long = "export const a = 1\n".repeat(401);
    pages("web/src/ui/Page.tsx", &long, &[("web/src/ui/Page.tsx:1:", "401 lines")]);
    pages("web/src/api/schema.d.ts", &long, &[]);
}

/// The light reading must not lose its way in any file that we really have: a quote taken wrongly would hide all that follows.
#[test]
fn every_source_of_this_checkout_is_read_to_its_end() {
    let sources = sources::load(&crate::shell::root()).expect("the checkout can be read");
    assert!(sources.rust.len() > 20, "only {} files found", sources.rust.len());
    for file in &sources.rust {
        for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
            let count = |wanted: char| file.scan.code.chars().filter(|c| *c == wanted).count();
            assert_eq!(count(open), count(close), "{open}{close} in {}", file.path);
        }
    }
}
