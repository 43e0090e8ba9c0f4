//! Paints strokes; a stroke is one undo step.

use super::{Command, Cursor, Cx, Handle, Mark, Modifiers, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::document::{Document, LayerId};
use crate::geom::{Point, sin_cos_turns};
use crate::paint::stroke::CloneSource;
use crate::paint::{Mode, PenSample, Setup, Stroke, Symmetry, Target};

/// Brush and eraser.
#[derive(Default)]
pub(super) struct BrushTool {
    /// Whether it is the eraser that is in hand.
    pub(super) eraser: bool,
    stroke: Option<Painting>,
    /// Where the last stroke ended, on which layer.
    last: Option<(LayerId, PenSample)>,
    /// Where a clone brush takes its paint, and the offset once the first stroke has fixed it.
    source: Option<(Point, Option<(i32, i32)>)>,
    strokes: u64,
    /// The centre of the symmetry is being dragged.
    centering: bool,
}

struct Painting {
    stroke: Stroke,
    layer: LayerId,
    base: Document,
    erase: bool,
}

impl std::fmt::Debug for BrushTool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrushTool").field("painting", &self.stroke.is_some()).finish_non_exhaustive()
    }
}

impl BrushTool {
    /// Clone brushes use Alt to set their source.
    pub(super) fn wants_alt(&self, cx: &Cx) -> bool {
        cx.brushes.brush().mode == Mode::Clone
    }

    /// Ctrl drags the centre of the symmetry.
    fn center(&mut self, cx: &mut Cx, event: &PointerEvent) -> bool {
        let reach = cx.canvas_length(CENTER_PX);
        let center = center_of(&cx.options.symmetry);
        if event.phase == Phase::Down {
            self.centering =
                event.modifiers.ctrl && center.is_some_and(|center| center.distance(event.pos()) <= reach);
        }
        let centering = self.centering;
        if event.phase == Phase::Up {
            self.centering = false;
        }
        if centering {
            // On half pixels: a line of symmetry lies between two pixels or in the middle of one.
            let half = |v: f64| (v * 2.0).round() / 2.0;
            let at = Point::new(half(event.pos().x), half(event.pos().y));
            let moved = match cx.options.symmetry {
                Symmetry::Off => Symmetry::Off,
                Symmetry::Mirror { turns, .. } => Symmetry::Mirror { center: at, turns },
                Symmetry::Radial { count, mirrored, .. } => Symmetry::Radial { center: at, count, mirrored },
            };
            cx.ask(Command::SetSymmetry(moved));
        }
        centering
    }

    fn start(&mut self, cx: &mut Cx, event: &PointerEvent, erase: bool) {
        let clone = cx.brushes.brush().mode == Mode::Clone && !erase;
        if clone && event.modifiers.alt {
            self.source = Some((event.pos(), None));
            return;
        }
        let Some(layer) = cx.paintable() else { return };
        let target = if cx.open.edit_mask { Target::LayerMask(layer) } else { Target::Layer(layer) };
        self.strokes += 1;
        let mut setup = Setup {
            erase,
            symmetry: cx.options.symmetry,
            seed: self.strokes,
            string_px: cx.canvas_length(cx.options.string_px),
            ..Setup::new(target, cx.colors.foreground)
        };
        if clone {
            let Some((source, fixed)) = &mut self.source else {
                return cx.warn("Alt-click where the clone brush should take its paint.");
            };
            let d = *source - event.pos();
            let offset = *fixed.get_or_insert((d.x.round() as i32, d.y.round() as i32));
            setup.clone_from = Some(CloneSource { offset, pixels: None });
        }
        let base = cx.open.doc.clone();
        let mut stroke = Stroke::begin(&base, cx.brushes.prepared(), setup);
        if let (true, Some((on, from))) = (event.modifiers.shift, self.last)
            && on == layer
            && let Some(to) = event.samples.last()
        {
            stroke.extend(&mut cx.open.doc, &straight(from, *to));
        }
        stroke.extend(&mut cx.open.doc, &event.samples);
        if !erase {
            let color = cx.colors.foreground;
            cx.colors.remember(color);
        }
        self.stroke = Some(Painting { stroke, layer, base, erase });
    }

    fn end(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let Some(mut painting) = self.stroke.take() else { return };
        painting.stroke.extend(&mut cx.open.doc, &event.samples);
        painting.stroke.finish(&mut cx.open.doc);
        self.last = event.samples.last().map(|sample| (painting.layer, *sample));
        let name = cx.brushes.brush().name.clone();
        cx.commit(if painting.erase { format!("Erase ({name})") } else { name });
    }
}

impl Tool for BrushTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        if self.stroke.is_none() && event.phase != Phase::Hover && self.center(cx, event) {
            return;
        }
        match event.phase {
            Phase::Hover => {}
            Phase::Down => self.start(cx, event, self.eraser || cx.erase),
            Phase::Drag => {
                if let Some(painting) = &mut self.stroke {
                    painting.stroke.extend(&mut cx.open.doc, &event.samples);
                }
            }
            Phase::Up => self.end(cx, event),
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        self.centering = false;
        let Some(painting) = self.stroke.take() else { return false };
        cx.open.doc = painting.base;
        true
    }

    fn busy(&self) -> bool {
        self.stroke.is_some()
    }

    fn overlay(&self, scene: &Scene, overlay: &mut Overlay) {
        if let Some((at, _)) = self.source {
            overlay.handle(at, Handle::Cross);
        }
        // Long enough for any screen at any zoom.
        let far = 1e6;
        let mut guide = |center: Point, turns: f64| {
            let (s, c) = sin_cos_turns(turns);
            let d = Point::new(c, s) * far;
            overlay.marks.push(Mark::Guide { from: center - d, to: center + d });
        };
        match scene.options.symmetry {
            Symmetry::Off => {}
            Symmetry::Mirror { center, turns } => guide(center, turns),
            Symmetry::Radial { center, count, .. } => {
                (0..count).for_each(|i| guide(center, f64::from(i) / f64::from(2 * count)));
            }
        }
        if let Some(center) = center_of(&scene.options.symmetry) {
            overlay.handle(center, Handle::Cross);
        }
    }

    fn cursor(&self, scene: &Scene, at: Point, held: Modifiers) -> Cursor {
        let reach = scene.canvas_length(CENTER_PX);
        let on_center = center_of(&scene.options.symmetry).is_some_and(|center| center.distance(at) <= reach);
        if self.centering || (held.ctrl && on_center) { Cursor::Move } else { Cursor::Brush }
    }
}

/// Screen pixels around the centre of the symmetry in which it can be taken.
const CENTER_PX: f64 = 12.0;

fn center_of(symmetry: &Symmetry) -> Option<Point> {
    match symmetry {
        Symmetry::Off => None,
        Symmetry::Mirror { center, .. } | Symmetry::Radial { center, .. } => Some(*center),
    }
}

/// Samples on a straight line, close enough for any curve through them to be straight.
fn straight(from: PenSample, to: PenSample) -> Vec<PenSample> {
    const N: usize = 32;
    (0..N)
        .map(|i| {
            let t = i as f64 / N as f64;
            let pressure = match (from.pressure, to.pressure) {
                (Some(a), Some(b)) => Some(a + (b - a) * t as f32),
                // A line that is drawn at once has no speed that could stand in for pressure.
                (None, _) | (_, None) => Some(0.7),
            };
            PenSample { pos: from.pos.lerp(to.pos, t), pressure, tilt: to.tilt, time_secs: to.time_secs }
        })
        .collect()
}
