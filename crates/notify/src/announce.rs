//! Telling clients of planned work: that it will be, that it changed, that it will not be. One thread per window and client.

use crate::NotifyError;
use crate::flow::scope;
use crate::rules::{self, BRAKE_WINDOW, Burst, Hit};
use crate::write::{self, Draft};
use model::event::EventKind;
use model::maintenance::{Maintenance, MaintenanceState};
use model::notice::{HoldReason, NoticeKind, NoticeState};
use model::service::Mapping;
use model::{ServiceId, TenantId, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::{CoveredService, Store, Told, Tx};
use work::Job;

const ANNOUNCED: &str = "announced";
const CANCELLED: &str = "cancelled";
/// Cancelled before anybody had heard of it.
const WITHDRAWN: &str = "withdrawn";

/// Writes what is due about windows that are announced.
pub struct Announce {
    pub store: Store,
}

impl Job for Announce {
    const NAME: &'static str = "notify.announce";
    const EVERY: Duration = Duration::from_secs(1);
    const ON_COMMIT: bool = true;
    type Error = NotifyError;

    async fn run(&self) -> Result<(), NotifyError> {
        let mut tx = self.store.read(&scope()).await?;
        let mut due = Vec::new();
        for window in tx.windows_to_announce().await? {
            if !words_due(&mut tx, &window).await?.is_empty() {
                due.push(window.id);
            }
        }
        drop(tx);
        for id in due {
            let mut tx = self.store.write(&scope()).await?;
            // Again in the writers' turn: a person may have changed it.
            let Some(window) = tx.windows_to_announce().await?.into_iter().find(|window| window.id == id) else { continue };
            let words = words_due(&mut tx, &window).await?;
            say_all(&mut tx, &window, words).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// What one client is to hear of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    client: TenantId,
    kind: NoticeKind,
    services: BTreeSet<ServiceId>,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

async fn words_due(tx: &mut Tx, window: &Maintenance) -> Result<Vec<Word>, NotifyError> {
    let now = tx.now();
    let covered = tx.services_of_maintenance(window.id).await?;
    Ok(due(window, &covered, &tx.told_of(window.id).await?, now))
}

/// Of work that has begun, a client who is no longer touched by it hears nothing more; services that are left out later are not worth a word.
fn due(window: &Maintenance, covered: &[CoveredService], told: &[Told], now: Timestamp) -> Vec<Word> {
    let state = window.state_at(now);
    let is_off = state == MaintenanceState::Cancelled || !window.announces;
    if state == MaintenanceState::Ended {
        return Vec::new();
    }
    let mut touched: BTreeMap<TenantId, BTreeSet<ServiceId>> = BTreeMap::new();
    for row in covered.iter().filter(|row| row.to > now && !is_off) {
        touched.entry(row.client).or_default().insert(row.service);
    }
    let is_time = window.announce_lead_s.is_none_or(|lead| now >= window.starts_at.minus(Duration::from_secs(u64::from(lead))));
    let mut words = Vec::new();
    for (client, services) in &touched {
        let word = |kind| Word { client: *client, kind, services: services.clone(), starts_at: window.starts_at, ends_at: window.ends_at };
        match told.iter().find(|told| told.client == *client && told.state == ANNOUNCED) {
            None if is_time => words.push(word(NoticeKind::MaintenanceAnnounced)),
            None => {}
            Some(told) => {
                let is_moved = (told.starts_at, told.ends_at) != (window.starts_at, window.ends_at);
                if is_moved || services.iter().any(|service| !told.services.contains(service)) {
                    words.push(word(NoticeKind::MaintenanceChanged));
                }
            }
        }
    }
    for told in told.iter().filter(|told| told.state == ANNOUNCED && !touched.contains_key(&told.client)) {
        if is_off || state == MaintenanceState::Planned {
            let services = told.services.iter().copied().collect();
            let kind = NoticeKind::MaintenanceCancelled;
            words.push(Word { client: told.client, kind, services, starts_at: told.starts_at, ends_at: told.ends_at });
        }
    }
    words
}

async fn say_all(tx: &mut Tx, window: &Maintenance, words: Vec<Word>) -> Result<(), NotifyError> {
    // A burst is seen whole before its first word goes.
    let mut clients: BTreeSet<TenantId> = tx.clients_announced_since(tx.now().minus(BRAKE_WINDOW)).await?.into_iter().collect();
    clients.extend(words.iter().map(|word| word.client));
    let burst = Burst { clients: u32::try_from(clients.len()).unwrap_or(u32::MAX), unreachable: 0, devices: 0, is_cut_off: false };
    for word in words {
        say(tx, window, &word, burst).await?;
    }
    Ok(())
}

async fn say(tx: &mut Tx, window: &Maintenance, word: &Word, burst: Burst) -> Result<(), NotifyError> {
    let settings = tx.settings().await?;
    let brand = tx.inherited(word.client).await?;
    let hold = rules::hold(settings.shadow || brand.is_shadow, settings.brake, burst);
    // Whoever heard of it by a word that went, or is going; in shadow, by one that was written for show.
    let reached = match word.kind {
        NoticeKind::MaintenanceAnnounced => None,
        _ => Some(supersede(tx, window, word.client).await?),
    };
    let is_cancelled = word.kind == NoticeKind::MaintenanceCancelled;
    // What nobody has heard of cannot change for him: the news reaches him as the first word.
    let kind = if reached.as_ref().is_some_and(BTreeSet::is_empty) { NoticeKind::MaintenanceAnnounced } else { word.kind };
    let is_silent = is_cancelled && reached.as_ref().is_some_and(BTreeSet::is_empty);
    let state = if is_silent {
        WITHDRAWN
    } else if is_cancelled {
        CANCELLED
    } else {
        ANNOUNCED
    };
    tx.save_told(&Told {
        maintenance: window.id,
        client: word.client,
        state: state.into(),
        starts_at: word.starts_at,
        ends_at: word.ends_at,
        services: word.services.iter().copied().collect(),
    })
    .await?;
    if is_silent {
        return Ok(());
    }
    let (hits, places) = services_and_places(tx, word).await?;
    let client_name = tx.tenant(word.client).await?.map(|client| client.name).unwrap_or_default();
    let release_at =
        (rules::state_of(hold) == NoticeState::Held).then(|| tx.now().plus(Duration::from_secs(u64::from(settings.brake.hold_s))));
    let draft = Draft {
        topic: window.id.into(),
        client: word.client,
        client_name: &client_name,
        kind,
        hits: &hits,
        since: word.starts_at,
        until: Some(word.ends_at),
        correction: None,
        step: tx.next_step(window.id, word.client).await?,
        hold,
        release_at,
    };
    let mut is_anybody_told = false;
    for contact in &tx.contacts_of(&places).await? {
        for recipient in write::recipients(contact) {
            let is_meant = !is_cancelled || reached.as_ref().is_some_and(|reached| reached.contains(recipient.address));
            if is_meant {
                write::write(tx, &draft, &recipient, &brand).await?;
                is_anybody_told = true;
            }
        }
    }
    if !is_anybody_told && !is_cancelled {
        write::write_unaddressed(tx, &draft, &brand).await?;
    }
    Ok(())
}

/// Withdraws what has not gone yet, since a later word replaces it; the addresses that were reached.
async fn supersede(tx: &mut Tx, window: &Maintenance, client: TenantId) -> Result<BTreeSet<String>, NotifyError> {
    let mut reached = BTreeSet::new();
    for listed in tx.notices_of_thread(window.id, client).await? {
        let mut notice = listed.notice;
        let is_shadow = notice.hold_reason == Some(HoldReason::Shadow);
        let waits = match notice.state {
            NoticeState::Sent => false,
            NoticeState::Draft if is_shadow => false,
            // Being handed over at this moment.
            NoticeState::Queued => !tx.is_notice_leased(notice.id).await?,
            NoticeState::Held | NoticeState::Draft => true,
            NoticeState::Failed | NoticeState::Withdrawn => continue,
        };
        if !waits {
            reached.insert(notice.address);
            continue;
        }
        (notice.state, notice.release_at) = (NoticeState::Withdrawn, None);
        notice.last_error = Some("the maintenance was changed or cancelled before it went".into());
        tx.update_notice(&notice).await?;
        tx.emit(EventKind::NoticeChanged, notice.id, notice.client, notice.version + 1, json!({ "state": notice.state })).await?;
    }
    Ok(reached)
}

/// His services by name, and whose contacts are told: his own, and those of his sites where the services end.
async fn services_and_places(tx: &mut Tx, word: &Word) -> Result<(Vec<Hit>, Vec<TenantId>), NotifyError> {
    let (mut hits, mut places) = (Vec::new(), vec![word.client]);
    for id in &word.services {
        // One that was removed meanwhile has no name any more.
        let Some(listed) = tx.service(*id).await? else { continue };
        for end in &listed.endpoints {
            let is_his = tx.lineage(end.device_site).await?.iter().any(|above| above.id == word.client);
            if is_his && !places.contains(&end.device_site) {
                places.push(end.device_site);
            }
        }
        let (name, since) = (listed.service.name, word.starts_at);
        hits.push(Hit { service: *id, name, mapping: Mapping::Sure, since, until: None });
    }
    hits.sort_by(|one, other| one.name.cmp(&other.name));
    Ok((hits, places))
}
