//! The command palette: type a few letters of what you want. It finds actions, brushes, layers and recent files.

use super::keys;
use super::widgets::Frame;
use crate::document::LayerId;
use crate::editor::{Action, Command, DocId, LayerCommand};
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{self, Align2, Context, Key, Role, TextEdit, TextStyle, Ui, WidgetInfo, vec2};
use std::path::PathBuf;

/// How many commands are remembered.
const REMEMBERED: usize = 8;
/// How many lines are shown at most.
const MOST: usize = 200;

/// Its state.
#[derive(Default)]
pub struct Palette {
    open: bool,
    fresh: bool,
    text: String,
    chosen: usize,
    /// What was run last, the newest first.
    recent: Vec<Item>,
}

/// Something that can be run.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Action(Action),
    Brush(String),
    Layer(LayerId),
    Document(DocId),
    File(PathBuf),
}

/// A line: what is run, its words, what stands beside them, and the letters that were looked for.
struct Line {
    item: Item,
    words: String,
    beside: String,
    enabled: bool,
    hits: Vec<usize>,
}

impl Palette {
    /// Opens or closes it.
    pub fn toggle(&mut self) {
        self.open = !self.open;
        self.fresh = self.open;
        self.text.clear();
        self.chosen = 0;
    }

    /// Draws it. Returns whether it was closed in this frame.
    pub fn show(&mut self, ctx: &Context, frame: &mut Frame) -> bool {
        if !self.open {
            return false;
        }
        let found = self.found(frame);
        let keys = ctx.input_mut(|i| {
            let mut key = |key| i.count_and_consume_key(egui::Modifiers::NONE, key);
            let (up, down) = (key(Key::ArrowUp), key(Key::ArrowDown));
            let (page_up, page_down) = (key(Key::PageUp), key(Key::PageDown));
            (up + page_up * 10, down + page_down * 10, key(Key::Enter) > 0, key(Key::Escape) > 0)
        });
        let (up, down, enter, escape) = keys;
        self.chosen = (self.chosen + down).saturating_sub(up).min(found.len().saturating_sub(1));
        let mut picked = enter.then(|| found.get(self.chosen)).flatten();
        let screen = ctx.content_rect();
        let size = vec2(460.0f32.min(screen.width() - 40.0), 360.0f32.min(screen.height() - 120.0));
        let window =
            egui::Window::new("Command palette").title_bar(false).resizable(false).collapsible(false);
        let shown = window.anchor(Align2::CENTER_TOP, vec2(0.0, 60.0)).fixed_size(size).show(ctx, |ui| {
            let field = TextEdit::singleline(&mut self.text).hint_text("What do you want to do?");
            let response = ui.add(field.desired_width(f32::INFINITY)).accessible_name("Search commands");
            if std::mem::take(&mut self.fresh) {
                response.request_focus();
            }
            if response.changed() {
                self.chosen = 0;
            }
            ui.separator();
            if found.is_empty() {
                ui.weak("Nothing is called that.");
            }
            egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                for (i, line) in found.iter().enumerate() {
                    let response = show_line(ui, line, i == self.chosen);
                    if i == self.chosen && up + down > 0 {
                        response.scroll_to_me(None);
                    }
                    if response.clicked() {
                        picked = Some(line);
                    }
                }
            });
        });
        let outside = shown.is_some_and(|s| s.response.clicked_elsewhere());
        if let Some(line) = picked {
            self.open = false;
            if line.enabled {
                self.run(&line.item, frame);
            }
        } else if escape || outside {
            self.open = false;
        }
        !self.open
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    fn run(&mut self, item: &Item, frame: &mut Frame) {
        self.recent.retain(|r| r != item);
        self.recent.insert(0, item.clone());
        self.recent.truncate(REMEMBERED);
        match item.clone() {
            Item::Action(action) => frame.act(action),
            Item::Brush(name) => frame.ask(Command::PickBrush(name)),
            Item::Layer(id) => frame.ask(Command::Layer(id, LayerCommand::Activate)),
            Item::Document(id) => frame.ask(Command::ShowDocument(id)),
            Item::File(path) => frame.ask(Command::OpenFiles(vec![path])),
        }
    }

    /// What fits the letters, the closest first; without letters what was run last, then all actions.
    fn found(&self, frame: &Frame) -> Vec<Line> {
        let wanted: Vec<char> = letters(&self.text).map(|(_, c)| c).collect();
        if wanted.is_empty() {
            let recent = self.recent.iter().filter_map(|item| line(frame, item.clone()));
            let others = Action::ALL.iter().map(|a| Item::Action(*a)).filter(|i| !self.recent.contains(i));
            return recent.chain(others.filter_map(|item| line(frame, item))).collect();
        }
        let mut found: Vec<(usize, Line)> = items(frame)
            .filter_map(|item| {
                let mut line = line(frame, item)?;
                let (score, hits) = fuzzy(&line.words, &wanted)?;
                line.hits = hits;
                let last = self.recent.contains(&line.item);
                Some((score * 2 + usize::from(!last), line))
            })
            .collect();
        found.sort_by_key(|(score, _)| *score);
        found.truncate(MOST);
        found.into_iter().map(|(_, line)| line).collect()
    }
}

fn items<'a>(frame: &'a Frame) -> impl Iterator<Item = Item> + 'a {
    let editor = frame.editor;
    let actions = Action::ALL.iter().map(|a| Item::Action(*a));
    let brushes = editor.brushes().presets().iter().map(|p| Item::Brush(p.brush.name.clone()));
    let mut layers = Vec::new();
    editor.doc().walk(|layer| layers.push(Item::Layer(layer.id)));
    let many = editor.documents().len() > 1;
    let documents = editor.documents().iter().filter(move |_| many).map(|d| Item::Document(d.id));
    let files = editor.settings().recent_files.iter().map(|p| Item::File(p.clone()));
    actions.chain(brushes).chain(layers).chain(documents).chain(files)
}

/// The line of an item, if the item is still there.
fn line(frame: &Frame, item: Item) -> Option<Line> {
    let editor = frame.editor;
    let (words, beside, enabled) = match &item {
        Item::Action(action) => {
            let keys = keys::shown(editor.settings(), *action);
            let menu = action.menu().label();
            let beside = if keys.is_empty() { menu.to_owned() } else { format!("{menu} · {keys}") };
            (action.label().to_owned(), beside, editor.enabled(*action))
        }
        Item::Brush(name) => {
            editor.brushes().presets().iter().find(|p| p.brush.name == *name)?;
            (format!("Brush: {name}"), String::new(), true)
        }
        Item::Layer(id) => (format!("Layer: {}", editor.doc().layer(*id)?.name), String::new(), true),
        Item::Document(id) => {
            let open = editor.documents().iter().find(|d| d.id == *id)?;
            (format!("Show: {}", open.title()), String::new(), true)
        }
        Item::File(path) => {
            let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            let folder = path.parent().map_or_else(String::new, |p| p.display().to_string());
            (format!("Open: {name}"), folder, true)
        }
    };
    Some(Line { item, words, beside, enabled, hits: Vec::new() })
}

fn show_line(ui: &mut Ui, line: &Line, chosen: bool) -> egui::Response {
    let font = TextStyle::Button.resolve(ui.style());
    let color = if line.enabled { ui.visuals().text_color() } else { ui.visuals().weak_text_color() };
    let plain = TextFormat { font_id: font.clone(), color, ..Default::default() };
    let strong = ui.visuals().strong_text_color();
    let hit = TextFormat { underline: egui::Stroke::new(1.0, strong), color: strong, ..plain.clone() };
    let mut job = LayoutJob::default();
    for (i, c) in line.words.chars().enumerate() {
        let format = if line.hits.contains(&i) { hit.clone() } else { plain.clone() };
        job.append(c.encode_utf8(&mut [0; 4]), 0.0, format);
    }
    let button = egui::Button::selectable(chosen, job)
        .shortcut_text(line.beside.as_str())
        .truncate()
        .min_size(vec2(ui.available_width(), 0.0));
    let response = ui.add_enabled(line.enabled, button);
    let name = match line.item {
        Item::Action(_) => format!("Run {}", line.words),
        _ => line.words.clone(),
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, line.enabled, chosen, &name));
    response
}

/// Letters in lower case, with their places.
fn letters(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    text.chars().enumerate().filter(|(_, c)| !c.is_whitespace()).map(move |(i, c)| (i, lower(c)))
}

/// How well the words fit the letters (less is better), and which places are hit: the letters in one piece, best
/// where a word begins; otherwise in their order with gaps.
fn fuzzy(words: &str, wanted: &[char]) -> Option<(usize, Vec<usize>)> {
    let all: Vec<(usize, char)> = letters(words).collect();
    let begins = |at: usize| at == 0 || all[at].0 > all[at - 1].0 + 1;
    let whole = (0..all.len().saturating_sub(wanted.len()) + 1)
        .filter(|at| all.len() >= at + wanted.len() && all[*at..].iter().zip(wanted).all(|(a, w)| a.1 == *w))
        .min_by_key(|at| (!begins(*at), *at));
    if let Some(at) = whole {
        let score = if begins(at) { at.min(10) } else { 20 + at.min(10) };
        return Some((score, all[at..at + wanted.len()].iter().map(|a| a.0).collect()));
    }
    let mut hits = Vec::new();
    let (mut score, mut from) = (40, 0);
    for (i, c) in wanted.iter().enumerate() {
        let rest = &all[from..];
        let skipped = rest.iter().position(|a| a.1 == *c)?;
        // Where the first letter stands counts less than gaps; a gap that ends at a word counts little.
        score += match (i, begins(from + skipped)) {
            (0, _) => skipped,
            (_, true) => skipped.min(3),
            (_, false) => skipped * 4,
        };
        hits.push(rest[skipped].0);
        from += skipped + 1;
    }
    Some((score, hits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(text: &str) -> &'static str {
        let wanted: Vec<char> = letters(text).map(|(_, c)| c).collect();
        let fits = Action::ALL.iter().filter_map(|a| Some((fuzzy(a.label(), &wanted)?.0, a.label())));
        fits.min_by_key(|(score, _)| *score).map_or("", |(_, label)| label)
    }

    #[test]
    fn letters_find_what_is_meant() {
        assert_eq!(best("undo"), "Undo");
        assert_eq!(best("gauss"), "Gaussian blur…");
        assert_eq!(best("imsi"), "Image size…");
        assert_eq!(best("fliplay"), "Flip layer horizontally");
        assert_eq!(best("zzzz"), "");
        assert_eq!(fuzzy("New layer", &['l', 'a']), Some((3, vec![4, 5])));
        assert_eq!(fuzzy("abc", &['a', 'b', 'c', 'd']), None);
    }
}
