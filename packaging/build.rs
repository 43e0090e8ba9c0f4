//! Gives the program its icon, version and manifest on Windows. Does nothing elsewhere.
//!
//! `cfg(windows)` is the system that builds: only there is the crate for it a dependency (Cargo.toml).
//! `CARGO_CFG_TARGET_OS` is the system that is built for.

fn main() {
    println!("cargo:rerun-if-changed=packaging/build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("windows") {
        println!("cargo:rerun-if-changed=packaging/windows/scumble.ico");
        println!("cargo:rerun-if-changed=packaging/windows/scumble.manifest");
        embed();
    }
}

#[cfg(windows)]
fn embed() {
    let mut resource = winresource::WindowsResource::new();
    resource
        .set_icon("packaging/windows/scumble.ico")
        .set_manifest_file("packaging/windows/scumble.manifest")
        .set("ProductName", "Scumble")
        .set("FileDescription", "Scumble")
        .set("OriginalFilename", "scumble.exe")
        .set("LegalCopyright", "Copyright (c) The Scumble authors. MIT or Apache-2.0.");
    if let Err(error) = resource.compile_for("scumble") {
        // The program works without, so a missing resource compiler is no reason to refuse.
        println!("cargo:warning=no icon and no manifest in scumble.exe: {error}");
    }
}

#[cfg(not(windows))]
fn embed() {
    println!("cargo:warning=no icon and no manifest in scumble.exe: only a build on Windows embeds them");
}
