//! What a full, a slow and a closed link do.
#![allow(clippy::unwrap_used)]

mod samples;

use link::{LinkError, Report, Task, in_process};
use model::observation::Finding;
use std::sync::Arc;
use std::time::Duration;

/// Ten times what any of these takes on a loaded machine.
const CEILING: Duration = Duration::from_secs(20);

fn detail(report: Report) -> String {
    match report {
        Report::Observation(observation) => match observation.finding {
            Finding::Reach { detail, .. } => detail,
            other => panic!("{other:?}"),
        },
        Report::Heartbeat(heartbeat) => format!("heartbeat {}", heartbeat.plan_revision),
        Report::Backup(answer) => format!("backup {}", answer.logins_refused),
    }
}

#[tokio::test]
async fn a_full_link_sheds_the_oldest_observations_and_counts_them_but_no_heartbeat() {
    let (centre, collector) = in_process(3);
    collector.send(samples::heartbeat(1)).await.unwrap();
    for number in 0..10 {
        collector.send(samples::reach(&number.to_string())).await.unwrap();
    }
    collector.send(samples::heartbeat(2)).await.unwrap();
    assert_eq!((collector.shed(), centre.shed()), (7, 7));
    drop(collector);
    let mut seen = vec![];
    while let Ok(report) = centre.recv().await {
        seen.push(detail(report));
    }
    assert_eq!(seen, ["heartbeat 2", "7", "8", "9"]);
}

#[tokio::test]
async fn observations_are_shed_by_size_too() {
    const SIZE: usize = link::MESSAGE_SIZE_BYTES_MAX / 2;
    let (centre, collector) = in_process(1_000);
    for number in 0..6 {
        collector.send(samples::reach(&format!("{number}{}", "x".repeat(SIZE)))).await.unwrap();
    }
    assert_eq!(centre.shed(), 3, "three of 8 MiB and some fit into 32 MiB");
    assert!(detail(centre.recv().await.unwrap()).starts_with('3'));
    let too_large = collector.send(samples::reach(&"x".repeat(2 * SIZE))).await;
    assert!(matches!(too_large, Err(LinkError::TooLarge { .. })), "{too_large:?}");
}

#[tokio::test]
async fn a_plan_is_never_lost_and_wishes_beyond_the_limit_are_refused_aloud() {
    let (centre, collector) = in_process(1);
    for _ in 0..link::POLL_WISHES_MAX {
        centre.send(Task::PollNow(samples::DEVICE)).await.unwrap();
    }
    let refused = centre.send(Task::PollNow(samples::DEVICE)).await.unwrap_err();
    assert!(refused.worth_retrying() && refused.to_string().contains("poll wishes"), "{refused}");
    assert_eq!(centre.refused(), 1);
    centre.send(samples::plan()).await.unwrap();
    assert_eq!(collector.recv().await.unwrap(), samples::plan());
    assert_eq!(collector.recv().await.unwrap(), Task::PollNow(samples::DEVICE));
    centre.send(Task::PollNow(samples::DEVICE)).await.expect("there is room again");
}

#[tokio::test]
async fn what_was_sent_before_the_end_still_arrives_and_then_the_end_is_told() {
    let (centre, collector) = in_process(10);
    collector.send(samples::reach("last")).await.unwrap();
    drop(collector);
    assert_eq!(detail(centre.recv().await.unwrap()), "last");
    assert!(matches!(centre.recv().await, Err(LinkError::Closed)));
    assert!(matches!(centre.send(samples::plan()).await, Err(LinkError::Closed)));
    let (centre, collector) = in_process(10);
    drop(centre);
    assert!(matches!(collector.recv().await, Err(LinkError::Closed)));
    assert!(matches!(collector.send(samples::reach("")).await, Err(LinkError::Closed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_receiver_misses_nothing_from_a_sender_in_another_task() {
    const COUNT: usize = 20_000;
    let (centre, collector) = in_process(COUNT);
    let centre = Arc::new(centre);
    let receiver = tokio::spawn({
        let centre = Arc::clone(&centre);
        async move {
            for expected in 0..COUNT {
                assert_eq!(detail(centre.recv().await.unwrap()), expected.to_string());
            }
        }
    });
    for number in 0..COUNT {
        collector.send(samples::reach(&number.to_string())).await.unwrap();
    }
    tokio::time::timeout(CEILING, receiver).await.expect("all arrive").unwrap();
    assert_eq!(centre.shed(), 0);
}

#[tokio::test]
async fn answers_to_tasks_are_never_shed_and_wait_until_the_centre_has_room() {
    let (centre, collector) = in_process(1);
    let collector = Arc::new(collector);
    let sender = tokio::spawn({
        let collector = Arc::clone(&collector);
        async move {
            for number in 0..40 {
                collector.send(samples::backup_failed(number)).await.unwrap();
            }
        }
    });
    while centre.shed() == 0 {
        collector.send(samples::reach("noise")).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(!sender.is_finished(), "more than {} wait", link::ANSWERS_WAITING_MAX);
    let mut seen = vec![];
    while seen.len() < 40 {
        let report = tokio::time::timeout(CEILING, centre.recv()).await.expect("all arrive").unwrap();
        seen.extend(Some(detail(report)).filter(|text| text.starts_with("backup")));
    }
    assert_eq!(seen, (0..40).map(|number| format!("backup {number}")).collect::<Vec<_>>());
    sender.await.unwrap();
}

#[tokio::test]
async fn whoever_waits_with_an_answer_is_told_of_the_end() {
    let (centre, collector) = in_process(1);
    let collector = Arc::new(collector);
    for number in 0..link::ANSWERS_WAITING_MAX {
        collector.send(samples::backup_failed(u32::try_from(number).unwrap())).await.unwrap();
    }
    let waiting = tokio::spawn({
        let collector = Arc::clone(&collector);
        async move { collector.send(samples::backup_failed(99)).await }
    });
    tokio::task::yield_now().await;
    drop(centre);
    let ended = tokio::time::timeout(CEILING, waiting).await.expect("it ends").unwrap();
    assert!(matches!(ended, Err(LinkError::Closed)), "{ended:?}");
}

#[tokio::test]
async fn backup_tasks_beyond_the_limit_are_refused_aloud() {
    let (centre, collector) = in_process(1);
    for _ in 0..link::BACKUPS_WAITING_MAX {
        centre.send(samples::backup_task()).await.unwrap();
    }
    let refused = centre.send(samples::backup_task()).await.unwrap_err();
    assert!(refused.worth_retrying() && refused.to_string().contains("backup tasks"), "{refused}");
    assert_eq!(collector.recv().await.unwrap(), samples::backup_task());
    centre.send(samples::backup_task()).await.expect("there is room again");
}
