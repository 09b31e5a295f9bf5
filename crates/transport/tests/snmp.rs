//! SNMP against a real agent and against hostile ones: every outcome has a name.
#![allow(clippy::unwrap_used)]

mod agents;

use agents::{Asked, Hostile, Snmpd, asked, response, tlv};
use model::Secret;
use model::credential::{Key, SnmpAuth, SnmpPriv};
use std::net::SocketAddr;
use std::time::Duration;
use transport::Error;
use transport::snmp::{Limits, Oid, Patience, Snmp, Stop, Value, Walk};

const PATIENCE: Patience = Patience { timeout: Duration::from_secs(2), retries: 2 };
/// For agents that will not answer well anyway.
const HASTE: Patience = Patience { timeout: Duration::from_millis(300), retries: 1 };
const LIMITS: Limits = Limits { rows_max: 500, time_max: Duration::from_secs(20) };
/// Ten times what the slowest case takes: nothing hangs.
const CEILING: Duration = Duration::from_secs(60);

const SYS_NAME: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 5, 0];
const SYS_UP_TIME: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 3, 0];
const IF_DESCR: [u32; 10] = [1, 3, 6, 1, 2, 1, 2, 2, 1, 2];
const IF_OPER_STATUS: [u32; 10] = [1, 3, 6, 1, 2, 1, 2, 2, 1, 8];

fn community(word: &str) -> Key {
    Key::SnmpV2c { community: Secret::new(word) }
}

fn user(name: &str, auth: SnmpAuth, auth_password: &str, privacy: SnmpPriv, priv_password: &str) -> Key {
    let (auth_password, priv_password) = (Secret::new(auth_password), Secret::new(priv_password));
    Key::SnmpV3 { user: name.to_owned(), auth, auth_password, privacy, priv_password }
}

async fn get(snmp: &Snmp, target: SocketAddr, key: &Key, patience: Patience) -> Result<Vec<Value>, Error> {
    let reading = async {
        let access = snmp.access(key).await?;
        let session = snmp.open(target, &access, patience).await?;
        session.get(&[Oid::new(SYS_NAME), Oid::new(SYS_UP_TIME), Oid::new([1, 3, 6, 1, 2, 1, 1, 99, 0])]).await
    };
    tokio::time::timeout(CEILING, reading).await.expect("a request ends")
}

async fn walk(target: SocketAddr, limits: Limits) -> Walk {
    let snmp = Snmp::default();
    let access = snmp.access(&community("public")).await.unwrap();
    let session = snmp.open(target, &access, HASTE).await.unwrap();
    let columns = [Oid::new(IF_DESCR), Oid::new(IF_OPER_STATUS)];
    let walking = session.walk(&columns, limits);
    tokio::time::timeout(CEILING, walking).await.expect("a walk ends")
}

#[tokio::test]
async fn a_real_agent_is_read_by_v2c_and_a_wrong_community_is_silence() {
    let Some(agent) = Snmpd::start("") else { return };
    let snmp = Snmp::default();
    let values = get(&snmp, agent.address(), &community("public"), PATIENCE).await.unwrap();
    assert_eq!(values[0], Value::Bytes(b"polyot-lab".to_vec()));
    assert!(matches!(values[1], Value::Ticks(_)), "{values:?}");
    assert_eq!(values[2], Value::Absent);
    let wrong = get(&snmp, agent.address(), &community("wrong"), HASTE).await.unwrap_err();
    assert!(matches!(wrong, Error::Silent { .. }) && wrong.worth_retrying(), "{wrong}");
    let walk = walk(agent.address(), LIMITS).await;
    assert!(walk.stopped.is_none(), "{:?}", walk.stopped);
    let has = |column: usize, value: &Value| walk.cells.iter().any(|cell| cell.column == column && cell.value == *value);
    assert!(has(0, &Value::Bytes(b"lo".to_vec())) && has(1, &Value::Integer(1)), "{:?}", walk.cells);
}

/// Every pair of protocols that net-snmp as built here knows; what it does not know is said aloud.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_agent_is_read_by_v3_with_every_pair_of_protocols() {
    let auths = SnmpAuth::ALL.iter().zip(["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]);
    let privacies: Vec<_> = SnmpPriv::ALL.iter().zip(["DES", "AES", "AES-192", "AES-256"]).collect();
    let pairs: Vec<_> = auths.flat_map(|auth| privacies.iter().map(move |privacy| (auth, *privacy))).collect();
    let users: String = pairs
        .iter()
        .map(|((auth, auth_word), (privacy, priv_word))| {
            format!("createUser u{auth}{privacy} {auth_word} authpass-1 {priv_word} privpass-1\nrouser u{auth}{privacy} authpriv\n")
        })
        .collect();
    let Some(agent) = Snmpd::start(&users) else { return };
    let snmp = Snmp::default();
    let mut read = vec![];
    for ((auth, _), (privacy, _)) in pairs {
        let key = user(&format!("u{auth}{privacy}"), *auth, "authpass-1", *privacy, "privpass-1");
        match get(&snmp, agent.address(), &key, PATIENCE).await {
            Ok(values) => {
                assert_eq!(values[0], Value::Bytes(b"polyot-lab".to_vec()));
                read.push(format!("{auth}/{privacy}"));
            }
            Err(Error::Refused { reason, .. }) if reason.contains("unknown user") => eprintln!("SKIPPED: snmpd knows no {auth}/{privacy}"),
            Err(cause) => panic!("{auth}/{privacy}: {cause}"),
        }
    }
    eprintln!("read by {}", read.join(", "));
    for expected in ["sha1/aes128", "sha256/aes256"] {
        assert!(read.iter().any(|pair| pair == expected), "{expected} is not among {read:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_v3_refuses_is_named() {
    let users =
        "createUser watcher SHA authpass-1 AES privpass-1\nrouser watcher authpriv\ncreateUser plain SHA authpass-1\nrouser plain auth\n";
    let Some(agent) = Snmpd::start(users) else { return };
    let snmp = Snmp::default();
    let cases = [
        (user("stranger", SnmpAuth::Sha1, "authpass-1", SnmpPriv::Aes128, "privpass-1"), "unknown user name"),
        (user("watcher", SnmpAuth::Sha1, "authpass-2", SnmpPriv::Aes128, "privpass-1"), "wrong digest"),
        (user("watcher", SnmpAuth::Sha256, "authpass-1", SnmpPriv::Aes128, "privpass-1"), "wrong digest"),
        (user("plain", SnmpAuth::Sha1, "authpass-1", SnmpPriv::Aes128, "privpass-1"), "unsupported security level"),
        (user("watcher", SnmpAuth::Sha1, "authpass-1", SnmpPriv::Aes128, "privpass-2"), "privacy password"),
    ];
    for (key, expected) in cases {
        let refused = get(&snmp, agent.address(), &key, HASTE).await.unwrap_err();
        assert!(matches!(&refused, Error::Refused { reason, .. } if reason.contains(expected)), "{expected}: {refused}");
    }
    let short = get(&snmp, agent.address(), &user("watcher", SnmpAuth::Sha1, "short", SnmpPriv::Aes128, "privpass-1"), HASTE).await;
    assert!(matches!(short, Err(Error::Credential { .. })), "{short:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_lost_its_boot_counter_is_read_again() {
    let users = "exactEngineID 0x80001f8880a1b2c3d4\ncreateUser watcher SHA authpass-1 AES privpass-1\nrouser watcher authpriv\n";
    let Some(agent) = Snmpd::start(users) else { return };
    let key = user("watcher", SnmpAuth::Sha1, "authpass-1", SnmpPriv::Aes128, "privpass-1");
    let snmp = Snmp::default();
    get(&snmp, agent.address(), &key, PATIENCE).await.unwrap();
    let port = agent.port;
    drop(agent);
    // The same address, another engine id: the box was replaced.
    let Some(agent) = Snmpd::start_on(port, &users.replace("c3d4", "ffff")) else { return };
    let _ = get(&snmp, agent.address(), &key, HASTE).await;
    get(&snmp, agent.address(), &key, PATIENCE).await.expect("the second read at the latest");
}

async fn check(respond: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static, expected: &str) {
    let agent = Hostile::start(respond);
    let outcome = get(&Snmp::default(), agent.address, &community("public"), HASTE).await;
    let told = outcome.map_or_else(|cause| cause.to_string(), |values| format!("{values:?}"));
    assert!(told.contains(expected), "{expected:?} is not in {told:?}");
}

fn up_time(asked: &Asked) -> Vec<(Vec<u32>, Vec<u8>)> {
    asked.objects.iter().map(|object| (object.clone(), tlv(0x43, &[1]))).collect()
}

#[tokio::test]
async fn whatever_a_hostile_agent_answers_to_a_get_has_a_name() {
    check(|_| vec![], "no answer within").await;
    check(|_| vec![b"no SNMP at all".to_vec()], "garbage").await;
    check(|_| vec![vec![]], "garbage").await;
    check(|request| vec![request[..request.len() / 2].to_vec()], "garbage").await;
    // Half of a right answer.
    check(
        |request| {
            let asked = asked(request);
            let answer = response(&asked.request_id, 0, &up_time(&asked));
            vec![answer[..answer.len() * 2 / 3].to_vec()]
        },
        "garbage",
    )
    .await;
    check(|request| vec![response(&[9, 9, 9], 0, &up_time(&asked(request)))], "wrong request id").await;
    check(|request| vec![response(&asked(request).request_id, 0, &[])], "garbage").await;
    check(|request| vec![response(&asked(request).request_id, 0, &[(vec![1, 3, 6, 1, 9, 9], tlv(2, &[1]))])], "garbage").await;
    check(|request| vec![response(&asked(request).request_id, 1, &[])], "tooBig").await;
    check(|request| vec![response(&asked(request).request_id, 5, &up_time(&asked(request)))], "genErr").await;
    check(|request| vec![response(&asked(request).request_id, 6, &up_time(&asked(request)))], "noAccess").await;
    // The request itself comes back.
    check(|request| vec![request.to_vec()], "garbage").await;
    // Values of another type than asked are values all the same.
    check(|request| vec![response(&asked(request).request_id, 0, &up_time(&asked(request)))], "Ticks(1)").await;
    let long = "x".repeat(60_000);
    check(
        move |request| {
            let asked = asked(request);
            let bindings: Vec<_> = asked.objects.iter().map(|object| (object.clone(), tlv(4, &long.as_bytes()[..20_000]))).collect();
            vec![response(&asked.request_id, 0, &bindings)]
        },
        "Bytes",
    )
    .await;
}

#[tokio::test]
async fn random_bytes_never_break_the_reader() {
    let agent = Hostile::start(|request| {
        // The request with one byte changed, over and over: near to SNMP, unlike noise.
        let step = request.len().div_ceil(40).max(1);
        (0..request.len())
            .step_by(step)
            .map(|at| {
                let mut damaged = request.to_vec();
                damaged[at] ^= 0xff;
                damaged
            })
            .collect()
    });
    let outcome = get(&Snmp::default(), agent.address, &community("public"), HASTE).await.unwrap_err();
    assert!(matches!(outcome, Error::Garbage { .. }), "{outcome}");
}

/// The next rows of IF_DESCR and IF_OPER_STATUS, one each.
fn next_rows(asked: &Asked, next: impl Fn(u32) -> u32) -> Vec<(Vec<u32>, Vec<u8>)> {
    let columns = [IF_DESCR.to_vec(), IF_OPER_STATUS.to_vec()];
    asked
        .objects
        .iter()
        .map(|object| {
            let column = columns.iter().find(|column| object.starts_with(column)).unwrap();
            let row = next(object.get(column.len()).copied().unwrap_or(0));
            ([column.clone(), vec![row]].concat(), tlv(2, &[1]))
        })
        .collect()
}

async fn check_walk(respond: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static, limits: Limits, expected: &str, cells_min: usize) {
    let agent = Hostile::start(respond);
    let walk = walk(agent.address, limits).await;
    let stopped = walk.stopped.as_ref().map(Stop::to_string).unwrap_or_default();
    assert!(stopped.contains(expected), "{expected:?} is not in {stopped:?}");
    assert!(walk.cells.len() >= cells_min, "{expected}: {} cells", walk.cells.len());
}

#[tokio::test]
async fn no_hostile_walk_is_endless_and_what_was_read_is_kept() {
    let answer = |asked: &Asked, next: fn(u32) -> u32| vec![response(&asked.request_id, 0, &next_rows(asked, next))];
    check_walk(move |request| answer(&asked(request), |row| row + 1), LIMITS, "more than 500 rows", 999).await;
    check_walk(move |request| answer(&asked(request), |row| if row < 5 { row + 1 } else { 3 }), LIMITS, "not increasing", 10).await;
    check_walk(move |request| answer(&asked(request), |row| row), LIMITS, "not increasing", 0).await;
    let slow = move |request: &[u8]| {
        std::thread::sleep(Duration::from_millis(100));
        answer(&asked(request), |row| row + 1)
    };
    check_walk(slow, Limits { rows_max: 500, time_max: Duration::from_secs(1) }, "not done within 1 s", 2).await;
    check_walk(move |request| vec![response(&asked(request).request_id, 0, &[])], LIMITS, "nothing", 0).await;
    check_walk(|request| vec![response(&asked(request).request_id, 1, &[])], LIMITS, "tooBig", 0).await;
    // Half a walk: silent from the fifth row on.
    let dies = move |request: &[u8]| {
        let asked = asked(request);
        if asked.objects[0].last() == Some(&5) { vec![] } else { answer(&asked, |row| row + 1) }
    };
    check_walk(dies, LIMITS, "no answer within", 10).await;
}

#[tokio::test]
async fn an_agent_that_only_manages_small_answers_is_asked_for_less() {
    let agent = Hostile::start(|request| {
        let asked = asked(request);
        if asked.objects.len() > 1 {
            return vec![response(&asked.request_id, 1, &[])];
        }
        let column = IF_DESCR.len();
        let row = asked.objects[0].get(column).copied().unwrap_or(0);
        if row >= 7 {
            let end = (asked.objects[0].clone(), tlv(0x82, &[]));
            return vec![response(&asked.request_id, 0, &[end])];
        }
        vec![response(&asked.request_id, 0, &next_rows(&asked, |row| row + 1))]
    });
    let walk = walk(agent.address, LIMITS).await;
    assert!(walk.stopped.is_none(), "{:?}", walk.stopped);
    assert_eq!(walk.cells.len(), 14);
}
