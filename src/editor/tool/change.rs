//! The change brush: paints how much generation may change. Pressure is strength.

use super::{Cursor, Cx, Modifiers, Phase, PointerEvent, Scene, Tool};
use crate::color::Rgba;
use crate::document::Document;
use crate::geom::Point;
use crate::paint::brush::{Dynamic, Input, Output};
use crate::paint::{Brush, Curve, Mode, Setup, Stabiliser, Stroke, Target, Tip};

/// The tool.
#[derive(Default)]
pub(super) struct ChangeTool {
    stroke: Option<(Stroke, Document, bool)>,
    strokes: u64,
}

impl std::fmt::Debug for ChangeTool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeTool").field("painting", &self.stroke.is_some()).finish_non_exhaustive()
    }
}

/// Its brush: round and soft. With a pen, pressure is the strength that is painted, in full from nine tenths on; a
/// mouse paints full strength.
fn brush(size_px: f32, pen: bool) -> Brush {
    let strength = Dynamic {
        input: Input::Pressure,
        output: Output::Opacity,
        curve: Curve::new(vec![[0.0, 0.05], [0.9, 1.0], [1.0, 1.0]]),
    };
    Brush {
        name: "Change".into(),
        tip: Tip::Round { hardness: 0.5 },
        mode: Mode::Paint,
        size_px,
        stabiliser: Stabiliser::Basic,
        dynamics: if pen { vec![strength] } else { Vec::new() },
        ..Brush::default()
    }
}

impl Tool for ChangeTool {
    fn busy(&self) -> bool {
        self.stroke.is_some()
    }

    fn cursor(&self, scene: &Scene, _at: Point, _held: Modifiers) -> Cursor {
        Cursor::Ring { diameter_px: f64::from(scene.options.change_brush_px) }
    }

    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                let erase = cx.erase || event.modifiers.alt;
                let pen = event.samples.iter().any(|s| s.pressure.is_some());
                self.strokes += 1;
                let setup = Setup { erase, seed: self.strokes, ..Setup::new(Target::Change, Rgba::WHITE) };
                let base = cx.open.doc.clone();
                let mut stroke =
                    Stroke::begin(&base, &brush(cx.options.change_brush_px, pen).prepare(), setup);
                stroke.extend(&mut cx.open.doc, &event.samples);
                self.stroke = Some((stroke, base, erase));
            }
            Phase::Drag => {
                if let Some((stroke, _, _)) = &mut self.stroke {
                    stroke.extend(&mut cx.open.doc, &event.samples);
                }
            }
            Phase::Up => {
                let Some((mut stroke, _, erase)) = self.stroke.take() else { return };
                stroke.extend(&mut cx.open.doc, &event.samples);
                stroke.finish(&mut cx.open.doc);
                // Nothing painted is no mask.
                if cx.open.doc.change.as_ref().is_some_and(|m| m.content_bounds().is_empty()) {
                    cx.open.doc.change = None;
                }
                cx.commit(if erase { "Erase change mask" } else { "Paint change mask" });
            }
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some((_, base, _)) = self.stroke.take() else { return false };
        cx.open.doc = base;
        true
    }
}
