//! The speed of painting, measured: what `scumble bench canvas` reports.

use super::brush::Brush;
use super::fill::{FillSettings, bucket};
use super::filter::{self, Filter};
use super::stroke::{PenSample, Setup, Stroke, Target};
use super::{Dab, Tip, preset, restroke};
use crate::color::Rgba;
use crate::document::composite::composite_rgba8;
use crate::document::edit::{self, Place};
use crate::document::rgba8::Alpha;
use crate::document::tile::{TILE_AREA, tiles_in};
use crate::document::{Document, History, Layer, Pixels, TilePos};
use crate::geom::{Point, Rect};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::Instant;

/// One measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What was measured.
    pub name: String,
    /// Median in milliseconds.
    pub median_ms: f64,
    /// The goal in milliseconds, where there is one.
    pub goal_ms: Option<f64>,
    /// How many times it was measured.
    pub runs: usize,
}

/// All measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    /// One after another.
    pub entries: Vec<Entry>,
    /// Threads that were used where work is shared out.
    pub threads: usize,
    /// Bytes of pixels of the large document.
    pub document_bytes: usize,
}

impl BenchReport {
    /// Measures `work` after one run that does not count.
    fn measure(&mut self, name: &str, goal_ms: Option<f64>, runs: usize, mut work: impl FnMut() -> f64) {
        work();
        let mut times: Vec<f64> = (0..runs).map(|_| work()).collect();
        times.sort_by(f64::total_cmp);
        self.entries.push(Entry { name: name.to_owned(), median_ms: times[runs / 2], goal_ms, runs });
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64() * 1e3
}

/// A document of `layers` dense, half-transparent layers of `size` by `size` pixels.
pub fn dense_document(size: i32, layers: u16) -> Document {
    let mut doc = Document::new(Rect::new(0, 0, size, size));
    let positions: Vec<TilePos> = tiles_in(doc.page).collect();
    for l in 0..layers {
        let mut pixels = Pixels::default();
        pixels.edit_tiles(&positions, |pos, tile| {
            for i in 0..TILE_AREA {
                let a = (i as u16).wrapping_mul(7 + l).wrapping_add(pos.x as u16 * 100);
                tile.put(i, [a / 2, a / 3, a / 4, a]);
            }
        });
        let layer = Layer::raster(doc.next_layer_id(), format!("layer {l}"), pixels);
        edit::add(&mut doc, layer, Place { parent: None, index: usize::MAX });
    }
    doc
}

/// A path of `n` samples that winds over a square of `size` pixels.
pub fn winding(size: f64, n: usize) -> Vec<PenSample> {
    (0..n)
        .map(|i| {
            let t = i as f64 / n as f64;
            let (s, c) = crate::geom::sin_cos_turns(t * 3.0);
            let pos = Point::new(size * (0.5 + 0.4 * t * c), size * (0.5 + 0.4 * t * s));
            PenSample { pos, pressure: Some(0.3 + 0.6 * t as f32), tilt: [0.0; 2], time_secs: t * 2.0 }
        })
        .collect()
}

fn soft(size_px: f32) -> std::sync::Arc<super::Prepared> {
    let tip = Tip::Round { hardness: 0.0 };
    Brush { tip, size_px, flow: 0.3, stabiliser: super::Stabiliser::Off, ..Brush::default() }.prepare()
}

/// One dab at a time onto a layer, each brought up to the layer before the next: what a lone pen event costs.
fn dabs(report: &mut BenchReport, size_px: f32, goal_ms: f64) {
    let mut doc = dense_document(1024, 1);
    let id = doc.layers()[0].id;
    let brush = soft(size_px);
    let mut stroke = Stroke::begin(&doc, &brush, Setup::new(Target::Layer(id), Rgba::rgb(0.2, 0.4, 0.8)));
    let mut i = 0u32;
    report.measure(&format!("soft dab {size_px} px, laid on the layer"), Some(goal_ms), 400, || {
        i += 1;
        let at = f64::from(i * 37 % 100) * 0.91 + 460.0;
        let dab = Dab {
            center: Point::new(at, 940.0 - at),
            radius_px: size_px / 2.0,
            hardness: 0.0,
            roundness: 1.0,
            turns: 0.0,
            flipped: false,
            flow: 0.3,
            opacity: 1.0,
            color: [0.2, 0.4, 0.8],
            along_px: 0.0,
        };
        timed(|| stroke.lay(&mut doc, &[dab]))
    });
}

/// Lays round dabs at `points` on an empty layer of 2048x2048 pixels, `per_frame` at a time, as a pen's events come, and
/// says how many seconds each of `repeats` times over took, all painted on the same layer. What the peers in
/// `tests/peers` are measured against.
pub fn lay_round_dabs(
    points: &[Point],
    radius_px: f32,
    hardness: f32,
    flow: f32,
    per_frame: usize,
    repeats: usize,
) -> Vec<f64> {
    let tip = Tip::Round { hardness };
    let brush =
        Brush { tip, size_px: radius_px * 2.0, flow, stabiliser: super::Stabiliser::Off, ..Brush::default() };
    let brush = brush.prepare();
    let color = [0.2, 0.4, 0.8];
    let dab = |&center: &Point| Dab {
        center,
        radius_px,
        hardness,
        roundness: 1.0,
        turns: 0.0,
        flipped: false,
        flow,
        opacity: 1.0,
        color,
        along_px: 0.0,
    };
    let dabs: Vec<Dab> = points.iter().map(dab).collect();
    let mut doc = Document::with_layer(Rect::new(0, 0, 2048, 2048), "layer");
    let Some(id) = doc.active else { return Vec::new() };
    let setup = Setup::new(Target::Layer(id), Rgba::rgb(color[0], color[1], color[2]));
    let mut once = || {
        timed(|| {
            let mut stroke = Stroke::begin(&doc, &brush, setup.clone());
            for frame in dabs.chunks(per_frame.max(1)) {
                stroke.lay(&mut doc, frame);
            }
            stroke.finish(&mut doc)
        }) / 1e3
    };
    (0..repeats).map(|_| once()).collect()
}

fn strokes(report: &mut BenchReport) {
    let doc = dense_document(1024, 1);
    let id = doc.layers()[0].id;
    let samples = winding(1024.0, 400);
    let mut draw = |name: &str, brush: Brush| {
        let brush = brush.prepare();
        report.measure(name, None, 7, || {
            let mut doc = doc.clone();
            timed(|| {
                let mut stroke =
                    Stroke::begin(&doc, &brush, Setup::new(Target::Layer(id), Rgba::rgb(0.8, 0.1, 0.3)));
                // Four samples a frame, as a 240 Hz pen gives at 60 frames a second.
                for frame in samples.chunks(4) {
                    stroke.extend(&mut doc, frame);
                }
                stroke.finish(&mut doc)
            })
        });
    };
    for name in ["Round", "Pencil", "Bristle", "Oil", "Watercolour", "Smudge"] {
        if let Some(brush) = preset::built_in().into_iter().find(|b| b.name == name) {
            draw(&format!("stroke of 400 samples, {name}, {} px", brush.size_px), brush);
        }
    }
}

fn composites(report: &mut BenchReport, size: i32) {
    let doc = dense_document(size, 10);
    report.document_bytes = doc.bytes_not_in(&Document::new(doc.page));
    let all: Vec<TilePos> = tiles_in(doc.page).collect();
    let some: Vec<TilePos> = tiles_in(Rect::new(0, 0, 512, 512)).collect();
    report.measure("composite of 512x512, 10 layers", Some(6.0), 31, || {
        timed(|| composite_rgba8(&doc, &some, Alpha::Premultiplied))
    });
    report.measure(&format!("first composite of {size}x{size}, 10 layers"), Some(400.0), 3, || {
        timed(|| composite_rgba8(&doc, &all, Alpha::Premultiplied))
    });
    report.measure(&format!("clone of {size}x{size}, 10 layers"), Some(0.05), 101, || timed(|| doc.clone()));
    undo(report, doc, size);
}

fn undo(report: &mut BenchReport, mut doc: Document, size: i32) {
    let id = doc.layers()[5].id;
    let mut history = History::new("new", &doc, 1 << 30);
    let mut stroke = Stroke::begin(&doc, &soft(80.0), Setup::new(Target::Layer(id), Rgba::BLACK));
    stroke.extend(&mut doc, &winding(f64::from(size), 300));
    stroke.finish(&mut doc);
    history.commit("stroke", &doc);
    report.measure(&format!("undo of a stroke over {size}x{size}"), Some(2.0), 31, || {
        let time = timed(|| history.undo(&mut doc));
        history.redo(&mut doc);
        time
    });
}

/// A picture with edges, ramps and texture.
pub fn test_picture(size: i32) -> Vec<u8> {
    let n = size as usize;
    let mut out = Vec::with_capacity(n * n * 4);
    for y in 0..n {
        for x in 0..n {
            let (u, v) = (x as f64 / n as f64, y as f64 / n as f64);
            let d = Point::new(u, v).distance(Point::new(0.6, 0.4));
            let wave = crate::geom::sin_cos_turns(u * 5.0 + v * 3.0 + d * 4.0).0;
            let c = if d < 0.25 {
                [230.0, 160.0 - 300.0 * d, 60.0]
            } else {
                [60.0 + 100.0 * v, 120.0, 200.0 - 120.0 * v]
            };
            out.extend(c.map(|c| (c + 25.0 * wave).clamp(0.0, 255.0) as u8));
            out.push(255);
        }
    }
    out
}

fn pictures(report: &mut BenchReport) {
    let rect = Rect::new(0, 0, 1024, 1024);
    let rgba = test_picture(1024);
    let settings = restroke::Settings::default();
    report.measure("restroke of 1024x1024", Some(2000.0), 3, || {
        timed(|| restroke::repaint(rect, &rgba, 1.0, &settings))
    });
    let mut doc = Document::new(Rect::new(0, 0, 2048, 2048));
    let layer =
        Layer::raster(doc.next_layer_id(), "picture", Pixels::from_rgba8(rect, &rgba).unwrap_or_default());
    let id = layer.id;
    edit::add(&mut doc, layer, Place { parent: None, index: 0 });
    report.measure("blur of 1024x1024 by 10 px", None, 5, || {
        let mut doc = doc.clone();
        timed(|| filter::apply(&mut doc, id, &Filter::Blur { sigma_px: 10.0 }))
    });
    let turn = crate::geom::Projective::rotation(0.1, Point::new(512.0, 512.0));
    report.measure("rotation of 1024x1024, bicubic", None, 3, || {
        let mut doc = doc.clone();
        timed(|| super::transform::transform(&mut doc, id, &turn, super::transform::Resample::Bicubic))
    });
    report.measure("bucket over 2048x2048", None, 5, || {
        let mut doc = doc.clone();
        timed(|| bucket(&mut doc, id, (1500, 1500), &FillSettings::default(), Rgba::WHITE))
    });
}

/// Measures everything; the large document takes about 1.4 GB. `large` = 4096 for the goals, less for a quick look.
pub fn bench(large: i32) -> BenchReport {
    let mut report =
        BenchReport { entries: Vec::new(), threads: rayon::current_num_threads(), document_bytes: 0 };
    dabs(&mut report, 50.0, 0.03);
    dabs(&mut report, 500.0, 1.5);
    strokes(&mut report);
    composites(&mut report, large.clamp(512, 8192));
    pictures(&mut report);
    report
}
