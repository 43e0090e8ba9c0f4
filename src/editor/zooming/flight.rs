//! Flying through levels: the view crosses into the next level, and what surrounds a page is shown around it.

use super::{Around, News, ZoomCommand, same_level};
use crate::document::{Document, Layer, LayerId, LevelPoint, levels};
use crate::editor::{Editor, NoticeKind, Viewport};
use crate::geom::{Point, Rect};
use crate::zoom::growth;
use std::sync::Arc;

/// A page that takes less of the view than this makes room for the level around it.
const OUTWARD_BELOW: f64 = 0.55;
/// A page inside that takes more of the view than this takes over. More than [`OUTWARD_BELOW`], so that the view does not
/// go to and fro.
const INWARD_FROM: f64 = 0.62;
/// A last level that takes less of the view than this asks for the next one, with auto-extend.
const EXTEND_BELOW: f64 = 0.5;

/// How much of the view something takes that has these corners on the screen, by its longer share.
fn share(corners: [Point; 2], view: &Viewport) -> f64 {
    let (w, h) = view.size_px;
    let side = |v: f64, of: f64| v.abs() * view.zoom / of.max(1.0);
    side(corners[1].x - corners[0].x, w).max(side(corners[1].y - corners[0].y, h))
}

fn corners(page: Rect) -> [Point; 2] {
    let corners = page.corners();
    [corners[0], corners[2]]
}

/// The view of one level as a view of another: the same on the screen.
fn carried(view: &Viewport, doc: &Document, to: usize) -> Viewport {
    let center = LevelPoint::new(doc.level, view.center).carried(&doc.levels, to).at();
    let (low, high) = (doc.level.min(to), doc.level.max(to));
    let factor = crate::document::level::place_between(&doc.levels, low, high).factor;
    let zoom = if to > doc.level { view.zoom * factor } else { view.zoom / factor };
    Viewport { center, zoom, ..*view }
}

impl Editor {
    /// Shows another level; the view stays what it is on the screen, or fits its page.
    pub(in crate::editor) fn go_to_level(&mut self, level: usize, fit: bool) {
        if level >= self.doc().levels.len() {
            return;
        }
        if level != self.doc().level {
            if !self.may_edit() {
                return;
            }
            let open = self.open_mut();
            let view = carried(&open.viewport, &open.doc, level);
            open.viewport = view;
            levels::show(&mut open.doc, level);
            open.edit_mask = false;
            let id = open.id;
            self.generation.hide_other_levels(id, level);
            self.with_tool(crate::editor::tool::Toolbox::refresh);
        }
        if fit {
            let open = self.open_mut();
            let page = open.doc.page;
            open.viewport.fit(page);
        }
        self.update_shown();
    }

    /// After the view was zoomed: crosses into the next level where that shows more.
    pub(in crate::editor) fn cross_levels(&mut self, outward: bool) {
        if self.busy() || self.preview.is_some() || self.toolbox.holds_work().is_some() {
            return;
        }
        for _ in 0..8 {
            let (doc, view) = (self.doc(), *self.viewport());
            if view.size_px.0 < 1.0 {
                return;
            }
            let (level, last) = (doc.level, doc.levels.len() - 1);
            let own = share(corners(doc.page), &view);
            if outward && own < OUTWARD_BELOW && level < last {
                self.go_to_level(level + 1, false);
                continue;
            }
            if outward && own < EXTEND_BELOW && level == last && self.zooming.options.auto_extend {
                if !self.zooming.growing() && self.generation.available() {
                    self.zoom_command(ZoomCommand::Outward(vec![doc.words.clone()]));
                }
                return;
            }
            if !outward && level > 0 {
                let inner = levels::page_in(doc, level - 1, level);
                let margin = (inner[1] - inner[0]) * 0.15;
                let within = view.center.x > inner[0].x + margin.x
                    && view.center.x < inner[1].x - margin.x
                    && view.center.y > inner[0].y + margin.y
                    && view.center.y < inner[1].y - margin.y;
                if within && share(inner, &view) > INWARD_FROM {
                    self.go_to_level(level - 1, false);
                    continue;
                }
            }
            return;
        }
    }

    /// Gets ready what lies around the page, if the view sees beyond it.
    pub(in crate::editor) fn keep_around(&mut self) {
        let open = &self.documents[self.current];
        let (id, level) = (open.id, open.doc.level);
        let Some(outer) = open.doc.levels.get(level + 1) else {
            self.zooming.around = None;
            return;
        };
        let key = (level, outer.clone());
        let place = open.doc.place;
        let same = |of: &(usize, crate::document::Level)| of.0 == level && same_level(&of.1, outer);
        let ready = self.zooming.around.as_ref().is_some_and(|a| a.document == id && same(&a.key));
        let wanted = self.zooming.around_wanted.as_ref().is_some_and(|(d, of)| *d == id && same(of));
        if ready || wanted || open.doc.page.contains_rect(&open.viewport.seen()) {
            return;
        }
        // The same level's surroundings as they were are better than none.
        let stays = |a: &Around| a.document == id && a.key.0 == level && a.key.1.place == outer.place;
        self.zooming.around = self.zooming.around.take().filter(stays);
        self.zooming.around_wanted = Some((id, key.clone()));
        let doc = open.doc.clone();
        debug_assert_eq!(doc.place, place);
        self.zooming.aside("scumble-around", move || {
            let (pixels, rect) = growth::surroundings(&doc, level);
            let layer = Layer::raster(LayerId(u64::MAX - 1), "Surroundings", pixels);
            News::Around { document: id, key, layer: Some(Arc::new(layer)), rect }
        });
    }

    /// The picture with what lies around its page, if that is known.
    pub(in crate::editor) fn with_surroundings(&self, doc: &Document) -> Option<Document> {
        let open = self.open();
        let around = self.zooming.around.as_ref();
        let around = around.filter(|a| a.document == open.id && a.key.0 == doc.level)?;
        let layer = around.layer.clone()?;
        let mut doc = doc.clone();
        doc.layers_mut().insert(0, layer);
        // It is shown as part of the page: nothing on the screen tells where the level ends.
        doc.page = doc.page.union(&around.rect);
        Some(doc)
    }

    pub(in crate::editor) fn remove_level(&mut self, level: usize) {
        if self.doc().levels.len() < 2 {
            return self.tell(NoticeKind::Info, "The last level cannot be removed.");
        }
        let id = self.open().id;
        let inner = (level == self.doc().level && level > 0).then(|| level - 1);
        if let Some(inner) = inner {
            // What was seen through it is still there.
            self.go_to_level(inner, false);
        }
        self.edit("Remove level", |doc| drop(levels::remove(doc, level)));
        self.generation.forget_levels(id);
        self.update_shown();
    }
}
