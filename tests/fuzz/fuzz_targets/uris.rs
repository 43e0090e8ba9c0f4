//! Lists of files that other programs drop on the window.
#![no_main]

#[allow(dead_code)]
#[path = "../shared.rs"]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::uris(bytes));
