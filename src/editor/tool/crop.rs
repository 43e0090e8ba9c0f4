//! Sets the page: a frame with handles, applied with Enter.

use super::grip::{self, Grip, Pull};
use super::selecting::CLICK_PX;
use super::{Command, Cursor, Cx, Handle, Mark, Modifiers, Overlay, Phase, PointerEvent, Scene, Tool};
use crate::editor::generation::GenerateCommand;
use crate::editor::options::{CropAspect, ToolOptions};
use crate::geom::{Point, Rect};

/// The page and crop tool.
#[derive(Debug, Default)]
pub(super) struct CropTool {
    /// Where it differs from the page.
    frame: Option<Rect>,
    grab: Option<Grab>,
    /// The ratio that the frame was last fitted to.
    aspect: CropAspect,
}

#[derive(Clone, Copy, Debug)]
struct Grab {
    grip: Grip,
    start: Rect,
    at: Point,
    /// The frame at the press, for Escape.
    before: Option<Rect>,
}

/// The longest side of a page in pixels.
pub(super) const MAX_PAGE_PX: u32 = 16_384;
/// Screen pixels around a handle in which it can be taken.
pub(super) const REACH_PX: f64 = 9.0;
const STEP_PX: i32 = 8;

/// Width by height, if they are to keep one; `of` is the page.
fn ratio(aspect: CropAspect, of: Rect) -> Option<f64> {
    let upright = of.height() > of.width();
    let turned = |w: f64, h: f64| Some(if upright { h / w } else { w / h });
    match aspect {
        CropAspect::Free => None,
        CropAspect::Square => Some(1.0),
        CropAspect::ThreeTwo => turned(3.0, 2.0),
        CropAspect::FourThree => turned(4.0, 3.0),
        CropAspect::SixteenNine => turned(16.0, 9.0),
        CropAspect::Original => Some(f64::from(of.width()) / f64::from(of.height().max(1))),
    }
}

/// Whether `frame` does nothing to the page but make it larger.
fn grows(page: Rect, frame: Rect) -> bool {
    frame != page && frame.contains_rect(&page)
}

/// What `frame` has that `page` has not: above and below over the whole width, then left and right.
fn added(page: Rect, frame: Rect) -> impl Iterator<Item = Rect> {
    let (top, bottom) = (frame.y0.max(page.y0), frame.y1.min(page.y1));
    let parts = [
        Rect { y1: frame.y1.min(page.y0), ..frame },
        Rect { y0: frame.y0.max(page.y1), ..frame },
        Rect { x1: frame.x1.min(page.x0), y0: top, y1: bottom, ..frame },
        Rect { x0: frame.x0.max(page.x1), y0: top, y1: bottom, ..frame },
    ];
    parts.into_iter().filter(|part| part.x0 < part.x1 && part.y0 < part.y1)
}

/// What becomes of the page with a frame that is pulled or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// It only shrinks.
    Shrinks,
    /// It gets empty canvas.
    Empty,
    /// It gets new canvas that a model fills, as soon as the pointer lets go.
    Filled,
    /// The same with Enter.
    FilledLater,
}

impl CropTool {
    /// What becomes of the page; `None` where the frame is the page.
    pub(super) fn outlook(&self, scene: &Scene) -> Option<Outlook> {
        let (page, frame) = (scene.open.doc.page, self.frame?);
        Some(match self.grab.map(|grab| grab.grip) {
            _ if page.contains_rect(&frame) => Outlook::Shrinks,
            _ if !scene.fills || !grows(page, frame) => Outlook::Empty,
            Some(Grip::Corner(_) | Grip::Edge(_)) => Outlook::Filled,
            Some(Grip::Inside | Grip::Outside) | None => Outlook::FilledLater,
        })
    }

    /// A drag that begins at a handle of the page.
    pub(super) fn pulling(page: Rect, grip: Grip, at: Point) -> Self {
        Self { grab: Some(Grab { grip, start: page, at, before: None }), ..Self::default() }
    }

    /// The frame where it differs from the page.
    pub(super) fn frame(&self) -> Option<Rect> {
        self.frame
    }

    /// Sets the frame from numbers. Returns whether it differs from the page.
    pub(super) fn set_frame(&mut self, cx: &mut Cx, frame: Rect) -> bool {
        let (w, h) = (frame.width().clamp(1, MAX_PAGE_PX), frame.height().clamp(1, MAX_PAGE_PX));
        let frame = Rect::from_size(frame.x0, frame.y0, w, h);
        self.frame = (frame != cx.open.doc.page).then_some(frame);
        self.frame.is_some()
    }

    fn pull(options: &ToolOptions, page: Rect, start: Rect, held: Modifiers) -> Pull {
        let kept = f64::from(start.width()) / f64::from(start.height().max(1));
        Pull {
            aspect: ratio(options.crop_aspect, page).or(held.shift.then_some(kept)),
            centred: held.alt,
            step_px: if held.ctrl { STEP_PX } else { 1 },
            origin: (page.x0, page.y0),
            max_px: MAX_PAGE_PX,
        }
    }

    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let Some(grab) = self.grab else { return };
        let page = cx.open.doc.page;
        let by = event.pos() - grab.at;
        if by.length() <= cx.canvas_length(CLICK_PX) && self.frame == grab.before {
            return;
        }
        let mut how = Self::pull(cx.options, page, grab.start, event.modifiers);
        let frame = match grab.grip {
            Grip::Corner(_) | Grip::Edge(_) | Grip::Inside => grip::pulled(grab.start, grab.grip, by, &how),
            Grip::Outside => {
                // A new frame grows out of the pixel that was pressed.
                if ratio(cx.options.crop_aspect, page).is_none() && event.modifiers.shift {
                    how.aspect = Some(1.0);
                }
                let corner = match (by.x >= 0.0, by.y >= 0.0) {
                    (true, true) => 2,
                    (false, true) => 3,
                    (false, false) => 0,
                    (true, false) => 1,
                };
                let (x, y) = grip::whole(grab.at);
                grip::pulled(Rect::new(x, y, x + 1, y + 1), Grip::Corner(corner), by, &how)
            }
        };
        self.set_frame(cx, frame);
    }
}

impl Tool for CropTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                let start = self.frame.unwrap_or(cx.open.doc.page);
                let at = event.pos();
                let grip = grip::hit(&start.corners(), at, cx.canvas_length(REACH_PX));
                self.grab = Some(Grab { grip, start, at, before: self.frame });
            }
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                let by_handle = |grab: Grab| matches!(grab.grip, Grip::Corner(_) | Grip::Edge(_));
                let pulled = self.grab.take().is_some_and(by_handle);
                if pulled && cx.fills && self.frame.is_some_and(|frame| grows(cx.open.doc.page, frame)) {
                    self.confirm(cx);
                }
            }
        }
    }

    fn begin(&mut self, cx: &mut Cx) {
        self.aspect = cx.options.crop_aspect;
    }

    fn cancel(&mut self, _cx: &mut Cx) -> bool {
        match self.grab.take() {
            Some(grab) => {
                self.frame = grab.before;
                true
            }
            None => self.frame.take().is_some(),
        }
    }

    fn confirm(&mut self, cx: &mut Cx) -> bool {
        self.grab = None;
        let Some(frame) = self.frame.take() else { return false };
        if cx.fills && grows(cx.open.doc.page, frame) {
            cx.ask(Command::Generate(GenerateCommand::Extend(frame)));
            return true;
        }
        cx.ask(if cx.options.crop_deletes { Command::CropTo(frame) } else { Command::SetPage(frame) });
        true
    }

    fn nudge(&mut self, cx: &mut Cx, dx: i32, dy: i32) -> bool {
        let frame = self.frame.unwrap_or(cx.open.doc.page);
        self.set_frame(cx, frame.translate(dx, dy));
        true
    }

    fn refresh(&mut self, cx: &mut Cx) {
        if self.aspect == cx.options.crop_aspect {
            return;
        }
        self.aspect = cx.options.crop_aspect;
        let frame = self.frame.unwrap_or(cx.open.doc.page);
        let Some(aspect) = ratio(self.aspect, cx.open.doc.page) else { return };
        // The largest frame of that ratio within the one there is.
        let (w, h) = (f64::from(frame.width()), f64::from(frame.height()));
        let (w, h) = if w / h > aspect { (h * aspect, h) } else { (w, w / aspect) };
        let (w, h) = (w.round().max(1.0) as i32, h.round().max(1.0) as i32);
        let (x, y) = ((frame.x0 + frame.x1 - w).div_euclid(2), (frame.y0 + frame.y1 - h).div_euclid(2));
        self.set_frame(cx, Rect::new(x, y, x + w, y + h));
    }

    fn busy(&self) -> bool {
        self.grab.is_some()
    }

    fn overlay(&self, scene: &Scene, overlay: &mut Overlay) {
        let frame = self.frame.unwrap_or(scene.open.doc.page);
        let corners = frame.corners();
        let outlook = self.outlook(scene);
        if self.frame.is_some() {
            overlay.marks.push(Mark::Shade { around: corners });
            if matches!(outlook, Some(Outlook::Filled | Outlook::FilledLater)) {
                overlay.marks.extend(added(scene.open.doc.page, frame).map(|part| Mark::New { part }));
            }
            for t in [1.0 / 3.0, 2.0 / 3.0] {
                let across = |a: usize, b: usize, c: usize, d: usize| Mark::Guide {
                    from: corners[a].lerp(corners[b], t),
                    to: corners[c].lerp(corners[d], t),
                };
                overlay.marks.extend([across(0, 3, 1, 2), across(0, 1, 3, 2)]);
            }
        }
        overlay.line(corners.to_vec(), true);
        for at in corners.into_iter().chain(grip::middles(&corners)) {
            overlay.handle(at, Handle::Square);
        }
        if self.frame.is_some() {
            let then = match outlook {
                Some(Outlook::Filled) => " · let go to fill what is new",
                Some(Outlook::FilledLater) => " · Enter fills what is new",
                Some(Outlook::Empty) => " · new canvas stays empty",
                Some(Outlook::Shrinks) | None => "",
            };
            overlay.label(corners[2], format!("{} × {}{then}", frame.width(), frame.height()));
        }
    }

    fn cursor(&self, scene: &Scene, at: Point, _held: Modifiers) -> Cursor {
        let corners = self.frame.unwrap_or(scene.open.doc.page).corners();
        let grip = match self.grab {
            Some(grab) => grab.grip,
            None => grip::hit(&corners, at, scene.canvas_length(REACH_PX)),
        };
        match (grip::outward(&corners, grip), grip) {
            (Some(turns), _) => Cursor::Resize { turns },
            (None, Grip::Inside) => Cursor::Move,
            (None, _) => Cursor::Cross,
        }
    }
}
