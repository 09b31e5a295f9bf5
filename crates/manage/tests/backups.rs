//! Stories of backups: what is asked when, what becomes of an answer, what is never kept. Real rows on both databases, a fake clock; the collector's
//! part is played by the answers written here.
#![allow(clippy::unwrap_used)]

use access::{Purpose, Vault};
use link::Report;
use manage::{BackUpDue, FindLost, Keeper};
use model::config::{BACKUP_EVERY, Backup, BackupProblem, BackupState, SshLevel, TaskState};
use model::credential::{Credential, CredentialKind};
use model::event::EventKind;
use model::task::{BackupAnswer, FetchFailed, Fetched, SshSeen};
use model::{ConfigId, CredentialId, DeviceId, Secret, TaskId};
use profiles::Profiles;
use std::sync::Arc;
use std::time::Duration;
use store::{ConfigFilter, ConfigListed, Page, TaskRow};
use testkit::World;
use work::{Job as _, deliver_all};

const PROFILE: &str = "acme.fastswitch";
const YAML: &str = r"
id: acme.fastswitch
name: Acme FastSwitch
source: Acme CLI Guide 7.2, ch. 3
detect:
  - {snmp_sysobjectid: '^1\.3\.6\.1\.4\.1\.99999\.', weight: 100}
session:
  modes:
    exec: {prompt: '[\w.-]{1,63}[>#] ?'}
config:
  fetch:
    - {cmd: show running-config, end: '^end$', min_lines: 3}
  volatile: ['^! Time:']
  secrets: [{re: '(community) (\S+)', group: 2}]
";
const COMMAND: &str = "show running-config";
const FIRST: &str = "! Time: 10:00\nhostname sw1\nsnmp-server community hush-hush-1\ninterface 1\n description uplink\nend\n";

struct Lab {
    world: World,
    keeper: Keeper,
    vault: Arc<Vault>,
    device: DeviceId,
    _folder: tempfile::TempDir,
}

impl Lab {
    async fn new(location: &store::Location) -> Self {
        let world = World::new(location).await;
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("profiles/acme/fastswitch");
        std::fs::create_dir_all(&own).unwrap();
        std::fs::write(own.join("profile.yaml"), YAML).unwrap();
        let profiles = Arc::new(Profiles::with_dir(&folder.path().join("profiles")).unwrap());
        let vault = Arc::new(Vault::open_or_create(&folder.path().join("master.key")).unwrap());
        let keeper = Keeper { vault: Arc::clone(&vault), profiles };
        let device = world.device(world.sites[0], "sw1", &[]).await;
        let lab = Self { world, keeper, vault, device, _folder: folder };
        lab.give_ssh().await;
        lab.world.clock.advance(Duration::from_secs(61));
        lab
    }

    async fn give_ssh(&self) {
        let credential = Credential {
            id: CredentialId::new(),
            tenant: self.world.provider,
            name: "ssh".into(),
            kind: CredentialKind::Ssh,
            created_at: self.world.clock.now(),
            version: 1,
        };
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        tx.insert_credential(&credential, b"sealed elsewhere".to_vec()).await.unwrap();
        let mut device = tx.device(self.device).await.unwrap().unwrap();
        device.credentials.push(credential.id);
        tx.update_device(&device).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn due(&self) -> Vec<TaskRow> {
        BackUpDue { store: self.world.store.clone() }.run().await.unwrap();
        self.world.store.read(&World::scope()).await.unwrap().queued_tasks(self.world.collector, 100).await.unwrap()
    }

    async fn backup(&self) -> Backup {
        self.world.store.read(&World::scope()).await.unwrap().backup(self.device).await.unwrap().unwrap()
    }

    async fn revisions(&self) -> Vec<ConfigListed> {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        tx.configs(&ConfigFilter { device: Some(self.device), ..ConfigFilter::default() }, Page::default()).await.unwrap().items
    }

    /// The collector's answer arrives, as dispatch writes it down, and is worked on.
    async fn answered(&self, task: TaskId, refused: u32, outcome: Result<&str, BackupProblem>) {
        let ssh = SshSeen {
            level: SshLevel::Legacy,
            algorithms: "a / b / c / d".into(),
            host_key: "SHA256:one".into(),
            banner: "SSH-2.0-Acme".into(),
        };
        let outcome = match outcome {
            Ok(text) => Ok(Fetched { profile: PROFILE.into(), outputs: vec![(COMMAND.into(), Secret::new(text))] }),
            Err(problem) => Err(FetchFailed { problem, detail: "as told".into(), tail: "sw1# ".into() }),
        };
        let at = self.world.clock.now();
        let took = Duration::from_secs(1);
        let answer = BackupAnswer { task, device: self.device, at, took, logins_refused: refused, ssh: Some(ssh), outcome };
        let bytes = Report::Backup(Box::new(answer)).to_bytes().unwrap();
        let sealed = self.vault.seal(Purpose::TaskAnswer, task.bytes(), &bytes).unwrap();
        let mut tx = self.world.store.write(&World::scope()).await.unwrap();
        assert!(tx.answer_task(task, sealed).await.unwrap(), "somebody waits for it");
        tx.emit(EventKind::TaskAnswered, task, self.world.sites[0], 1, store::Fields::Null).await.unwrap();
        tx.commit().await.unwrap();
        deliver_all(&self.world.store, &self.keeper).await.unwrap();
    }

    /// From the clock's turn to the kept answer.
    async fn round(&self, outcome: Result<&str, BackupProblem>) {
        self.world.clock.advance(BACKUP_EVERY);
        let due = self.due().await;
        assert_eq!(due.len(), 1, "one task");
        self.answered(due[0].id, 0, outcome).await;
    }

    async fn masked(&self, id: ConfigId) -> String {
        let mut tx = self.world.store.read(&World::scope()).await.unwrap();
        manage::read_masked(&mut tx, id).await.unwrap().1
    }
}

async fn on_both<F: Future<Output = ()>>(story: impl Fn(Lab) -> F) {
    for database in testkit::databases() {
        eprintln!("on {}", database.name);
        story(Lab::new(&database.location).await).await;
    }
}

#[tokio::test]
async fn a_device_is_asked_once_and_again_after_its_time() {
    on_both(|lab| async move {
        let first = lab.due().await;
        assert_eq!(first.len(), 1);
        assert_eq!(lab.due().await.len(), 1, "no second task beside it");
        assert_eq!(lab.backup().await.state, BackupState::Queued);
        lab.answered(first[0].id, 0, Ok(FIRST)).await;
        let backup = lab.backup().await;
        assert_eq!((backup.state, backup.level), (BackupState::Ok, Some(SshLevel::Legacy)));
        assert_eq!(backup.host_key.as_deref(), Some("SHA256:one"), "the first key is remembered");
        assert!(lab.due().await.is_empty(), "not before its time");
        lab.world.clock.advance(BACKUP_EVERY);
        assert_eq!(lab.due().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_device_without_a_way_in_is_never_asked() {
    on_both(|lab| async move {
        let other = lab.world.device(lab.world.sites[1], "no-ssh", &[]).await;
        lab.world.clock.advance(Duration::from_secs(3600));
        assert!(lab.due().await.iter().all(|task| task.device != other));
    })
    .await;
}

#[tokio::test]
async fn only_what_is_significant_makes_a_revision() {
    on_both(|lab| async move {
        lab.round(Ok(FIRST)).await;
        lab.round(Ok(&FIRST.replace("10:00", "16:00"))).await;
        let one = lab.revisions().await;
        assert_eq!(one.len(), 1, "a clock is no change");
        assert!(one[0].revision.seen_at > one[0].revision.taken_at, "but it was seen again");
        lab.round(Ok(&FIRST.replace("description uplink", "description uplink to core"))).await;
        let two = lab.revisions().await;
        assert_eq!(two.iter().map(|listed| (listed.revision.number, listed.is_latest)).collect::<Vec<_>>(), [(2, true), (1, false)]);
        assert_eq!((two[0].revision.added, two[0].revision.removed), (1, 1));
        let mut tx = lab.world.store.read(&World::scope()).await.unwrap();
        let compared = manage::compare(&mut tx, two[0].revision.id, None).await.unwrap();
        assert_eq!(compared.diff.hunks.len(), 1);
        assert_eq!(compared.diff.hunks[0].section.as_deref(), Some("interface 1"));
        assert!(!compared.hides_change);
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_sealed_and_shown_to_nobody_but_its_change_is_told() {
    on_both(|lab| async move {
        lab.round(Ok(FIRST)).await;
        lab.round(Ok(&FIRST.replace("hush-hush-1", "hush-hush-2"))).await;
        let revisions = lab.revisions().await;
        assert_eq!(revisions.len(), 2, "a new secret is a change");
        for listed in &revisions {
            let masked = lab.masked(listed.revision.id).await;
            assert!(masked.contains("community <secret hidden>") && !masked.contains("hush"), "{masked}");
        }
        let mut tx = lab.world.store.read(&World::scope()).await.unwrap();
        let compared = manage::compare(&mut tx, revisions[0].revision.id, None).await.unwrap();
        assert!(compared.hides_change && compared.diff.hunks.is_empty(), "{compared:?}");
        for listed in &revisions {
            let texts = tx.config_texts(listed.revision.id).await.unwrap().unwrap();
            assert!(!texts.sealed.windows(4).any(|window| window == b"hush"));
            let opened = lab.vault.open(Purpose::Config, listed.revision.id.bytes(), &texts.sealed).unwrap();
            assert!(!opened.is_empty(), "and the master key opens it");
        }
    })
    .await;
}

#[tokio::test]
async fn half_a_text_is_never_kept_and_the_one_before_stays() {
    on_both(|lab| async move {
        lab.round(Ok(FIRST)).await;
        lab.round(Ok(&FIRST[..FIRST.len() - 12])).await;
        assert_eq!(lab.revisions().await.len(), 1);
        let backup = lab.backup().await;
        assert_eq!((backup.state, backup.problem), (BackupState::Failed, Some(BackupProblem::Truncated)));
        assert!(backup.succeeded_at < backup.tried_at);
    })
    .await;
}

#[tokio::test]
async fn two_refused_logins_are_enough_for_ten_minutes() {
    on_both(|lab| async move {
        let task = lab.due().await[0].id;
        lab.answered(task, 1, Err(BackupProblem::Login)).await;
        lab.world.clock.advance(Duration::from_secs(60));
        let task = lab.due().await[0].id;
        lab.answered(task, 1, Err(BackupProblem::Login)).await;
        lab.world.clock.advance(Duration::from_secs(300));
        assert!(lab.due().await.is_empty(), "paused, whatever the retry time says");
        lab.world.clock.advance(Duration::from_secs(300));
        assert_eq!(lab.due().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_task_that_nobody_answers_ends_and_a_late_answer_changes_nothing() {
    on_both(|lab| async move {
        let task = lab.due().await[0].id;
        let mut tx = lab.world.store.write(&World::scope()).await.unwrap();
        assert!(tx.move_task(task, TaskState::Queued, TaskState::Sent).await.unwrap());
        tx.commit().await.unwrap();
        lab.world.clock.advance(Duration::from_secs(901));
        FindLost { store: lab.world.store.clone() }.run().await.unwrap();
        let backup = lab.backup().await;
        assert_eq!((backup.state, backup.problem), (BackupState::Failed, Some(BackupProblem::Lost)));
        let mut tx = lab.world.store.write(&World::scope()).await.unwrap();
        assert!(!tx.answer_task(task, b"too late".to_vec()).await.unwrap(), "nobody waits for it");
        tx.commit().await.unwrap();
        lab.world.clock.advance(Duration::from_secs(60));
        assert_eq!(lab.due().await.len(), 1, "the device is asked again");
    })
    .await;
}

#[tokio::test]
async fn what_looks_like_a_secret_that_no_rule_knows_is_not_shown() {
    on_both(|lab| async move {
        let text = FIRST.replace("interface 1", "enable secret 5 $1$abcd$0123456789abcdefABCDEF\ninterface 1");
        lab.round(Ok(&text)).await;
        let revisions = lab.revisions().await;
        let masked = lab.masked(revisions[0].revision.id).await;
        assert!(!masked.contains("$1$abcd"), "{masked}");
        assert!(masked.contains("hostname sw1") && masked.contains(" description uplink"), "{masked}");
    })
    .await;
}
