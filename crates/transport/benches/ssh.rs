//! `cargo bench -p transport`: a hundred configurations of 200 KB fetched at once over SSH. Prints time, CPU and memory of the fetching process and
//! judges nothing. The devices are one process beside it (this program again), so that their memory is not counted.

use model::credential::Key;
use model::{Clock, DeviceId, Secret};
use regex::Regex;
use russh::keys::key::safe_rng;
use russh::keys::{Algorithm, PrivateKey};
use russh::server::{self, Auth, ChannelOpenHandle, Handler, Msg, Session};
use russh::{Channel, ChannelId, Pty};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use transport::cli::{self, Mode, Secrets, Spec, Timing};
use transport::ssh::{Compat, HostKeyPolicy, LoginGuard, Request, Terminal, Timeouts, connect};

const SESSIONS: usize = 100;
const CONFIG_BYTES: usize = 200_000;
/// The busiest machine still gets through.
const PATIENCE: Duration = Duration::from_secs(300);
const DEVICES: &str = "POLYOT_BENCH_DEVICES";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if std::env::var_os(DEVICES).is_some() {
        return runtime.block_on(serve());
    }
    let mut devices = Command::new(std::env::current_exe()?).env(DEVICES, "1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(devices.stdout.take().ok_or("no output of the devices")?).read_line(&mut line)?;
    let before = memory_mb("VmRSS");
    let measured = runtime.block_on(fetch_all(line.trim().parse()?));
    // The devices end with their standard input.
    drop(devices.stdin.take());
    devices.wait()?;
    let (wall, cpu) = measured?;
    println!("{SESSIONS} sessions at once, {} KB each, learned prompt and echo removed", CONFIG_BYTES / 1_000);
    println!("time                       {:.2} s", wall.as_secs_f64());
    println!("CPU                        {cpu:.2} s, {:.1} ms a session", cpu * 1_000.0 / SESSIONS as f64);
    println!("memory                     {:.1} MB resident at most, {before:.1} MB before (the figure is 200 MB)", memory_mb("VmHWM"));
    Ok(())
}

async fn fetch_all(target: SocketAddr) -> Result<(Duration, f64), Box<dyn std::error::Error>> {
    let guard = LoginGuard::new(Clock::System);
    let start = (Instant::now(), cpu_s());
    let mut sessions = tokio::task::JoinSet::new();
    for device in 0..SESSIONS {
        let guard = guard.clone();
        sessions.spawn(async move { fetch(target, device, guard).await.map_err(|cause| cause.to_string()) });
    }
    // All answers are kept until the end: the worst case for the memory.
    let mut texts = Vec::new();
    while let Some(done) = sessions.join_next().await {
        texts.push(done??);
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    if bytes != SESSIONS * config().len() {
        return Err(format!("{bytes} bytes came instead of {}", SESSIONS * config().len()).into());
    }
    Ok((start.0.elapsed(), cpu_s() - start.1))
}

async fn fetch(target: SocketAddr, device: usize, guard: LoginGuard) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let keys = [Key::SshPassword { user: "bench".to_owned(), password: Secret::new("bench") }];
    let timeouts = Timeouts { connect: PATIENCE, login: PATIENCE };
    let request = Request { target, keys: &keys, host_key: HostKeyPolicy::default(), compat: Compat::default(), timeouts };
    let mut tries = guard.tries(DeviceId::from_bytes([u8::try_from(device)?; 16]))?;
    let connected = connect(&request, &mut tries).await?;
    let shell = connected.session.shell(&Terminal::default(), PATIENCE).await?;
    let timing = Timing { connect: PATIENCE, prompt: PATIENCE, idle: PATIENCE, total: PATIENCE };
    let modes = vec![Mode { name: "exec".to_owned(), prompt: Regex::new(r"^(?P<host>[\w-]+)#$")? }];
    let spec = Spec { modes, setup: vec!["terminal length 0".to_owned()], timing, ..Spec::default() };
    let mut session = cli::Session::open(shell, spec, Secrets::default()).await?;
    let output = session.run("show config").await?;
    session.close().await;
    connected.session.close().await;
    Ok(output.text)
}

fn config() -> String {
    let mut text = String::new();
    let mut port = 0;
    while text.len() < CONFIG_BYTES {
        text +=
            &format!("interface GigabitEthernet0/0/{port}\n description port {port} of the bench\n ip address 192.0.2.1 255.255.255.0\n");
        port += 1;
    }
    text
}

/// The devices: all the same.
async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let config = Arc::new(server::Config {
        keys: vec![PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519)?],
        auth_rejection_time_initial: Some(Duration::ZERO),
        ..server::Config::default()
    });
    let text = Arc::new(config_bytes());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (config, device) = (Arc::clone(&config), Device { line: Vec::new(), text: Arc::clone(&text) });
            tokio::spawn(async move {
                if let Ok(session) = server::run_stream(config, stream, device).await {
                    session.await.ok();
                }
            });
        }
    });
    // Until the other side is gone.
    tokio::task::spawn_blocking(|| std::io::stdin().lines().count()).await?;
    Ok(())
}

fn config_bytes() -> Vec<u8> {
    config().replace('\n', "\r\n").into_bytes()
}

struct Device {
    line: Vec<u8>,
    text: Arc<Vec<u8>>,
}

impl Handler for Device {
    type Error = russh::Error;

    async fn auth_password(&mut self, _: &str, _: &str) -> Result<Auth, Self::Error> {
        Ok(Auth::Accept)
    }
    async fn channel_open_session(&mut self, _: Channel<Msg>, reply: ChannelOpenHandle, _: &mut Session) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }
    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }
    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        session.data(channel, &b"bench-1#"[..])
    }
    async fn data(&mut self, channel: ChannelId, data: &[u8], session: &mut Session) -> Result<(), Self::Error> {
        for key in data {
            if *key != b'\r' {
                self.line.push(*key);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            session.data(channel, [&line[..], b"\r\n"].concat())?;
            if line == b"show config" {
                session.data(channel, self.text.to_vec())?;
            }
            session.data(channel, &b"bench-1#"[..])?;
        }
        Ok(())
    }
}

/// User and system time of this process.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// `VmRSS` now, `VmHWM` at most so far.
fn memory_mb(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}
