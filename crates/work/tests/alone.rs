//! Two centres on one PostgreSQL: one watches, the other takes over when it dies.

#![allow(clippy::unwrap_used)]

use model::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use store::{Location, Store};
use work::{Shutdown, run_alone};

/// Ten times the length of a lease.
const CEILING: Duration = Duration::from_secs(100);

#[test]
fn one_centre_at_a_time_and_another_when_it_dies() {
    let Some(database) = testkit::databases().into_iter().find(|database| matches!(database.location, Location::Postgres(_))) else {
        return;
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let (running, most, starts) = (Arc::new(AtomicI32::new(0)), Arc::new(AtomicI32::new(0)), Arc::new(AtomicU32::new(0)));
        let centre = async || {
            let store = Store::open(&database.location, Clock::System).await.unwrap();
            let (running, most, starts) = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&starts));
            tokio::spawn(run_alone(store, "watch".into(), Shutdown::new(), move |stop| {
                let (running, most, starts) = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&starts));
                async move {
                    /// Counts down also when the whole task is torn away.
                    struct Leaves(Arc<AtomicI32>);
                    impl Drop for Leaves {
                        fn drop(&mut self) {
                            self.0.fetch_sub(1, Ordering::SeqCst);
                        }
                    }
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let _leaves = Leaves(running);
                    starts.fetch_add(1, Ordering::SeqCst);
                    stop.cancelled().await;
                }
            }))
            .abort_handle()
        };
        let (first, second) = (centre().await, centre().await);
        let until = async |wanted: u32| {
            let begun = Instant::now();
            while starts.load(Ordering::SeqCst) < wanted {
                assert!(begun.elapsed() < CEILING, "start {wanted} did not come");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            begun.elapsed()
        };
        until(1).await;
        // Torn away without a chance to give the lease back, as by kill -9. Which of the two holds it is not known from here: tear both, start a third.
        first.abort();
        second.abort();
        let _third = centre().await;
        let took = until(2).await;
        println!("another centre took over after {:.1} s", took.as_secs_f64());
        assert_eq!(most.load(Ordering::SeqCst), 1, "never two at once");
    });
}
