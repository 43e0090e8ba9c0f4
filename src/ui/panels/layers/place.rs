//! The rows of the list, and where a layer goes that is dropped between them.

use crate::document::edit::Place;
use crate::document::{Layer, LayerId};
use std::collections::HashSet;
use std::sync::Arc;

/// One row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its layer.
    pub layer: Arc<Layer>,
    /// In how many groups it lies.
    pub depth: usize,
    /// Where it lies.
    pub place: Place,
    /// A group whose layers are listed.
    pub open: bool,
}

impl Row {
    /// Whether it is a group.
    pub fn is_group(&self) -> bool {
        self.layer.pixels().is_none()
    }
}

/// The rows of `layers`, the topmost first; groups in `collapsed` do not list theirs.
pub fn rows(layers: &[Arc<Layer>], collapsed: &HashSet<LayerId>) -> Vec<Row> {
    fn list(
        layers: &[Arc<Layer>],
        parent: Option<LayerId>,
        depth: usize,
        collapsed: &HashSet<LayerId>,
        out: &mut Vec<Row>,
    ) {
        for (index, layer) in layers.iter().enumerate().rev() {
            let open = layer.pixels().is_none() && !collapsed.contains(&layer.id);
            out.push(Row { layer: layer.clone(), depth, place: Place { parent, index }, open });
            if open {
                list(layer.children(), Some(layer.id), depth + 1, collapsed, out);
            }
        }
    }
    let mut out = Vec::new();
    list(layers, None, 0, collapsed, &mut out);
    out
}

/// Where something is dropped, and how that is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drop {
    /// Where it goes.
    pub place: Place,
    /// What is drawn.
    pub mark: Mark,
}

/// How a drop is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// A line above row `row` (or below the last one), indented as `depth`.
    Line {
        /// Rows above the line.
        row: usize,
        /// Indentation.
        depth: usize,
    },
    /// A frame around that row: into the group.
    Into(usize),
}

/// Where a layer goes that is dropped at `y` rows from the top, `depth` indentations from the left.
pub fn drop_at(rows: &[Row], y: f32, depth: usize) -> Option<Drop> {
    let last = rows.len().checked_sub(1)?;
    let y = y.max(0.0);
    let at = (y as usize).min(last);
    let part = if y >= rows.len() as f32 { 1.0 } else { y - at as f32 };
    let row = &rows[at];
    if row.is_group() && (0.3..0.7).contains(&part) {
        let place = Place { parent: Some(row.layer.id), index: usize::MAX };
        return Some(Drop { place, mark: Mark::Into(at) });
    }
    if part < 0.5 {
        // Above this row is below the last row of what is listed over it, unless that lies deeper.
        let place = Place { index: row.place.index + 1, ..row.place };
        return Some(Drop { place, mark: Mark::Line { row: at, depth: row.depth } });
    }
    if row.open && !row.layer.children().is_empty() {
        let place = Place { parent: Some(row.layer.id), index: usize::MAX };
        return Some(Drop { place, mark: Mark::Line { row: at + 1, depth: row.depth + 1 } });
    }
    // Below the lowest layer of a group the distance from the left says of which group it is the end.
    let (mut place, mut level) = (row.place, row.depth);
    while place.index == 0 && depth < level {
        let Some(parent) = place.parent.and_then(|id| rows.iter().find(|r| r.layer.id == id)) else { break };
        (place, level) = (parent.place, parent.depth);
    }
    Some(Drop { place, mark: Mark::Line { row: at + 1, depth: level } })
}
