//! What the window asks of the editor, and what the editor asks of the window.

use super::action::Action;
use super::files::ExportChoice;
use super::generation::CandidateId;
use super::opened::DocId;
use super::options::ToolOptions;
use super::settings::Settings;
use super::tool::ToolCommand;
use super::work::Operation;
use crate::color::Rgba;
use crate::document::edit::Place;
use crate::document::{BlendMode, Layer, LayerId};
use crate::generate::Request;
use crate::geom::{Point, Rect};
use crate::paint::{Brush, Symmetry};
use std::path::PathBuf;

/// A change of one layer. Every one is an undo step; values that are dragged become one step.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerCommand {
    /// Makes it the one that is painted on.
    Activate,
    /// Makes it the one that is painted on, or its mask.
    EditMask(bool),
    /// Another name.
    Rename(String),
    /// 0..=1.
    Opacity(f32),
    /// Shown or hidden.
    Visible(bool),
    /// Shown alone: all its siblings hidden, or all shown again.
    Solo,
    /// Not to be edited.
    Locked(bool),
    /// Alpha is kept.
    AlphaLocked(bool),
    /// Clipped to the layer below.
    Clipping(bool),
    /// Words that generation takes where it has paint; none if empty.
    Words(String),
    /// How it is blended.
    Blend(BlendMode),
    /// Whether its mask hides anything.
    MaskEnabled(bool),
    /// Somewhere else in the list.
    MoveTo(Place),
    /// A copy above it.
    Duplicate,
    /// Away.
    Remove,
}

/// How the view changes; positions in physical pixels of the view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ViewCommand {
    /// The view has this size.
    Resize {
        /// Width.
        width: f64,
        /// Height.
        height: f64,
    },
    /// Moves the canvas.
    Pan {
        /// To the right.
        dx: f64,
        /// Down.
        dy: f64,
    },
    /// Multiplies the zoom about a point.
    ZoomBy {
        /// By this.
        factor: f64,
        /// About this.
        anchor: Point,
    },
    /// Sets the zoom about the middle.
    ZoomTo(f64),
    /// Rotates about a point, clockwise.
    RotateBy {
        /// By this.
        turns: f64,
        /// About this.
        anchor: Point,
    },
    /// Brings a canvas point to the middle.
    CenterOn(Point),
}

/// All that the window may ask for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Something from the table.
    Act(Action),
    /// Something for the tool in hand.
    Tool(ToolCommand),
    /// An arrow key: moves what the tool in hand moves by so many pixels, in the direction of the screen.
    Nudge {
        /// To the right.
        right: i32,
        /// Down.
        down: i32,
    },
    /// A change of one layer.
    Layer(LayerId, LayerCommand),
    /// A change of the view.
    View(ViewCommand),
    /// Goes to that step of the history.
    JumpHistory(usize),
    /// Shows that document.
    ShowDocument(DocId),
    /// Closes that document; what is not saved is lost unless `force` is false, which asks.
    CloseDocument {
        /// Which.
        id: DocId,
        /// Without asking.
        force: bool,
    },
    /// Saves that document and closes it when it is saved.
    SaveAndClose(DocId),
    /// The question where to save that document was cancelled.
    SaveCancelled(DocId),
    /// Leaves the program without asking.
    QuitNow,
    /// Saves all documents and leaves the program when they are saved.
    SaveAllAndQuit,
    /// A new picture.
    NewDocument {
        /// Name of the document.
        name: String,
        /// Width of the page in pixels.
        width: u32,
        /// Height of the page in pixels.
        height: u32,
        /// Colour of its ground; alpha 0 = none.
        ground: Rgba,
    },
    /// Opens files, each as a document.
    OpenFiles(Vec<PathBuf>),
    /// Opens files that were dropped on the window; a single picture that says how it was made is asked about first.
    Dropped(Vec<PathBuf>),
    /// Opens files as layers of the document that is shown.
    OpenAsLayers(Vec<PathBuf>),
    /// Saves the document there; the extension says as what.
    SaveTo(DocId, PathBuf),
    /// Asks where to write a copy of the document that is shown.
    Export(Box<ExportChoice>),
    /// Writes a copy of a document.
    ExportTo(DocId, PathBuf, Box<ExportChoice>),
    /// Reads a palette.
    ImportPalette(PathBuf),
    /// Writes the palette.
    ExportPalette(PathBuf),
    /// Puts a picture in as a layer: 8-bit RGBA, straight alpha, rows from the top.
    PastePicture {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
        /// Pixels.
        rgba: Vec<u8>,
    },
    /// The eraser end of the pen is used, or no more.
    PenEraser(bool),
    /// Sets the page, keeping all paint.
    SetPage(Rect),
    /// Sets the page and cuts what lies outside.
    CropTo(Rect),
    /// Another brush (that of the palette of brushes stays as it is).
    SetBrush(Box<Brush>),
    /// Takes a preset by its name.
    PickBrush(String),
    /// Keeps the brush as a preset under its name.
    SaveBrush,
    /// Removes the user's preset of that name; a brush that comes with the program returns to its own form.
    DeleteBrush(String),
    /// Sets the foreground colour, and remembers it if `settled` (the pointer was let go).
    SetColor {
        /// The colour.
        color: Rgba,
        /// Whether it goes among the recent ones.
        settled: bool,
    },
    /// Sets the background colour.
    SetBackground(Rgba),
    /// Adds the foreground colour to the palette.
    AddSwatch,
    /// Removes a colour of the palette.
    RemoveSwatch(usize),
    /// Other options of tools.
    SetOptions(Box<ToolOptions>),
    /// Other copies of strokes.
    SetSymmetry(Symmetry),
    /// Other settings.
    SetSettings(Box<Settings>),
    /// Grows the selection by pixels (shrinks it when negative).
    GrowSelection(i32),
    /// Softens the selection.
    FeatherSelection(f32),
    /// Leaves a band of the selection.
    BorderSelection(u32),
    /// Begins, or changes, an operation that is previewed until it is applied.
    Preview(Operation),
    /// Shows the previewed operation's effect on the canvas, or the picture without it, to compare.
    ShowPreview(bool),
    /// Applies the previewed operation.
    ApplyPreview,
    /// Drops the previewed operation.
    CancelPreview,
    /// Does an operation at once.
    Operate(Operation),
    /// Opens the found document of that number.
    Recover(usize),
    /// Throws the found document of that number away.
    DiscardRecovered(usize),
    /// Adds a finished layer on top of the active one.
    AddLayer(Box<Layer>),
    /// Sets the change mask.
    SetChange(Option<crate::document::Mask>),
    /// Something about generation.
    Generate(super::generation::GenerateCommand),
    /// Something about infinite zoom.
    Zoom(super::zooming::ZoomCommand),
}

/// What the person should be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub kind: NoticeKind,
    /// What happened, and the way out.
    pub text: String,
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Done.
    Info,
    /// Could not be done as asked.
    Warning,
    /// Something went wrong.
    Error,
}

/// What only the window can do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// An action that concerns the window itself.
    Window(Action),
    /// Asks for files to open; as layers, if so.
    AskOpen {
        /// Into the document that is shown.
        as_layers: bool,
    },
    /// Asks where to save the document.
    AskSave {
        /// Which.
        id: DocId,
        /// A file name to begin with.
        suggestion: PathBuf,
    },
    /// Asks where to write a copy of the document.
    AskExport {
        /// Which.
        id: DocId,
        /// A file name to begin with.
        suggestion: PathBuf,
        /// How it will be written.
        choice: Box<ExportChoice>,
    },
    /// Asks for a style picture.
    AskStyle,
    /// Asks where to write a picture that was made.
    AskSavePicture {
        /// Which.
        id: CandidateId,
        /// A file name to begin with.
        suggestion: PathBuf,
    },
    /// A picture was dropped that says how it was made: asks whether to take that or to open it.
    OfferSettings {
        /// The picture.
        path: PathBuf,
        /// How it was made.
        request: Box<Request>,
    },
    /// Asks whether to save a changed document before it is closed.
    AskClose(DocId),
    /// Asks which changed documents to save before the program ends.
    AskQuit,
    /// Asks where to write the film of the zoom.
    AskFilm {
        /// A file name to begin with.
        suggestion: PathBuf,
    },
    /// Asks for a palette to read.
    AskPaletteOpen,
    /// Asks where to write the palette.
    AskPaletteSave,
    /// Asks the system for what is on the clipboard.
    AskPaste,
    /// Puts a picture on the clipboard: 8-bit RGBA, straight alpha.
    CopyPicture {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
        /// Pixels.
        rgba: Vec<u8>,
    },
    /// Tells the person something.
    Tell(Notice),
    /// Documents of a program that did not end well were found.
    OfferRecovery,
    /// Ends the program.
    Quit,
}
