//! `cargo bench -p profiles`: what comparing two large configurations costs, and cleaning one. Prints figures and judges nothing.

use profiles::{Profiles, diff};
use std::fmt::Write as _;
use std::time::Instant;

const LINES: usize = 8_000;
const EDITS: usize = 28;
const ROUNDS: usize = 21;
const FIGURE_MS: f64 = 50.0;

/// A switch with many ports: four lines each.
fn configuration(edits: usize) -> String {
    let ports = LINES / 4;
    let mut text = String::new();
    for port in 0..ports {
        let is_edited = edits > 0 && port % (ports / EDITS) == 5 && port / (ports / EDITS) < edits;
        let vlan = if is_edited { 4_000 } else { port % 900 + 2 };
        writeln!(
            text,
            "interface GigabitEthernet{}/0/{}\n description customer port {port}\n switchport access vlan {vlan}\n!",
            port / 48,
            port % 48
        )
        .expect("a String takes everything");
    }
    text
}

fn median_ms(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        run();
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

fn main() {
    let (old, new) = (configuration(0), configuration(EDITS));
    let found = diff::compare(&old, &new, 3);
    let lines = old.lines().count();
    let compared = median_ms(|| drop(std::hint::black_box(diff::compare(&old, &new, 3))));
    println!(
        "diff of two {lines}-line configurations, {EDITS} edits   {} hunks, median {compared:.2} ms (the figure is {FIGURE_MS:.0} ms)",
        found.hunks.len()
    );
    let other: String = new.lines().rev().map(|line| format!("{line} x\n")).collect();
    let nothing_common = median_ms(|| drop(std::hint::black_box(diff::compare(&old, &other, 3))));
    println!("diff of two {lines}-line texts without a common line   median {nothing_common:.2} ms");
    let started = Instant::now();
    let profiles = Profiles::builtin();
    println!(
        "all {} profiles read                                  {:.2} ms, once",
        profiles.iter().count(),
        started.elapsed().as_secs_f64() * 1e3
    );
    for profile in profiles.iter() {
        let Some(command) = profile.config.as_ref().and_then(|config| config.fetch.last()).map(|fetch| fetch.command.clone()) else {
            continue;
        };
        let answers = [(command, old.clone())];
        let cleaned = median_ms(|| drop(std::hint::black_box(profile.normalize(&answers))));
        println!("normalize {lines} lines, {:<28} median {cleaned:.2} ms", profile.id);
    }
}
