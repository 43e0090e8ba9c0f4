//! Picture files: read or refused, within the limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::io;

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("scumble-fuzz-{}.png", std::process::id()));
    if std::fs::write(&path, bytes).is_ok() {
        let _ = io::load_picture(&path);
        let _ = io::load_mask(&path);
        let _ = io::read_text(&path);
    }
});
