//! Who one is: login, logout, contexts, tokens.

use super::Call;
use super::config::{Context, Target};
use super::failure::{Exit, Failure};
use super::http::{Query, Server};
use super::nouns::own::{CONTEXT, TOKEN};
use super::out::to_stdout;
use serde_json::{Value, json};

/// The context when nobody gave it a name.
const NAME_DEFAULT: &str = "default";

/// A password for a session, or a token of the API; either is kept in the context.
pub async fn login(call: &Call) -> Result<(), Failure> {
    let mut target = call.target()?;
    // Whoever logs in anew does not send what he has.
    target.token = None;
    let server = call.connect(&target)?;
    let s = call.speech;
    if server.is_open() {
        super::acts::loud(&s.tell("warn.unencrypted", &[("server", target.server.as_str().into())]));
    }
    let (email, token) = match call.text("api_token") {
        Some(file) => {
            let token = call.asking.secret(&s.say("ask.token"), "--api-token-file", Some(file))?;
            target.token = Some(token.clone());
            let me = call.connect(&target)?.get("me", &Query::new()).await?;
            (me["email"].as_str().unwrap_or_default().to_owned(), token)
        }
        None => {
            let email = match call.text("email") {
                Some(email) => email.to_owned(),
                None => call.asking.text(&s.say("ask.email"), "--email")?,
            };
            let password = call.asking.secret(&s.say("ask.password"), "--password-file", call.text("password"))?;
            let session = session(call, &server, &email, &password).await?;
            let token = session["token"].as_str().ok_or_else(|| Failure::error(s.say("error.no_token")))?.to_owned();
            (session["me"]["email"].as_str().unwrap_or(&email).to_owned(), token)
        }
    };
    let mut contexts = call.contexts_again()?;
    let name = call.text("name").map(str::to_owned).or(target.context.clone()).unwrap_or_else(|| unused(&contexts, &target));
    contexts.contexts.insert(
        name.clone(),
        Context { server: target.server.clone(), ca_file: target.ca_file.clone(), email: Some(email.clone()), token: Some(token) },
    );
    contexts.current = Some(name.clone());
    contexts.save(s)?;
    call.out.remark(&s.tell(
        "did.auth.login",
        &[("email", email.as_str().into()), ("server", target.server.as_str().into()), ("context", name.as_str().into())],
    ));
    Ok(())
}

/// The second factor is asked for when the server wants it.
async fn session(call: &Call, server: &Server, email: &str, password: &str) -> Result<Value, Failure> {
    let mut body = json!({ "email": email, "password": password });
    if let Some(code) = call.text("code") {
        body["code"] = json!(code);
    }
    match server.post("sessions", &body).await {
        Err(failure) if failure.code == "second_factor_required" => {
            body["code"] = json!(call.asking.text(&call.speech.say("ask.code"), "--code")?);
            server.post("sessions", &body).await
        }
        Err(failure) if failure.code == "unauthenticated" => Err(Failure::new(Exit::Denied, call.speech.say("problem.bad_credentials"))),
        done => done,
    }
}

/// `default`, unless that is another server.
fn unused(contexts: &super::config::Contexts, target: &Target) -> String {
    match contexts.contexts.get(NAME_DEFAULT) {
        Some(other) if other.server != target.server => {
            let host = target.server.split("//").nth(1).unwrap_or(&target.server);
            host.trim_end_matches('/').to_owned()
        }
        _ => NAME_DEFAULT.to_owned(),
    }
}

/// Ends the session at the server and forgets it here, whether or not the server still knows it.
pub async fn logout(call: &Call) -> Result<(), Failure> {
    let target = call.target()?;
    let ended = match target.token {
        Some(_) => call.connect(&target)?.delete("sessions/current", None).await,
        None => Ok(()),
    };
    let mut contexts = call.contexts_again()?;
    if let Some(context) = target.context.as_ref().and_then(|name| contexts.contexts.get_mut(name)) {
        context.token = None;
        contexts.save(call.speech)?;
    }
    match ended {
        // A session that is over already, or a token of the API: nothing to end.
        Err(failure) if failure.exit != Exit::Denied && failure.exit != Exit::NotFound && failure.exit != Exit::Conflict => Err(failure),
        _ => {
            call.said(&target.server);
            Ok(())
        }
    }
}

pub async fn status(call: &Call) -> Result<(), Failure> {
    let target = call.target()?;
    let s = call.speech;
    if target.token.is_none() {
        let what = s.tell("error.not_logged_in", &[("server", target.server.as_str().into())]);
        return Err(Failure::new(Exit::Denied, what).next(s.say("next.login")));
    }
    let me = call.connect(&target)?.get("me", &Query::new()).await?;
    if !call.out.format.is_table() {
        call.out.json(&json!({ "server": target.server, "context": target.context, "me": without_csrf(me) }));
        return Ok(());
    }
    let grants = me["grants"].as_array().into_iter().flatten().map(|grant| {
        format!("{}: {}", grant["tenant"]["name"].as_str().unwrap_or_default(), s.word("role", grant["role"].as_str().unwrap_or_default()))
    });
    let head = |key: &str| s.say(&format!("head.{key}"));
    call.out.pairs(&[
        (head("server"), format!("{} ({})", target.server, s.say(target.origin))),
        (head("context"), target.context.unwrap_or_else(|| "—".to_owned())),
        (head("person"), me["email"].as_str().unwrap_or_default().to_owned()),
        (head("roles"), grants.collect::<Vec<_>>().join(", ")),
    ]);
    Ok(())
}

/// It belongs to the session and is of no use to a reader.
fn without_csrf(mut me: Value) -> Value {
    if let Some(object) = me.as_object_mut() {
        object.remove("csrf");
    }
    me
}

pub async fn context_list(call: &Call) -> Result<(), Failure> {
    let rows: Vec<Value> = call
        .contexts
        .contexts
        .iter()
        .map(|(name, context)| {
            let is_current = call.contexts.current.as_ref() == Some(name);
            json!({ "name": name, "server": context.server, "email": context.email, "is_current": is_current, "current": if is_current { "*" } else { "" } })
        })
        .collect();
    call.out.list(&CONTEXT, &rows)
}

pub async fn context_use(call: &Call) -> Result<(), Failure> {
    let name = call.text("name").unwrap_or_default();
    let mut contexts = call.contexts_again()?;
    if !contexts.contexts.contains_key(name) {
        return Err(contexts.unknown(name, call.speech));
    }
    contexts.current = Some(name.to_owned());
    contexts.save(call.speech)?;
    call.said(name);
    Ok(())
}

/// A server under a name; logging in is another step.
pub async fn context_add(call: &Call) -> Result<(), Failure> {
    let name = call.text("name").unwrap_or_default();
    let (server, ca_file) = call.told_server();
    let s = call.speech;
    let Some(server) = server else {
        return Err(
            Failure::usage(s.say("error.context_server")).next(format!("polyot context add {name} --server https://noc.isp.example"))
        );
    };
    let mut contexts = call.contexts_again()?;
    if contexts.contexts.contains_key(name) {
        return Err(Failure::new(Exit::Conflict, s.tell("error.context_exists", &[("name", name.into())])));
    }
    // Checked before it is kept.
    call.connect(&Target { server: server.clone(), token: None, ca_file: ca_file.clone(), context: None, origin: "origin.told" })?;
    contexts.contexts.insert(name.to_owned(), Context { server, ca_file, ..Context::default() });
    contexts.current.get_or_insert_with(|| name.to_owned());
    contexts.save(s)?;
    call.said(name);
    call.out.remark(&s.tell("next.login_there", &[("name", name.into())]));
    Ok(())
}

/// The token itself goes to standard output, once.
pub async fn token_create(call: &Call) -> Result<(), Failure> {
    let server = call.server()?;
    let body = super::acts::body(call, &server).await?;
    let made = server.post(TOKEN.path, &Value::Object(body)).await?;
    call.said(made["name"].as_str().unwrap_or_default());
    if call.out.format.is_table() {
        to_stdout(made["token"].as_str().unwrap_or_default());
        return Ok(());
    }
    call.out.one(&TOKEN, &made)
}
