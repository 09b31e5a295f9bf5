//! The jobs that turn threads into notices: the first word, more of it, and the last.

use crate::NotifyError;
use crate::rules::{self, Burst, Hit};
use crate::standing;
use crate::thread::{CLOSED, CLOSING, GATHERING, NOTHING_TOLD, TOLD};
use crate::write::{self, Draft};
use model::event::EventKind;
use model::notice::{HoldReason, NoticeKind, NoticeState};
use model::scope::Reason;
use model::service::Mapping;
use model::settings::Settings;
use model::{IncidentId, Scope, ServiceId, TenantId, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Store, Thread, Tx};
use work::Job;

pub(crate) fn scope() -> Scope {
    Scope::installation(Reason("notify"))
}

/// The state of a collector whose reference targets are silent.
const CUT_OFF: &str = "cut_off";

/// Writes the notices of threads that are due.
pub struct WriteDue {
    pub store: Store,
}

impl Job for WriteDue {
    const NAME: &'static str = "notify.write";
    const EVERY: Duration = Duration::from_secs(1);
    const ON_COMMIT: bool = true;
    type Error = NotifyError;

    async fn run(&self) -> Result<(), NotifyError> {
        let mut tx = self.store.read(&scope()).await?;
        let now = tx.now();
        let mut due = Vec::new();
        for thread in tx.pending_threads().await? {
            // Nothing of this client waits for a verdict: waiting longer would gather nothing.
            if thread.due_at <= now || (thread.state == GATHERING && !tx.has_suspects_for(thread.client).await?) {
                due.push(thread);
            }
        }
        drop(tx);
        for thread in due {
            // One client's trouble is not the next one's: it is tried again in a second.
            if let Err(error) = self.say_due(&thread).await {
                tracing::warn!(incident = %thread.incident, client = %thread.client, %error, "A notice could not be written; it is tried again");
            }
        }
        Ok(())
    }
}

impl WriteDue {
    async fn say_due(&self, thread: &Thread) -> Result<(), NotifyError> {
        let mut tx = self.store.write(&scope()).await?;
        // Again in the writers' turn: an impact may have come or gone.
        let Some(fresh) = tx.thread(thread.incident, thread.client).await?.filter(|fresh| fresh.state == thread.state) else {
            return Ok(());
        };
        match fresh.state.as_str() {
            GATHERING => tell(&mut tx, fresh).await?,
            CLOSING => close(&mut tx, fresh).await?,
            _ => {}
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn led_incidents(tx: &mut Tx, thread: &Thread) -> Result<Vec<IncidentId>, NotifyError> {
    Ok(tx.threads_led_by(thread.incident, thread.client).await?.iter().map(|thread| thread.incident).collect())
}

/// Services of this story: open ones, and those that ended since it began.
async fn hits_of(tx: &mut Tx, thread: &Thread) -> Result<Vec<Hit>, NotifyError> {
    let incidents = led_incidents(tx, thread).await?;
    let mut impacts = tx.impacts_of_client(&incidents, thread.client).await?;
    impacts.retain(|hit| hit.impact.to.is_none_or(|ended| ended >= thread.opened_at));
    // Maintenance mutes; but whoever was told of a fault hears of its end.
    let told: BTreeSet<ServiceId> = serde_json::from_str(&thread.told_services).unwrap_or_default();
    impacts.retain(|hit| hit.impact.muted_by.is_none() || told.contains(&hit.impact.service));
    standing::judge(tx, rules::hits(&impacts), &told).await
}

async fn tell(tx: &mut Tx, mut thread: Thread) -> Result<(), NotifyError> {
    let hits = hits_of(tx, &thread).await?;
    let mut told: BTreeSet<ServiceId> = serde_json::from_str(&thread.told_services).unwrap_or_default();
    let Some(word) = rules::word_due(&hits, &told) else {
        thread.state = if told.is_empty() { CLOSED } else { TOLD }.into();
        return Ok(tx.save_thread(&thread).await?);
    };
    let kind = if has_heard(tx, &thread).await? { NoticeKind::Updated } else { NoticeKind::Opened };
    let settings = tx.settings().await?;
    let brand = tx.inherited(thread.client).await?;
    let burst = burst(tx, &thread).await?;
    let reason = rules::hold(settings.shadow || brand.is_shadow, settings.brake, burst);
    if !word.sure.is_empty() {
        say(tx, &thread, kind, &word.sure, reason, &settings).await?;
    }
    if !word.stale.is_empty() {
        let reason = if reason == Some(HoldReason::Shadow) { reason } else { Some(HoldReason::StaleMapping) };
        say(tx, &thread, kind, &word.stale, reason, &settings).await?;
    }
    told.extend(word.sure.iter().chain(&word.stale).map(|hit| hit.service));
    thread.state = TOLD.into();
    thread.told_services = json!(told).to_string();
    Ok(tx.save_thread(&thread).await?)
}

/// Whether anybody got (or is about to get) a word in this story: then the next one is more of it, not a first one.
async fn has_heard(tx: &mut Tx, thread: &Thread) -> Result<bool, NotifyError> {
    let written = tx.notices_of_thread(thread.incident, thread.client).await?;
    Ok(written.iter().any(|listed| {
        let is_of_this_story = listed.notice.created_at >= thread.opened_at;
        let is_shadow = listed.notice.hold_reason == Some(HoldReason::Shadow);
        is_of_this_story && (is_shadow || matches!(listed.notice.state, NoticeState::Sent | NoticeState::Queued | NoticeState::Held))
    }))
}

async fn burst(tx: &mut Tx, thread: &Thread) -> Result<Burst, NotifyError> {
    let since = tx.now().minus(rules::BRAKE_WINDOW);
    let mut clients: BTreeSet<TenantId> = tx.clients_told_since(since).await?.into_iter().collect();
    clients.extend(tx.clients_hit_since(since).await?);
    let mut burst = Burst { clients: u32::try_from(clients.len()).unwrap_or(u32::MAX), unreachable: 0, devices: 0, is_cut_off: false };
    let root = match tx.incident(thread.incident).await? {
        Some(incident) => tx.alarm(incident.root).await?,
        None => None,
    };
    if let Some(device) = root.and_then(|alarm| alarm.device)
        && let Some(device) = tx.device(device).await?
    {
        (burst.unreachable, burst.devices) = tx.unreachable_share(device.collector, since).await?;
        burst.is_cut_off = tx.collector(device.collector).await?.is_some_and(|collector| collector.state == CUT_OFF);
    }
    Ok(burst)
}

/// One message to every contact whom it concerns: those of the client, and of his sites that are hit.
async fn say(
    tx: &mut Tx,
    thread: &Thread,
    kind: NoticeKind,
    hits: &[Hit],
    hold: Option<HoldReason>,
    settings: &Settings,
) -> Result<(), NotifyError> {
    let brand = tx.inherited(thread.client).await?;
    let client_name = tx.tenant(thread.client).await?.map(|client| client.name).unwrap_or_default();
    let incidents = led_incidents(tx, thread).await?;
    let services: BTreeSet<ServiceId> = hits.iter().map(|hit| hit.service).collect();
    let mut places: Vec<TenantId> = vec![thread.client];
    for hit in tx.impacts_of_client(&incidents, thread.client).await? {
        if let Some(site) = hit.site.filter(|_| services.contains(&hit.impact.service)) {
            // A device may stand elsewhere: contacts of somebody else's site are nobody of this client's.
            let is_his = tx.lineage(site).await?.iter().any(|above| above.id == thread.client);
            if is_his && !places.contains(&site) {
                places.push(site);
            }
        }
    }
    let wait = if hold == Some(HoldReason::CutOff) { rules::CUT_OFF_AGAIN } else { Duration::from_secs(u64::from(settings.brake.hold_s)) };
    let release_at = (rules::state_of(hold) == NoticeState::Held).then(|| tx.now().plus(wait));
    let draft = Draft {
        topic: thread.incident.into(),
        client: thread.client,
        client_name: &client_name,
        kind,
        hits,
        since: hits.iter().map(|hit| hit.since).min().unwrap_or(thread.opened_at),
        until: hits.iter().filter_map(|hit| hit.until).max(),
        correction: None,
        step: tx.next_step(thread.incident, thread.client).await?,
        hold,
        release_at,
    };
    let contacts = tx.contacts_of(&places).await?;
    let mut is_anybody_told = false;
    for contact in &contacts {
        for recipient in write::recipients(contact) {
            write::write(tx, &draft, &recipient, &brand).await?;
            is_anybody_told = true;
        }
    }
    if !is_anybody_told {
        write::write_unaddressed(tx, &draft, &brand).await?;
    }
    Ok(())
}

/// All is well: the last word to everybody who had the first; what never went out is withdrawn instead.
async fn close(tx: &mut Tx, mut thread: Thread) -> Result<(), NotifyError> {
    let hits = hits_of(tx, &thread).await?;
    let written = tx.notices_of_thread(thread.incident, thread.client).await?;
    // Who was really told, and who only in shadow.
    let (mut told, mut shadowed): (BTreeSet<String>, BTreeSet<String>) = Default::default();
    for listed in written.iter().filter(|listed| listed.notice.created_at >= thread.opened_at) {
        let mut notice = listed.notice.clone();
        match (notice.state, notice.hold_reason) {
            (NoticeState::Draft, Some(HoldReason::Shadow)) => drop(shadowed.insert(notice.address)),
            (NoticeState::Held | NoticeState::Draft, _) => {
                notice.state = NoticeState::Withdrawn;
                notice.last_error = Some("all was well again before it went".into());
                tx.update_notice(&notice).await?;
                tx.emit(EventKind::NoticeChanged, notice.id, notice.client, notice.version + 1, json!({ "state": notice.state })).await?;
            }
            (NoticeState::Sent | NoticeState::Queued, _) => drop(told.insert(notice.address)),
            (NoticeState::Failed | NoticeState::Withdrawn, _) => {}
        }
    }
    shadowed.retain(|address| !told.contains(address));
    let restored: Vec<Hit> = hits.into_iter().filter(|hit| hit.until.is_some()).collect();
    let (sure, stale): (Vec<Hit>, Vec<Hit>) = restored.iter().cloned().partition(|hit| hit.mapping == Mapping::Sure);
    last_word(tx, &thread, &sure, &told, None).await?;
    // Nobody saw these come back (the port was bound elsewhere meanwhile): line 1 decides what to say.
    last_word(tx, &thread, &stale, &told, Some(HoldReason::StaleMapping)).await?;
    last_word(tx, &thread, &restored, &shadowed, Some(HoldReason::Shadow)).await?;
    (thread.state, thread.told_services) = (CLOSED.into(), NOTHING_TOLD.into());
    Ok(tx.save_thread(&thread).await?)
}

async fn last_word(
    tx: &mut Tx,
    thread: &Thread,
    hits: &[Hit],
    reached: &BTreeSet<String>,
    hold: Option<HoldReason>,
) -> Result<(), NotifyError> {
    if hits.is_empty() || reached.is_empty() {
        return Ok(());
    }
    let brand = tx.inherited(thread.client).await?;
    let client_name = tx.tenant(thread.client).await?.map(|client| client.name).unwrap_or_default();
    let draft = Draft {
        topic: thread.incident.into(),
        client: thread.client,
        client_name: &client_name,
        kind: NoticeKind::Restored,
        hits,
        since: hits.iter().map(|hit| hit.since).min().unwrap_or(thread.opened_at),
        until: hits.iter().filter_map(|hit| hit.until).max(),
        correction: None,
        step: tx.next_step(thread.incident, thread.client).await?,
        hold,
        release_at: None,
    };
    let mut places = vec![thread.client];
    places.extend(sites_of(tx, thread.client).await?);
    for contact in &tx.contacts_of(&places).await? {
        for recipient in write::recipients(contact).into_iter().filter(|recipient| reached.contains(recipient.address)) {
            write::write(tx, &draft, &recipient, &brand).await?;
        }
    }
    Ok(())
}

async fn sites_of(tx: &mut Tx, client: TenantId) -> Result<Vec<TenantId>, NotifyError> {
    let filter = store::TenantFilter { parent: Some(client), ..store::TenantFilter::default() };
    let page = store::Page::first(model::limits::PAGE_ITEMS_MAX);
    Ok(tx.tenants(&filter, page).await?.items.into_iter().map(|site| site.id).collect())
}

/// Lets held notices go when a person did not decide in time, unless we are cut off ourselves.
pub struct Release {
    pub store: Store,
}

impl Job for Release {
    const NAME: &'static str = "notify.release";
    const EVERY: Duration = Duration::from_secs(1);
    const ON_COMMIT: bool = false;
    type Error = NotifyError;

    async fn run(&self) -> Result<(), NotifyError> {
        if self.store.read(&scope()).await?.held_due().await?.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write(&scope()).await?;
        let is_cut_off = tx.collectors().await?.iter().any(|collector| collector.state == CUT_OFF);
        let now: Timestamp = tx.now();
        for listed in tx.held_due().await? {
            let mut notice = listed.notice;
            if is_cut_off {
                (notice.hold_reason, notice.release_at) = (Some(HoldReason::CutOff), Some(now.plus(rules::CUT_OFF_AGAIN)));
            } else {
                (notice.state, notice.release_at) = (NoticeState::Queued, None);
            }
            tx.update_notice(&notice).await?;
            tx.emit(EventKind::NoticeChanged, notice.id, notice.client, notice.version + 1, json!({ "state": notice.state })).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
