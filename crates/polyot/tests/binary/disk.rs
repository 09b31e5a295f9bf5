//! A full disk: refused aloud, reads go on, and after there is room again so do writes.

use crate::lab::{is_root, run};
use crate::product::{Home, wait_for};
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;

const SIZE: &str = "24m";

/// A file system in memory, gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf) -> Option<Self> {
        if !is_root() {
            testkit::skipped("a full disk", "mounting a small file system needs root");
            return None;
        }
        std::fs::create_dir_all(&at).unwrap();
        if let Err(why) = run(&format!("mount -t tmpfs -o size={SIZE},mode=0700 tmpfs {}", at.display())) {
            testkit::skipped("a full disk", &why);
            return None;
        }
        Some(Self(at))
    }

    /// Not a byte is left afterwards.
    fn fill(&self) {
        let mut file = std::fs::File::options().create(true).append(true).open(self.0.join("filler")).unwrap();
        for size in [65_536, 4_096, 512, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = run(&format!("umount -l {}", self.0.display()));
    }
}

#[test]
fn a_full_disk_refuses_writes_aloud_and_serves_reads_and_recovers() {
    let home = Home::new();
    let Some(disk) = SmallDisk::mount(home.data.clone()) else { return };
    let mut product = home.start();
    let admin = product.admin();
    let mut made = 0;
    let client = |number: i32| json!({"kind": "client", "name": format!("client {number} {}", "x".repeat(80))});
    admin.create("/api/v1/tenants", &client(made));
    made += 1;

    disk.fill();
    // What room is left in the write-ahead log may still take a few.
    let problem = wait_for("a refused write", || {
        let answer = admin.post("/api/v1/tenants", &client(made));
        if answer.status == 201 {
            made += 1;
            return None;
        }
        Some(answer)
    });
    assert!(matches!(problem.status, 503 | 507), "{}", problem.text);
    let problem = problem.problem(problem.status, "unavailable");
    assert!(problem["detail"].as_str().unwrap().contains("full"), "{problem}");
    for path in ["/api/v1/tenants", "/api/v1/me", "/api/v1/devices", "/livez", "/readyz", "/metrics"] {
        let answer = admin.get(path);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text);
    }
    // A login is a write, too: refused by the same sentence, not by a wrong password.
    let log_in = product.client().post("/api/v1/sessions", &json!({"email": crate::product::EMAIL, "password": crate::product::PASSWORD}));
    if log_in.status != 201 {
        assert!(log_in.problem(log_in.status, "unavailable")["detail"].as_str().unwrap().contains("full"));
    }
    assert!(product.is_alive());

    disk.free();
    wait_for("a write that is taken again", || (admin.post("/api/v1/tenants", &client(made)).status == 201).then_some(()));
    made += 1;
    let clients = || admin.items("/api/v1/tenants?kind=client&limit=500").len();
    assert_eq!(clients(), usize::try_from(made).unwrap(), "what was answered with 201 is there, what was refused is not");
    product.kill();

    // Filled again and killed in the middle: the next start, with room, finds everything.
    let product = home.start();
    let admin = product.admin();
    disk.fill();
    admin.post("/api/v1/tenants", &client(made));
    product.kill();
    disk.free();
    let product = home.start();
    let admin = product.admin();
    let found = admin.items("/api/v1/tenants?kind=client&limit=500").len();
    assert!(found == usize::try_from(made).unwrap() || found == usize::try_from(made).unwrap() + 1, "{found} of {made}");
    admin.create("/api/v1/tenants", &client(made + 1));
    product.kill();
}

#[test]
fn a_start_on_a_full_disk_is_refused_by_a_sentence() {
    let home = Home::new();
    let Some(disk) = SmallDisk::mount(home.data.clone()) else { return };
    disk.fill();
    let sentence = home.refusal();
    assert!(sentence.contains("full") || sentence.contains("space"), "{sentence}");
    disk.free();
    home.start().admin();
}
