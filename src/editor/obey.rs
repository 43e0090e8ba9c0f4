//! What is done with each command.

use super::files::FileRequest;
use super::preview;
use super::tool::{self, ToolCommand, Toolbox};
use super::whole::{SelectionChange, WholeChange};
use super::{Command, Editor, ViewCommand, work};

impl Editor {
    /// Does what is asked.
    pub fn apply(&mut self, command: Command) {
        if !matches!(command, Command::View(_)) {
            // Most commands change something that outlasts the program; what is the same is not written.
            self.settings_changed();
        }
        if self.applying() && self.waits(&command) {
            return self.defer(preview::Late::Command(command));
        }
        let watch = self.watchdog.begin();
        let name = name_of(&command);
        self.obey(command);
        self.keep_journals();
        self.watchdog.end(watch, || name);
    }

    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Act(action) => self.act(action),
            Command::Tool(command) => drop(self.with_tool(|toolbox, cx| toolbox.command(cx, command))),
            Command::Nudge { right, down } => self.nudge(right, down),
            Command::Layer(id, command) => self.layer_command(id, command),
            Command::View(command) => self.view_command(command),
            Command::JumpHistory(step) => self.jump(step),
            Command::ShowDocument(id) => self.show_document(id),
            Command::CloseDocument { id, force } => self.close_document(id, force),
            Command::SaveAndClose(id) => self.save_and_close(id),
            Command::SaveCancelled(id) => self.save_cancelled(id),
            Command::QuitNow => self.quit_now(),
            Command::SaveAllAndQuit => self.save_and_quit(),
            Command::NewDocument { name, width, height, ground } => {
                self.new_document(&name, width, height, ground)
            }
            Command::OpenFiles(paths) => self.open_files(paths, false),
            Command::Dropped(paths) => self.dropped(paths),
            Command::OpenAsLayers(paths) => self.open_files(paths, true),
            Command::SaveTo(id, path) => self.save_to(id, path),
            Command::Export(choice) => self.export(*choice),
            Command::ExportTo(id, path, choice) => self.export_to(id, path, *choice),
            Command::ImportPalette(path) => self.files.send(FileRequest::ReadPalette(path)),
            Command::ExportPalette(path) => {
                self.files.send(FileRequest::WritePalette(path, self.colors.palette.clone()));
            }
            Command::PastePicture { width, height, rgba } => self.paste_picture(width, height, rgba),
            Command::PenEraser(used) => self.pen_eraser = used,
            Command::SetPage(page) => {
                if page != self.doc().page && !page.is_empty() {
                    self.edit("Page size", |doc| drop(crate::document::edit::set_page(doc, page)));
                }
            }
            Command::CropTo(page) => self.operate(work::Operation::Whole(WholeChange::Crop(page))),
            Command::SetBrush(brush) => self.brushes.set(*brush),
            Command::PickBrush(name) => self.pick_brush(&name),
            Command::SaveBrush => self.save_brush(),
            Command::DeleteBrush(name) => self.delete_brush(&name),
            Command::SetColor { color, settled } => {
                self.colors.foreground = color;
                self.with_tool(Toolbox::refresh);
                if settled {
                    self.colors.remember(color);
                }
            }
            Command::SetBackground(color) => self.colors.background = color,
            Command::AddSwatch => self.add_swatch(),
            Command::RemoveSwatch(index) => {
                if index < self.colors.palette.colors.len() {
                    self.colors.palette.colors.remove(index);
                }
            }
            Command::SetOptions(options) => {
                self.options = options.sanitised();
                self.with_tool(Toolbox::refresh);
            }
            Command::SetSymmetry(symmetry) => self.options.symmetry = symmetry,
            Command::SetSettings(settings) => self.set_settings(*settings),
            Command::GrowSelection(by) if by >= 0 => {
                self.change_selection(SelectionChange::Grow(by.unsigned_abs()))
            }
            Command::GrowSelection(by) => self.change_selection(SelectionChange::Shrink(by.unsigned_abs())),
            Command::FeatherSelection(px) => self.change_selection(SelectionChange::Feather(px)),
            Command::BorderSelection(px) => self.change_selection(SelectionChange::Border(px)),
            Command::Preview(operation) => self.set_preview(operation),
            Command::ShowPreview(shown) => self.show_preview(shown),
            Command::ApplyPreview => self.apply_preview(),
            Command::CancelPreview => self.drop_preview(),
            Command::Operate(operation) => self.operate(operation),
            Command::Recover(number) => self.recover(number),
            Command::DiscardRecovered(number) => self.discard_found(number),
            Command::AddLayer(layer) => self.add_layer(*layer),
            Command::SetChange(mask) => {
                self.edit("Change mask", |doc| drop(crate::document::edit::set_change(doc, mask)));
            }
            Command::Generate(command) => self.generate_command(command),
            Command::Zoom(command) => self.zoom_command(command),
        }
    }

    pub(super) fn view_command(&mut self, command: ViewCommand) {
        let open = self.open_mut();
        let view = &mut open.viewport;
        match command {
            ViewCommand::Resize { width, height } => {
                view.size_px = (width, height);
                if !open.placed {
                    open.placed = true;
                    view.fit(open.doc.page);
                }
            }
            ViewCommand::Pan { dx, dy } => view.pan(dx, dy),
            ViewCommand::ZoomBy { factor, anchor } => {
                view.zoom_to(view.zoom * factor, anchor);
                self.cross_levels(factor < 1.0);
            }
            ViewCommand::ZoomTo(zoom) => {
                let middle = crate::geom::Point::new(view.size_px.0 / 2.0, view.size_px.1 / 2.0);
                let outward = zoom < view.zoom;
                view.zoom_to(zoom, middle);
                self.cross_levels(outward);
            }
            ViewCommand::RotateBy { turns, anchor } => view.rotate_by(turns, anchor),
            ViewCommand::CenterOn(point) => view.center = point,
        }
    }

    pub(super) fn take_tool(&mut self, kind: tool::ToolKind) {
        if self.toolbox.kind() != kind {
            self.with_tool(Toolbox::settle);
            self.with_tool(|toolbox, cx| toolbox.take(cx, kind));
        }
    }

    /// Moves what the tool moves by pixels in a direction of the screen: along the axis of the canvas that is nearest.
    pub(super) fn nudge(&mut self, right: i32, down: i32) {
        let map = self.viewport().canvas_from_screen();
        let zero = map.apply(crate::geom::Point::default());
        let to = map.apply(crate::geom::Point::new(f64::from(right), f64::from(down)));
        let d = to - zero;
        let by = right.abs().max(down.abs());
        let (dx, dy) = if d.x.abs() >= d.y.abs() {
            (if d.x < 0.0 { -by } else { by }, 0)
        } else {
            (0, if d.y < 0.0 { -by } else { by })
        };
        self.with_tool(|toolbox, cx| toolbox.command(cx, ToolCommand::Nudge { dx, dy }));
    }
}

/// A command in a word or two, without what it carries.
fn name_of(command: &Command) -> String {
    match command {
        Command::Act(action) => format!("{action:?}"),
        Command::Generate(command) => first_words(command),
        Command::View(command) => first_words(command),
        other => first_words(other),
    }
}

/// The name of a variant.
fn first_words(value: &impl std::fmt::Debug) -> String {
    struct Name(String);
    impl std::fmt::Write for Name {
        fn write_str(&mut self, s: &str) -> std::fmt::Result {
            // The rest may be whole pictures.
            let end = s.find(['(', ' ', '{']).unwrap_or(s.len());
            self.0.push_str(&s[..end]);
            if end < s.len() { Err(std::fmt::Error) } else { Ok(()) }
        }
    }
    let mut name = Name(String::new());
    let _ = std::fmt::write(&mut name, format_args!("{value:?}"));
    name.0
}
