//! What lies between panels, for the keyboard and for those who hear the window: the library that lays panels out
//! (`egui_tiles`) lets borders be dragged only, and gives no names to them and to the bars that panels are moved by.

use super::Panel;
use eframe::egui::accesskit::Role;
use eframe::egui::{EventFilter, Id, Key, Rect, Ui, WidgetInfo, pos2, vec2};
use egui_tiles::{Container, LinearDir, Tile, TileId, Tiles, Tree};

/// How far an arrow key moves a border, in points.
const STEP: f32 = 16.0;
/// Less than this is left of no panel, in points.
const LEAST: f32 = 48.0;

/// What the bar beside tabs is called.
const BAR: &str = "Bar that moves these panels when it is dragged";

/// A border: the container that it is in, what lies on its two sides, and where it is.
struct Border {
    container: TileId,
    sides: [TileId; 2],
    dir: LinearDir,
    rect: Rect,
}

/// Names the borders, and moves the one that has the focus by the arrow keys. To be called after the tree was drawn; returns
/// whether the layout changed.
pub(super) fn show(ui: &Ui, tree: &mut Tree<Panel>) -> bool {
    name_bars(ui, tree);
    let mut changed = false;
    for border in borders(ui, &tree.tiles) {
        let close = |r: Rect| r.min.distance(border.rect.min) < 1.0 && r.max.distance(border.rect.max) < 1.0;
        let Some(&id) = widgets_where(ui, close).first() else { continue };
        let Some(response) = ui.ctx().read_response(id) else { continue };
        let name = names(&tree.tiles, border.sides);
        response.widget_info(|| WidgetInfo::labeled(Role::Splitter, ui.is_enabled(), &name));
        if !response.has_focus() {
            continue;
        }
        let vertical = border.dir == LinearDir::Vertical;
        let filter =
            EventFilter { vertical_arrows: vertical, horizontal_arrows: !vertical, ..Default::default() };
        ui.ctx().memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let [less, more] =
            if vertical { [Key::ArrowUp, Key::ArrowDown] } else { [Key::ArrowLeft, Key::ArrowRight] };
        let count = |key| ui.input(|input| input.num_presses(key)) as f32;
        let by = (count(more) - count(less)) * STEP;
        if by != 0.0 {
            changed |= shift(&mut tree.tiles, &border, by);
        }
    }
    changed
}

fn borders(ui: &Ui, tiles: &Tiles<Panel>) -> Vec<Border> {
    let thick = 2.0 * ui.style().interaction.resize_grab_radius_side;
    let mut out = Vec::new();
    for (&container, tile) in tiles.iter() {
        let Tile::Container(Container::Linear(linear)) = tile else { continue };
        let Some(whole) = tiles.rect(container) else { continue };
        let shown: Vec<(TileId, Rect)> =
            linear.children.iter().filter_map(|&id| Some((id, tiles.rect(id)?))).collect();
        for pair in shown.windows(2) {
            let [(first, a), (second, b)] = [pair[0], pair[1]];
            let rect = match linear.dir {
                LinearDir::Vertical => {
                    let middle = pos2(whole.center().x, (a.bottom() + b.top()) / 2.0);
                    Rect::from_center_size(middle, vec2(whole.width(), thick))
                }
                LinearDir::Horizontal => {
                    let middle = pos2((a.right() + b.left()) / 2.0, whole.center().y);
                    Rect::from_center_size(middle, vec2(thick, whole.height()))
                }
            };
            out.push(Border { container, sides: [first, second], dir: linear.dir, rect });
        }
    }
    out
}

/// Names the bars beside tabs, by which several panels are moved at once.
fn name_bars(ui: &Ui, tree: &Tree<Panel>) {
    for (&id, tile) in tree.tiles.iter() {
        let Tile::Container(Container::Tabs(_)) = tile else { continue };
        let Some(whole) = tree.tiles.rect(id) else { continue };
        // It begins where the tile does and is as wide, unless buttons to scroll by are beside it.
        let bar = |r: Rect| {
            (r.top() - whole.top()).abs() < 1.5 && r.height() < 32.0 && r.width() > whole.width() - 60.0
        };
        let bar = |r: Rect| bar(r) && whole.expand(1.5).contains_rect(r);
        // Both what scrolls the tabs and the bar behind them lie there.
        for response in widgets_where(ui, bar).into_iter().filter_map(|id| ui.ctx().read_response(id)) {
            response.widget_info(|| WidgetInfo::labeled(Role::Group, ui.is_enabled(), BAR));
        }
    }
}

/// The widgets that can be dragged and lie so.
fn widgets_where(ui: &Ui, fits: impl Fn(Rect) -> bool) -> Vec<Id> {
    ui.ctx().viewport(|viewport| {
        let widgets = viewport.this_pass.widgets.get_layer(ui.layer_id());
        widgets.filter(|w| w.sense.senses_drag() && fits(w.rect)).map(|w| w.id).collect()
    })
}

fn names(tiles: &Tiles<Panel>, [a, b]: [TileId; 2]) -> String {
    format!("Border between {} and {}", name(tiles, a), name(tiles, b))
}

/// The panel that is seen of a tile; the first of several.
fn name(tiles: &Tiles<Panel>, id: TileId) -> &'static str {
    match tiles.get(id) {
        Some(Tile::Pane(panel)) => panel.title(),
        Some(Tile::Container(Container::Tabs(tabs))) => tabs.active.map_or("panels", |id| name(tiles, id)),
        Some(Tile::Container(container)) => {
            container.children().next().map_or("panels", |&id| name(tiles, id))
        }
        None => "panels",
    }
}

/// Moves a border by so many points, as far as both sides allow.
fn shift(tiles: &mut Tiles<Panel>, border: &Border, by: f32) -> bool {
    let length = |id| {
        let size = tiles.rect(id).map_or(vec2(0.0, 0.0), |rect| rect.size());
        if border.dir == LinearDir::Vertical { size.y } else { size.x }
    };
    let [a, b] = border.sides;
    let (before, after) = (length(a), length(b));
    let by = by.clamp((LEAST - before).min(0.0), (after - LEAST).max(0.0));
    let Some(Tile::Container(Container::Linear(linear))) = tiles.get_mut(border.container) else {
        return false;
    };
    let shares = linear.shares[a] + linear.shares[b];
    if by == 0.0 || before + after <= 0.0 {
        return false;
    }
    let share = shares * (before + by) / (before + after);
    linear.shares.set_share(a, share);
    linear.shares.set_share(b, shares - share);
    true
}
