//! The panels at the right: they can be dragged, put in tabs and resized.

mod borders;
mod brushes;
mod colors;
mod generate;
mod history;
mod layers;
mod navigator;
mod rejected;
mod zoom;

pub use brushes::free_name;

use super::dragging::slot;
use super::focus::focus_next;
use super::icons;
use super::widgets::Frame;
use eframe::egui::{Color32, FontId, Galley, Response, Ui, WidgetText};
use egui_tiles::{
    Behavior, Container, EditAction, Linear, LinearDir, SimplificationOptions, Tile, TileId, Tiles, Tree,
    UiResponse,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Panel {
    /// Words and what becomes of them.
    Generate,
    /// Colour wheel, sliders, swatches.
    Colors,
    /// Presets.
    Brushes,
    /// Layers.
    Layers,
    /// Undo steps.
    History,
    /// The page from afar.
    Navigator,
    /// Levels, the way of the camera, the film.
    Zoom,
}

impl Panel {
    const ALL: [Panel; 7] = [
        Panel::Generate,
        Panel::Colors,
        Panel::Brushes,
        Panel::Layers,
        Panel::History,
        Panel::Navigator,
        Panel::Zoom,
    ];

    /// The panel in whose tabs it comes, where a layout of an older version misses it.
    const fn neighbour(self) -> Panel {
        match self {
            Panel::Generate | Panel::Colors | Panel::Navigator => Panel::Colors,
            Panel::Brushes => Panel::Brushes,
            Panel::Layers | Panel::History | Panel::Zoom => Panel::Layers,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Panel::Generate => "Generate",
            Panel::Colors => "Colour",
            Panel::Brushes => "Brushes",
            Panel::Layers => "Layers",
            Panel::History => "History",
            Panel::Navigator => "Navigator",
            Panel::Zoom => "Zoom",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Panel::Generate => icons::SPARKLE,
            Panel::Colors => icons::PALETTE,
            Panel::Brushes => icons::BRUSH,
            Panel::Layers => icons::LAYERS,
            Panel::History => icons::HISTORY,
            Panel::Navigator => icons::NAVIGATOR,
            Panel::Zoom => icons::ZOOM,
        }
    }
}

/// States of all panels that are not the editor's.
#[derive(Default)]
pub struct PanelState {
    layers: layers::LayersPanel,
    brushes: brushes::BrushesPanel,
    colors: colors::ColorsPanel,
    generate: generate::GeneratePanel,
    history: history::HistoryPanel,
    navigator: navigator::NavigatorPanel,
    zoom: zoom::ZoomPanel,
}

/// Where the panels are.
pub struct Dock {
    tree: Tree<Panel>,
    state: PanelState,
    /// Someone moved, resized or chose a panel.
    changed: bool,
    /// The layout is the program's own and fits itself to the window when it is first drawn.
    fresh: bool,
    /// The panel that gets the focus when it is drawn.
    focus: Option<Panel>,
}

impl Default for Dock {
    fn default() -> Self {
        Self { tree: default_tree(), state: PanelState::default(), changed: false, fresh: true, focus: None }
    }
}

fn default_tree() -> Tree<Panel> {
    let mut tiles = Tiles::default();
    let generate = tiles.insert_pane(Panel::Generate);
    let colors = tiles.insert_pane(Panel::Colors);
    let brushes = tiles.insert_pane(Panel::Brushes);
    let layers = tiles.insert_pane(Panel::Layers);
    let history = tiles.insert_pane(Panel::History);
    let navigator = tiles.insert_pane(Panel::Navigator);
    let zoom = tiles.insert_pane(Panel::Zoom);
    let top = tiles.insert_tab_tile(vec![colors, generate, navigator]);
    let middle = tiles.insert_tab_tile(vec![brushes]);
    let bottom = tiles.insert_tab_tile(vec![layers, history, zoom]);
    let mut column = Linear::new(LinearDir::Vertical, vec![top, middle, bottom]);
    column.shares.set_share(top, 1.3);
    column.shares.set_share(middle, 0.8);
    column.shares.set_share(bottom, 1.05);
    let root = tiles.insert_container(Container::Linear(column));
    Tree::new(eframe::egui::Id::unique("panels"), root, tiles)
}

/// Below this height in points three panels above each other show too little.
const LOW: f32 = 640.0;

/// The layout for low windows: two panels above each other.
fn low_tree() -> Tree<Panel> {
    let mut tiles = Tiles::default();
    let top = [Panel::Colors, Panel::Brushes, Panel::Generate, Panel::Navigator]
        .map(|panel| tiles.insert_pane(panel));
    let bottom = [Panel::Layers, Panel::History, Panel::Zoom].map(|panel| tiles.insert_pane(panel));
    let (top, bottom) = (tiles.insert_tab_tile(top.to_vec()), tiles.insert_tab_tile(bottom.to_vec()));
    let root = tiles.insert_vertical_tile(vec![top, bottom]);
    Tree::new(eframe::egui::Id::unique("panels"), root, tiles)
}

fn no_panel_twice(tree: &Tree<Panel>) -> bool {
    let count =
        |panel: Panel| tree.tiles.tiles().filter(|tile| matches!(tile, Tile::Pane(p) if *p == panel)).count();
    Panel::ALL.into_iter().all(|panel| count(panel) <= 1)
}

/// Adds a panel to the tabs of its neighbour, else to the outermost container.
fn put_in(tree: &mut Tree<Panel>, panel: Panel) {
    let pane = tree.tiles.insert_pane(panel);
    let beside = tree.tiles.find_pane(&panel.neighbour()).filter(|id| *id != pane);
    let tabs = beside.and_then(|id| tree.tiles.parent_of(id)).or_else(|| tree.root());
    match tabs.and_then(|id| tree.tiles.get_mut(id)) {
        Some(Tile::Container(container)) => container.add_child(pane),
        Some(Tile::Pane(_)) | None => *tree = default_tree(),
    }
}

impl Dock {
    /// As the settings have it; as it comes if they have nothing that can be read. Panels that it misses, because
    /// it is of an older version, are put in.
    pub fn restore(text: Option<&str>) -> Self {
        let tree: Option<Tree<Panel>> = text.and_then(|text| serde_json::from_str(text).ok());
        let tree = tree.filter(|tree| tree.root().is_some() && no_panel_twice(tree));
        let fresh = tree.is_none();
        let mut tree = tree.unwrap_or_else(default_tree);
        let missing: Vec<Panel> =
            Panel::ALL.into_iter().filter(|p| tree.tiles.find_pane(p).is_none()).collect();
        for panel in missing {
            put_in(&mut tree, panel);
        }
        Self { tree, state: PanelState::default(), changed: false, fresh, focus: None }
    }

    /// For the settings.
    pub fn to_text(&self) -> Option<String> {
        // By way of a value, whose entries are sorted: the same layout is the same text.
        serde_json::to_value(&self.tree).ok().map(|tree| tree.to_string())
    }

    /// As it comes.
    pub fn reset(&mut self) {
        self.tree = default_tree();
        (self.changed, self.fresh) = (true, true);
    }

    /// Whether the layout changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Brings a panel to the front and gives its first widget the focus.
    pub fn go_to(&mut self, panel: Panel) {
        self.changed |= self.tree.make_active(|_, tile| matches!(tile, Tile::Pane(p) if *p == panel));
        self.focus = Some(panel);
    }

    /// Begins to rename the active layer.
    pub fn rename_layer(&mut self, frame: &Frame) {
        self.state.layers.rename(frame);
    }

    /// Draws all panels.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        if self.fresh && ui.ctx().cumulative_pass_nr() > 2 {
            self.fresh = false;
            if ui.available_height() < LOW {
                self.tree = low_tree();
            }
        } else if self.fresh {
            // The scale of the interface holds from the second frame on.
            ui.ctx().request_repaint();
        }
        let mut front = None;
        let mut behavior = Drawing {
            state: &mut self.state,
            frame,
            changed: &mut self.changed,
            front: &mut front,
            focus: self.focus.take(),
        };
        self.tree.ui(&mut behavior, ui);
        self.changed |= borders::show(ui, &mut self.tree);
        if let Some(front) = front {
            self.changed |= self.tree.make_active(|id, _| id == front);
        }
    }
}

struct Drawing<'a, 'b> {
    state: &'a mut PanelState,
    frame: &'a mut Frame<'b>,
    changed: &'a mut bool,
    /// A tab that something was dragged over.
    front: &'a mut Option<TileId>,
    focus: Option<Panel>,
}

impl Behavior<Panel> for Drawing<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, panel: &mut Panel) -> UiResponse {
        if self.focus == Some(*panel) {
            focus_next(ui);
        }
        eframe::egui::Frame::new().inner_margin(6).show(ui, |ui| match panel {
            Panel::Generate => self.state.generate.show(ui, self.frame),
            Panel::Colors => self.state.colors.show(ui, self.frame),
            Panel::Brushes => self.state.brushes.show(ui, self.frame),
            Panel::Layers => self.state.layers.show(ui, self.frame),
            Panel::History => self.state.history.show(ui, self.frame),
            Panel::Navigator => self.state.navigator.show(ui, self.frame),
            Panel::Zoom => self.state.zoom.show(ui, self.frame),
        });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, panel: &Panel) -> WidgetText {
        format!("{} {}", panel.icon(), panel.title()).into()
    }

    /// What the style slot takes may be dragged to its panel when that is behind another.
    fn on_tab_button(&mut self, tiles: &mut Tiles<Panel>, tile: TileId, button: Response) -> Response {
        let takes = matches!(tiles.get(tile), Some(Tile::Pane(Panel::Generate)));
        if takes && slot::dragged_at(&button.ctx).is_some_and(|at| button.rect.contains(at)) {
            *self.front = Some(tile);
        }
        button
    }

    fn on_edit(&mut self, _edit: EditAction) {
        *self.changed = true;
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }
}

/// One line of text that ends in dots where it is too long.
pub(super) fn elided(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = eframe::egui::text::TextWrapping::truncate_at_width(width.max(8.0));
    ui.painter().layout_job(job)
}
