//! The panels at the right: they can be dragged, put in tabs and resized.

mod brushes;
mod colors;
mod history;
mod layers;

use super::icons;
use super::widgets::Frame;
use eframe::egui::{Ui, WidgetText};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, SimplificationOptions, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

/// Which panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Panel {
    /// Colour wheel, sliders, swatches.
    Colors,
    /// Presets.
    Brushes,
    /// Layers.
    Layers,
    /// Undo steps.
    History,
}

impl Panel {
    const fn title(self) -> &'static str {
        match self {
            Panel::Colors => "Colour",
            Panel::Brushes => "Brushes",
            Panel::Layers => "Layers",
            Panel::History => "History",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Panel::Colors => icons::PALETTE,
            Panel::Brushes => icons::BRUSH,
            Panel::Layers => icons::LAYERS,
            Panel::History => icons::HISTORY,
        }
    }
}

/// States of all panels that are not the editor's.
#[derive(Default)]
pub struct PanelState {
    layers: layers::LayersPanel,
    brushes: brushes::BrushesPanel,
    colors: colors::ColorsPanel,
}

/// Where the panels are.
pub struct Dock {
    tree: Tree<Panel>,
    state: PanelState,
}

impl Default for Dock {
    fn default() -> Self {
        Self { tree: default_tree(), state: PanelState::default() }
    }
}

fn default_tree() -> Tree<Panel> {
    let mut tiles = Tiles::default();
    let colors = tiles.insert_pane(Panel::Colors);
    let brushes = tiles.insert_pane(Panel::Brushes);
    let layers = tiles.insert_pane(Panel::Layers);
    let history = tiles.insert_pane(Panel::History);
    let top = tiles.insert_tab_tile(vec![colors]);
    let middle = tiles.insert_tab_tile(vec![brushes]);
    let bottom = tiles.insert_tab_tile(vec![layers, history]);
    let mut column = Linear::new(LinearDir::Vertical, vec![top, middle, bottom]);
    column.shares.set_share(top, 1.1);
    column.shares.set_share(middle, 0.8);
    column.shares.set_share(bottom, 1.2);
    let root = tiles.insert_container(Container::Linear(column));
    Tree::new(eframe::egui::Id::unique("panels"), root, tiles)
}

impl Dock {
    /// As the settings have it; as it comes if they have nothing that can be read, or miss a panel.
    pub fn restore(text: Option<&str>) -> Self {
        let tree: Option<Tree<Panel>> = text.and_then(|text| serde_json::from_str(text).ok());
        let whole = tree.filter(|tree| {
            let panes: Vec<Panel> = tree
                .tiles
                .iter()
                .filter_map(|(_, tile)| match tile {
                    egui_tiles::Tile::Pane(panel) => Some(*panel),
                    egui_tiles::Tile::Container(_) => None,
                })
                .collect();
            [Panel::Colors, Panel::Brushes, Panel::Layers, Panel::History].iter().all(|p| panes.contains(p))
        });
        Self { tree: whole.unwrap_or_else(default_tree), state: PanelState::default() }
    }

    /// For the settings.
    pub fn to_text(&self) -> Option<String> {
        serde_json::to_string(&self.tree).ok()
    }

    /// As it comes.
    pub fn reset(&mut self) {
        self.tree = default_tree();
    }

    /// Begins to rename the active layer.
    pub fn rename_layer(&mut self, frame: &Frame) {
        self.state.layers.rename(frame);
    }

    /// Draws all panels.
    pub fn show(&mut self, ui: &mut Ui, frame: &mut Frame) {
        let mut behavior = Drawing { state: &mut self.state, frame };
        self.tree.ui(&mut behavior, ui);
    }
}

struct Drawing<'a, 'b> {
    state: &'a mut PanelState,
    frame: &'a mut Frame<'b>,
}

impl Behavior<Panel> for Drawing<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, panel: &mut Panel) -> UiResponse {
        eframe::egui::Frame::new().inner_margin(6).show(ui, |ui| match panel {
            Panel::Colors => self.state.colors.show(ui, self.frame),
            Panel::Brushes => self.state.brushes.show(ui, self.frame),
            Panel::Layers => self.state.layers.show(ui, self.frame),
            Panel::History => history::show(ui, self.frame),
        });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, panel: &Panel) -> WidgetText {
        format!("{} {}", panel.icon(), panel.title()).into()
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }
}
