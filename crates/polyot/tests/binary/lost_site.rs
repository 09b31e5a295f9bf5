//! A site that loses its cable while the mail server is down and we are killed: the client still reads one mail, and later the second.

use crate::client::Client;
use crate::lab::{Place, register, wait_until_watched};
use crate::product::{Home, wait_for};
use crate::rows::{look, refer_to_loopback};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::notice::{NoticeKind, NoticeState};
use model::tenant::Language;
use model::ticket::TicketState;
use serde_json::Value;
use store::NoticeListed;

fn unreachable(admin: &Client) -> Option<Value> {
    admin.items("/api/v1/alarms?class=unreachable&state=active").into_iter().next()
}

fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let prefix = format!("{name}:");
    let line = mail.lines().take_while(|line| !line.is_empty()).find(|line| line.to_ascii_lowercase().starts_with(&prefix));
    line.map_or("", |line| line[prefix.len()..].trim())
}

fn notice(home: &Home, kind: NoticeKind, is_so: impl Fn(&NoticeListed) -> bool) -> Option<NoticeListed> {
    look(home).notices.into_iter().find(|listed| listed.notice.kind == kind && is_so(listed))
}

/// What the reader sees, of whatever parts are in base64.
fn plain_text(mail: &str) -> String {
    let lines = mail.lines().filter_map(|line| STANDARD.decode(line).ok()).flatten().collect::<Vec<u8>>();
    String::from_utf8_lossy(&lines).into_owned()
}

/// One mail per notice, each with the Message-ID of its row.
fn check_mails(home: &Home, mails: &[String]) {
    let mut rows: Vec<String> = look(home).notices.into_iter().map(|listed| listed.notice.message_id).collect();
    let mut sent: Vec<String> = mails.iter().map(|mail| header(mail, "message-id").to_owned()).collect();
    rows.sort();
    sent.sort();
    let bare = |id: &String| id.trim_matches(['<', '>']).to_owned();
    assert_eq!(sent.iter().map(bare).collect::<Vec<_>>(), rows.iter().map(bare).collect::<Vec<_>>());
}

pub fn the_client_hears_of_it_once(mut home: Home) {
    let Some(place) = Place::new() else { return };
    let Some(mut exim) = testkit::exim::start() else { return };
    let Some(_agent) = place.agent() else { return };
    std::fs::write(home.path("ca.pem"), exim.ca_pem()).unwrap();
    home.config = Some(format!("[smtp]\nurl = \"{}\"\nfrom = \"noc@example.net\"\nca_file = \"ca.pem\"\n", exim.url()));
    exim.stop();
    let product = home.start();
    let admin = product.admin();
    refer_to_loopback(&home);
    let site = register(&admin, &place.address, 161);
    wait_until_watched(&admin, &site.device);

    place.cut();
    let alarm = wait_for("the alarm", || unreachable(&admin));
    product.kill();
    let product = home.start();
    let tried = wait_for("a notice that could not be sent", || {
        notice(&home, NoticeKind::Opened, |listed| listed.notice.attempts > 0 && listed.notice.last_error.is_some())
    });
    assert_eq!(tried.notice.state, NoticeState::Queued, "{tried:#?}");
    product.kill();

    exim.restart();
    let product = home.start();
    let admin = product.admin();
    let mails = exim.mails(1);
    assert_eq!(header(&mails[0], "envelope-to"), "duty@example.org");
    assert!(plain_text(&mails[0]).contains("Интернет"), "{}", mails[0]);
    wait_for("the proof", || {
        notice(&home, NoticeKind::Opened, |listed| listed.notice.state == NoticeState::Sent && listed.notice.proof.is_some())
    });
    // Whoever was killed with the ticket in hand holds it for a while yet (crates/work, LEASE).
    let told = wait_for("the ticket", || Some(look(&home)).filter(|rows| !rows.tickets.is_empty()));
    let body = &told.notices[0].notice.body;
    assert_eq!(told.notices[0].notice.language, Language::Ru);
    assert!(body.contains("Интернет") && !body.contains("edge"), "his service by name, nothing of the network: {body}");
    assert_eq!(
        (told.alarms.iter().filter(|row| row.suppressed_by.is_none()).count(), told.incidents, told.tickets.len(), told.notices.len()),
        (1, 1, 1, 1),
        "{told:#?}"
    );
    assert!(told.alarms.iter().any(|row| row.id.to_string() == alarm["id"].as_str().unwrap()));
    check_mails(&home, &mails);

    place.heal();
    wait_for("the second proof", || notice(&home, NoticeKind::Restored, |listed| listed.notice.state == NoticeState::Sent));
    let mails = exim.mails(2);
    check_mails(&home, &mails);
    assert!(unreachable(&admin).is_none());
    wait_for("a resolved ticket", || (look(&home).tickets[0].ticket.state == TicketState::Resolved).then_some(()));
    product.kill();
}
