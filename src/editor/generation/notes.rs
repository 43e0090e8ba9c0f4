//! What a generated layer says of its making.
//!
//! A layer that came of one run keeps its request. One that was painted in several, as an extension is frame by frame,
//! keeps the first of them at the same place, for whoever wants words, seed and numbers, and all of them in a list beside
//! it, in the order in which they were painted: each with its own frame.

use crate::document::Layer;
use crate::generate::{Request, metadata};

pub use crate::generate::metadata::{REQUEST_NOTE, REQUESTS_NOTE};

/// Adds the request of a run that painted on the layer.
pub(in crate::editor) fn note_request(layer: &mut Layer, request: &Request) {
    let mut all = requests_of(layer);
    all.push(request.clone());
    if let [only] = all.as_slice() {
        layer.notes.insert(REQUEST_NOTE.into(), metadata::note(only));
    } else if let Ok(list) = serde_json::to_string(&all) {
        layer.notes.insert(REQUESTS_NOTE.into(), list);
    }
}

/// The requests of the runs that painted a layer, in their order; none where no model had a part in it.
pub fn requests_of(layer: &Layer) -> Vec<Request> {
    let note = |key: &str| layer.notes.get(key);
    let list = note(REQUESTS_NOTE).and_then(|text| serde_json::from_str::<Vec<Request>>(text).ok());
    let one = || note(REQUEST_NOTE).and_then(|text| serde_json::from_str::<Request>(text).ok());
    list.unwrap_or_else(|| one().into_iter().collect())
}
