//! What lies in the database, looked at from outside.

use crate::product::{Home, location};
use model::alarm::Alarm;
use model::scope::Reason;
use model::settings::Settings;
use model::{Clock, Scope};
use store::{AlarmFilter, NoticeFilter, NoticeListed, Page, Store, TicketFilter, TicketListed};

/// Everything that the loop makes.
#[derive(Debug)]
pub struct Rows {
    /// Suspects included.
    pub alarms: Vec<Alarm>,
    pub incidents: usize,
    pub tickets: Vec<TicketListed>,
    /// Newest first.
    pub notices: Vec<NoticeListed>,
}

fn scope() -> Scope {
    Scope::installation(Reason("a test looks"))
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Opens, reads and closes again: nothing of ours is in the way of a restart.
pub fn look(home: &Home) -> Rows {
    block_on(async {
        let store = Store::open(&location(home), Clock::System).await.unwrap();
        let mut tx = store.read(&scope()).await.unwrap();
        let page = Page::first(500);
        let rows = Rows {
            alarms: tx.alarms(&AlarmFilter::default(), page).await.unwrap().items.into_iter().map(|listed| listed.alarm).collect(),
            incidents: tx.incidents(None, page).await.unwrap().items.len(),
            tickets: tx.tickets(&TicketFilter::default(), page).await.unwrap().items,
            notices: tx.notices(&NoticeFilter::default(), page).await.unwrap().items,
        };
        drop(tx);
        store.close().await;
        rows
    })
}

/// Makes loopback the reference target, so that the product asks no address outside of this machine.
pub fn refer_to_loopback(home: &Home) {
    block_on(async {
        let store = Store::open(&location(home), Clock::System).await.unwrap();
        let mut tx = store.write(&scope()).await.unwrap();
        let before = tx.settings().await.unwrap();
        tx.set_settings(&Settings { reference_targets: vec!["127.0.0.1".into()], ..before }).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    });
}
