//! The texts of pictures made by anyone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::generate::{Request, metadata};
use scumble::io::TextChunk;

fuzz_target!(|text: &str| {
    let mut request = Request::default();
    metadata::parse_parameters(text).apply(&mut request);
    let _ = metadata::read_record(&[TextChunk::new(metadata::OWN, text)]);
    let _ = metadata::request_of(&[TextChunk::new(metadata::PARAMETERS, text)]);
    let _ = metadata::request_of(&[TextChunk::new(metadata::OWN, text)]);
});
