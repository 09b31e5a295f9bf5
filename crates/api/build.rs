//! Embeds the web pages anew when they were built anew. A debug build reads them from the folder while it runs.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The folder must be there, be it empty: a path that does not exist while compiling is never found at run time, and cargo watches nothing.
    let _ = std::fs::create_dir_all("../../web/dist");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../web/dist");
    }
}
