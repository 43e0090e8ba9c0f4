//! The bytes of an `.ora` file to a document.

use super::super::flaw::Flaw;
use super::super::record::Plane;
use super::super::tiles::decode_plane;
use super::super::zip::ZipReader;
use super::raster::decode_png;
use super::stack::{self, BaseContent, BaseLayer};
use super::{Budget, MAX_JSON_BYTES, MAX_XML_BYTES, RECORD, Record, STACK, decoded_bytes_for, plane_entry};
use crate::document::{Document, Layer, Layers, Mask, Pixels};
use crate::geom::Rect;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};
use std::sync::Arc;

/// Where a PNG lies, by its entry and the canvas pixel of its corner.
type Placed = (String, i32, i32);

pub(super) fn read(source: impl Read + Seek + Send) -> Result<Document, Flaw> {
    let zip = ZipReader::open(source)?;
    let budget = Budget::new(decoded_bytes_for(zip.file_bytes()));
    if let Some(record) = own_record(&zip) {
        return own(&zip, record, &budget);
    }
    baseline(&zip, &budget)
}

/// Our record, if it belongs to the stack that the file has. One that cannot be read (a newer version's, say) is as
/// good as none: the baseline is there for that.
fn own_record<R: Read + Seek>(zip: &ZipReader<R>) -> Option<Record> {
    let stack_crc = zip.crc(STACK)?;
    let bytes = zip.read(RECORD, MAX_JSON_BYTES).ok()?;
    let record: Record = serde_json::from_slice(&bytes).ok()?;
    (record.stack_crc == stack_crc && record.document.is_known()).then_some(record)
}

fn read_png<R: Read + Seek>(
    zip: &ZipReader<R>,
    (src, x, y): &Placed,
    budget: &Budget,
) -> Result<Pixels, Flaw> {
    // The bytes of the entry itself count as well: the same one may be asked for many times.
    budget.charge(zip.size(src).unwrap_or(0))?;
    let bytes = zip.read(src, u64::MAX)?;
    decode_png(&bytes, *x, *y, budget).map_err(|why| why.within(src))
}

fn own<R: Read + Seek + Send>(
    zip: &ZipReader<R>,
    mut record: Record,
    budget: &Budget,
) -> Result<Document, Flaw> {
    let (mut of_layers, mut of_masks) = (BTreeSet::new(), BTreeSet::new());
    for layer in record.document.levels.iter_mut().flatten() {
        let Some(number) = layer.pixels else { continue };
        let png = record.pngs.get(&number);
        let changed = png.is_some_and(|png| zip.crc(&png.src).is_some_and(|crc| crc != png.crc));
        if changed && png.is_some_and(|png| png.masked) {
            layer.mask = None;
        }
        of_layers.insert((number, changed || !zip.has(&plane_entry(number))));
    }
    record.document.masks(|number| {
        of_masks.insert(number);
    });
    let jobs: Vec<(u32, Option<bool>)> = of_layers
        .into_iter()
        .map(|(number, from_png)| (number, Some(from_png)))
        .chain(of_masks.into_iter().map(|number| (number, None)))
        .collect();
    let load = |&(number, layer): &(u32, Option<bool>)| -> Result<(u32, Plane), Flaw> {
        let name = plane_entry(number);
        let tiles = || {
            budget.charge(zip.size(&name).unwrap_or(0))?;
            zip.read(&name, u64::MAX)
        };
        let plane = match layer {
            Some(true) => {
                let png = record.pngs.get(&number).ok_or_else(|| Flaw::Missing(name.clone()))?;
                Plane::Pixels(read_png(zip, &(png.src.clone(), png.x, png.y), budget)?)
            }
            Some(false) => Plane::Pixels(decode_plane(&tiles()?).map_err(|why| why.within(&name))?),
            None => Plane::Mask(decode_plane(&tiles()?).map_err(|why| why.within(&name))?),
        };
        Ok((number, plane))
    };
    let planes = jobs.par_iter().with_max_len(1).map(load).collect::<Result<BTreeMap<u32, Plane>, Flaw>>()?;
    let pixels = |number: u32| match planes.get(&number) {
        Some(Plane::Pixels(pixels)) => Some(pixels.clone()),
        Some(Plane::Mask(_)) | None => None,
    };
    let mask = |number: u32| -> Option<Mask> {
        match planes.get(&number) {
            Some(Plane::Mask(mask)) => Some(mask.clone()),
            Some(Plane::Pixels(_)) | None => None,
        }
    };
    record.document.build(pixels, mask)
}

fn baseline<R: Read + Seek + Send>(zip: &ZipReader<R>, budget: &Budget) -> Result<Document, Flaw> {
    let xml = zip.read(STACK, MAX_XML_BYTES)?;
    let stack = stack::parse(&String::from_utf8_lossy(&xml)).map_err(|why| why.within(STACK))?;
    let mut placed = BTreeSet::new();
    collect(&stack.layers, &mut placed);
    let placed: Vec<Placed> = placed.into_iter().collect();
    let pixels = placed.par_iter().with_max_len(1).map(|png| read_png(zip, png, budget));
    let pixels = pixels.collect::<Result<Vec<Pixels>, Flaw>>()?;
    let pixels: BTreeMap<Placed, Pixels> = placed.into_iter().zip(pixels).collect();
    let mut doc = Document::new(Rect::from_size(0, 0, stack.width, stack.height));
    let layers = build(stack.layers, &pixels, &mut doc);
    doc.levels[0].layers = layers;
    // The topmost layer is painted on unless the file names another.
    doc.active = doc.active.or_else(|| doc.layers().last().map(|layer| layer.id));
    Ok(doc)
}

fn collect(layers: &[BaseLayer], out: &mut BTreeSet<Placed>) {
    for layer in layers {
        match &layer.content {
            BaseContent::Png { src, x, y } => drop(out.insert((src.clone(), *x, *y))),
            BaseContent::Group(children) => collect(children, out),
        }
    }
}

fn build(layers: Vec<BaseLayer>, pixels: &BTreeMap<Placed, Pixels>, doc: &mut Document) -> Layers {
    let mut out = Layers::new();
    for base in layers.into_iter().rev() {
        let id = doc.next_layer_id();
        if base.selected {
            doc.active = Some(id);
        }
        let mut layer = match base.content {
            BaseContent::Png { src, x, y } => {
                Layer::raster(id, base.name, pixels.get(&(src, x, y)).cloned().unwrap_or_default())
            }
            BaseContent::Group(children) => Layer::group(id, base.name, build(children, pixels, doc)),
        };
        layer.opacity = base.opacity;
        layer.visible = base.visible;
        layer.locked = base.locked;
        layer.blend = base.blend;
        layer.clipping = base.clipping;
        out.push(Arc::new(layer));
    }
    out
}
