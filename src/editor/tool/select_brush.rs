//! Paints the selection.

use super::{Cursor, Cx, Modifiers, Phase, PointerEvent, Scene, Tool};
use crate::color::Rgba;
use crate::document::{Combine, Mask, selection};
use crate::editor::options::SelectOptions;
use crate::geom::Point;
use crate::paint::brush::{Prepared, Tip};
use crate::paint::{Brush, Setup, Stroke, Target};
use std::sync::Arc;

/// The selection brush.
#[derive(Default)]
pub(super) struct SelectBrushTool {
    stroke: Option<Painting>,
    brush: Option<((f32, f32), Arc<Prepared>)>,
}

struct Painting {
    stroke: Stroke,
    base: Option<Mask>,
}

impl SelectBrushTool {
    /// The brush that the options describe; it is kept between strokes.
    fn prepared(&mut self, options: &SelectOptions) -> Arc<Prepared> {
        let key = (options.brush_px, options.brush_hardness);
        match &self.brush {
            Some((of, brush)) if *of == key => brush.clone(),
            Some(_) | None => {
                let brush = Brush {
                    name: "Selection brush".into(),
                    tip: Tip::Round { hardness: options.brush_hardness },
                    size_px: options.brush_px,
                    flow: 1.0,
                    opacity: 1.0,
                    ..Brush::default()
                };
                let brush = brush.sanitised().prepare();
                self.brush = Some((key, brush.clone()));
                brush
            }
        }
    }

    fn begin_stroke(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let erase = event.modifiers.alt || cx.options.select.combine == Combine::Subtract;
        let base = cx.open.doc.selection.clone();
        if erase && base.is_none() {
            // No selection means everything; what is taken away is taken from the page.
            cx.open.doc.selection = Some(selection::rect(cx.open.doc.page));
        }
        let setup =
            Setup { erase, symmetry: cx.options.symmetry, ..Setup::new(Target::Selection, Rgba::WHITE) };
        let mut stroke = Stroke::begin(&cx.open.doc, &self.prepared(&cx.options.select), setup);
        stroke.extend(&mut cx.open.doc, &even(event));
        self.stroke = Some(Painting { stroke, base });
    }
}

/// The selection knows no pressure: a mouse and a pen paint the same.
fn even(event: &PointerEvent) -> Vec<crate::paint::PenSample> {
    event.samples.iter().map(|sample| crate::paint::PenSample { pressure: Some(1.0), ..*sample }).collect()
}

impl Tool for SelectBrushTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => self.begin_stroke(cx, event),
            Phase::Drag => {
                if let Some(painting) = &mut self.stroke {
                    painting.stroke.extend(&mut cx.open.doc, &even(event));
                }
            }
            Phase::Up => {
                let Some(mut painting) = self.stroke.take() else { return };
                painting.stroke.extend(&mut cx.open.doc, &even(event));
                painting.stroke.finish(&mut cx.open.doc);
                let painted = std::mem::replace(&mut cx.open.doc.selection, painting.base);
                cx.select("Selection brush", painted);
            }
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(painting) = self.stroke.take() else { return false };
        cx.open.doc.selection = painting.base;
        true
    }

    fn busy(&self) -> bool {
        self.stroke.is_some()
    }

    fn cursor(&self, scene: &Scene, _at: Point, _held: Modifiers) -> Cursor {
        Cursor::Ring { diameter_px: f64::from(scene.options.select.brush_px) }
    }
}
