//! The loop with a real agent, and the process killed for real: no lost and no doubled alarm, incident or ticket.

use crate::client::Client;
use crate::lab::{Agent, register, wait_until_watched};
use crate::lost_site;
use crate::product::{Home, on_both, wait_for};
use crate::rows::{look, refer_to_loopback};
use model::alarm::AlarmState;
use model::ticket::TicketState;
use serde_json::Value;

fn silent(admin: &Client) -> Option<Value> {
    admin.items("/api/v1/alarms?class=snmp_silent&state=active").into_iter().next()
}

fn a_silent_agent_is_told_once(home: Home) {
    let Some(mut agent) = Agent::on_loopback() else { return };
    let product = home.start();
    let admin = product.admin();
    refer_to_loopback(&home);
    let site = register(&admin, &agent.address, agent.port);
    wait_until_watched(&admin, &site.device);

    agent.stop();
    let alarm = wait_for("the alarm", || silent(&admin));
    // Right after the alarm: whatever follows from it may be missing.
    product.kill();
    assert_eq!(alarm["object"]["id"], site.device.as_str());

    let product = home.start();
    let admin = product.admin();
    let ticket = wait_for("the ticket", || look(&home).tickets.into_iter().next());
    // Killed once more with everything written.
    product.kill();
    let product = home.start();
    let admin_again = product.admin();
    drop(admin);
    let admin = admin_again;
    wait_for("a degraded device", || (admin.device(&site.device)["state"] == "degraded").then_some(()));
    let rows = look(&home);
    assert_eq!((rows.alarms.len(), rows.incidents, rows.tickets.len()), (1, 1, 1), "{rows:#?}");
    assert_eq!(rows.alarms[0].id.to_string(), alarm["id"].as_str().unwrap(), "the alarm that was told is the one that stays");
    assert_eq!(rows.tickets[0].ticket.id, ticket.ticket.id);
    assert!(rows.notices.is_empty(), "the service is not known to be hit: {rows:#?}");

    agent.resume();
    wait_for("the end of the alarm", || silent(&admin).is_none().then_some(()));
    wait_for("a resolved ticket", || (look(&home).tickets[0].ticket.state == TicketState::Resolved).then_some(()));
    wait_for("a device that is up", || (admin.device(&site.device)["state"] == "up").then_some(()));
    let rows = look(&home);
    assert_eq!((rows.alarms.len(), rows.incidents, rows.tickets.len()), (1, 1, 1), "{rows:#?}");
    assert_eq!(rows.alarms[0].state, AlarmState::Cleared);
    product.kill();
}

#[test]
fn a_fault_is_told_once_and_its_end_once_whenever_we_are_killed() {
    on_both(&[
        ("a silent agent", a_silent_agent_is_told_once),
        ("a lost site and a dead mail server", lost_site::the_client_hears_of_it_once),
    ]);
}
