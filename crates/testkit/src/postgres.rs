//! A private PostgreSQL cluster: initdb into a temporary folder, a Unix socket there, no TCP.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

struct Cluster {
    socket_dir: PathBuf,
    bin: PathBuf,
}

/// Waiting for the server to answer.
const START_CEILING: Duration = Duration::from_secs(60);
/// The user that owns the cluster; `initdb` refuses root.
const SERVER_USER: &str = "postgres";

static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Makes a new database and returns its URL. `POLYOT_TEST_POSTGRES` may name a running private server (`host=` folder of its socket).
pub(crate) fn fresh_database() -> Result<String, String> {
    let cluster = CLUSTER.get_or_init(start).as_ref().map_err(Clone::clone)?;
    let name = format!("t{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::SeqCst));
    let made = as_server_user(&cluster.bin.join("createdb"))
        .args(["-h", &cluster.socket_dir.display().to_string(), "-U", SERVER_USER, "-T", "template0", "-E", "UTF8", &name])
        .output()
        .map_err(|error| format!("createdb: {error}"))?;
    if !made.status.success() {
        return Err(format!("createdb: {}", String::from_utf8_lossy(&made.stderr)));
    }
    let host = cluster.socket_dir.display().to_string().replace('/', "%2F");
    Ok(format!("postgres://{SERVER_USER}@{host}/{name}"))
}

/// The newest installed server.
fn server_bin() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin")).collect();
    versions.retain(|bin| bin.join("initdb").exists());
    versions.sort();
    versions.pop()
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
}

fn as_server_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([&format!("--reuid={SERVER_USER}"), &format!("--regid={SERVER_USER}"), "--clear-groups", "--pdeathsig", "INT"])
        .arg(program);
    command.current_dir("/tmp");
    command
}

fn start() -> Result<Cluster, String> {
    if let Ok(host) = std::env::var("POLYOT_TEST_POSTGRES") {
        let bin = server_bin().ok_or("no PostgreSQL client programs under /usr/lib/postgresql")?;
        return Ok(Cluster { socket_dir: PathBuf::from(host), bin });
    }
    let bin = server_bin().ok_or("no server under /usr/lib/postgresql; install it with: apt-get install postgresql")?;
    sweep();
    let folder = tempfile::Builder::new().prefix("polyot-pg-").tempdir_in("/tmp").map_err(|error| error.to_string())?.keep();
    if is_root() {
        run(Command::new("chown").arg(SERVER_USER).arg(&folder))?;
    }
    let data = folder.join("data");
    run(as_server_user(&bin.join("initdb"))
        .args(["-U", SERVER_USER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C", "-D"])
        .arg(&data))?;
    // A thread of its own: the server gets its end signal when the thread that started it ends, and this one lasts as long as the process.
    let (bin_of_thread, folder_of_thread) = (bin.clone(), folder.clone());
    std::thread::spawn(move || {
        let mut command = as_server_user(&bin_of_thread.join("postgres"));
        command.arg("-D").arg(folder_of_thread.join("data")).arg("-k").arg(&folder_of_thread);
        command.args([
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
            "-c",
            "full_page_writes=off",
            "-c",
            "max_connections=100",
            "-c",
            "shared_buffers=16MB",
        ]);
        if let Ok(mut server) = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            let _ = server.wait();
        }
        let _ = std::fs::remove_dir_all(folder_of_thread);
    });
    let deadline = Instant::now() + START_CEILING;
    while !as_server_user(&bin.join("pg_isready")).arg("-q").arg("-h").arg(&folder).status().is_ok_and(|status| status.success()) {
        if Instant::now() > deadline {
            return Err("the private PostgreSQL server did not start".into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(Cluster { socket_dir: folder, bin })
}

/// A server stops with its process, but nobody is left to remove its folder: the next one does.
fn sweep() {
    const LEFT_BEHIND: Duration = Duration::from_secs(120);
    for entry in std::fs::read_dir("/tmp").into_iter().flatten().flatten() {
        let is_cluster = entry.file_name().to_string_lossy().starts_with("polyot-pg-");
        let is_old = entry.metadata().and_then(|meta| meta.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT_BEHIND));
        if is_cluster && is_old && !entry.path().join("data/postmaster.pid").exists() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))) }
}
