//! Journals, with right checksums.
#![no_main]

#[allow(dead_code)]
#[path = "../shared.rs"]
mod shared;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shared::journal(bytes));
