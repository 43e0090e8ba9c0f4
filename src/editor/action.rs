//! Everything that can be asked for without saying more: one table from which menus, the palette, shortcuts and
//! tests are made.

/// Under which menu an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Menu {
    /// Documents and files.
    File,
    /// Undo, clipboard, settings.
    Edit,
    /// Page and picture as a whole.
    Image,
    /// Layers.
    Layer,
    /// The selection.
    Select,
    /// Filters.
    Filter,
    /// How the canvas lies in the window.
    View,
    /// Choosing tools.
    Tool,
    /// Pictures from words.
    Generate,
    /// Brush and colour.
    Brush,
    /// Panels and looks.
    Window,
    /// Help.
    Help,
}

impl Menu {
    /// In the order of the menu bar.
    pub const ALL: [Menu; 12] = [
        Menu::File,
        Menu::Edit,
        Menu::Image,
        Menu::Layer,
        Menu::Select,
        Menu::Filter,
        Menu::Generate,
        Menu::Brush,
        Menu::Tool,
        Menu::View,
        Menu::Window,
        Menu::Help,
    ];

    /// The word in the menu bar.
    pub const fn label(self) -> &'static str {
        match self {
            Menu::File => "File",
            Menu::Edit => "Edit",
            Menu::Image => "Image",
            Menu::Layer => "Layer",
            Menu::Select => "Select",
            Menu::Filter => "Filter",
            Menu::View => "View",
            Menu::Tool => "Tools",
            Menu::Generate => "Generate",
            Menu::Brush => "Brush",
            Menu::Window => "Window",
            Menu::Help => "Help",
        }
    }
}

macro_rules! actions {
    ($($name:ident $menu:ident $label:literal $keys:literal;)*) => {
        /// What can be asked for without saying more.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $(#[doc = $label] $name,)*
        }

        impl Action {
            /// In the order of the menus.
            pub const ALL: &[Action] = &[$(Action::$name,)*];

            /// Its words in menus and in the palette.
            pub const fn label(self) -> &'static str {
                match self { $(Action::$name => $label,)* }
            }

            /// The menu that it stands in.
            pub const fn menu(self) -> Menu {
                match self { $(Action::$name => Menu::$menu,)* }
            }

            /// Its shortcut as it comes: keys joined by `+`, several separated by spaces, "" = none. `Ctrl` is the
            /// command key on a Mac.
            pub const fn default_keys(self) -> &'static str {
                match self { $(Action::$name => $keys,)* }
            }

            /// Its name in the settings.
            pub const fn id(self) -> &'static str {
                match self { $(Action::$name => stringify!($name),)* }
            }
        }
    };
}

actions! {
    NewDocument File "New…" "Ctrl+N";
    Open File "Open…" "Ctrl+O";
    OpenAsLayer File "Open as layer…" "";
    Save File "Save" "Ctrl+S";
    SaveAs File "Save as…" "Ctrl+Shift+S";
    Export File "Export…" "Ctrl+E";
    ExportFilm File "Export film…" "";
    Recover File "Recover documents…" "";
    CloseDocument File "Close" "Ctrl+W";
    Quit File "Quit" "Ctrl+Q";

    Undo Edit "Undo" "Ctrl+Z";
    Redo Edit "Redo" "Ctrl+Shift+Z Ctrl+Y";
    Cut Edit "Cut" "Ctrl+X";
    Copy Edit "Copy" "Ctrl+C";
    CopyMerged Edit "Copy merged" "Ctrl+Shift+C";
    Paste Edit "Paste" "Ctrl+V";
    PasteInPlace Edit "Paste in place" "Ctrl+Shift+V";
    Clear Edit "Clear" "Delete";
    FillForeground Edit "Fill with foreground" "Shift+Backspace";
    FillBackground Edit "Fill with background" "Backspace";
    Settings Edit "Settings…" "Ctrl+,";
    Shortcuts Edit "Keyboard shortcuts…" "Ctrl+Alt+K";

    CropToSelection Image "Crop to selection" "";
    TrimPage Image "Trim page to paint" "";
    PageSize Image "Page size…" "Ctrl+Alt+C";
    ImageSize Image "Image size…" "Ctrl+Alt+I";
    FlipImageHorizontal Image "Flip image horizontally" "";
    FlipImageVertical Image "Flip image vertically" "";
    RotateImageClockwise Image "Rotate image 90° clockwise" "";
    RotateImageCounter Image "Rotate image 90° counter-clockwise" "";
    FlattenImage Image "Flatten image" "";

    NewLayer Layer "New layer" "Ctrl+Shift+N Insert";
    NewGroup Layer "New group" "";
    DuplicateLayer Layer "Duplicate layer" "Ctrl+J";
    DeleteLayer Layer "Delete layer" "Shift+Delete";
    RenameLayer Layer "Rename layer" "F2";
    GroupLayer Layer "Group layer" "Ctrl+G";
    Ungroup Layer "Ungroup" "Ctrl+Shift+G";
    MergeDown Layer "Merge down" "Ctrl+Alt+E";
    StampVisible Layer "New layer from visible" "Ctrl+Alt+Shift+E";
    LayerUp Layer "Move layer up" "Ctrl+PageUp";
    LayerDown Layer "Move layer down" "Ctrl+PageDown";
    SelectLayerAbove Layer "Select layer above" "PageUp";
    SelectLayerBelow Layer "Select layer below" "PageDown";
    ToggleVisible Layer "Show or hide layer" "";
    ToggleLock Layer "Lock layer" "";
    ToggleAlphaLock Layer "Lock alpha" "/";
    ToggleClipping Layer "Clip to layer below" "Ctrl+Alt+G";
    AddMask Layer "Add layer mask" "";
    MaskFromSelection Layer "Layer mask from selection" "";
    ToggleEditMask Layer "Paint on the layer mask" "";
    ToggleMask Layer "Switch layer mask off or on" "";
    ApplyMask Layer "Apply layer mask" "";
    DeleteMask Layer "Delete layer mask" "";
    FlipLayerHorizontal Layer "Flip layer horizontally" "";
    FlipLayerVertical Layer "Flip layer vertically" "";

    SelectAll Select "Select all" "Ctrl+A";
    Deselect Select "Deselect" "Ctrl+D Ctrl+Shift+A";
    Reselect Select "Reselect" "Ctrl+Shift+D";
    InvertSelection Select "Invert selection" "Ctrl+Shift+I";
    GrowSelection Select "Grow…" "";
    ShrinkSelection Select "Shrink…" "";
    FeatherSelection Select "Feather…" "Shift+F6";
    BorderSelection Select "Border…" "";
    SelectOpaque Select "Select what the layer covers" "Ctrl+Alt+A";

    FilterLevels Filter "Levels…" "Ctrl+L";
    FilterCurves Filter "Curves…" "Ctrl+M";
    FilterHueSaturation Filter "Hue and saturation…" "Ctrl+U";
    FilterBlur Filter "Gaussian blur…" "";
    FilterSharpen Filter "Sharpen…" "";
    FilterNoise Filter "Noise…" "";
    FilterInvert Filter "Invert colours" "Ctrl+I";
    FilterDesaturate Filter "Desaturate" "";
    Restroke Filter "Restroke…" "Ctrl+R";
    RepeatFilter Filter "Repeat last filter" "Ctrl+F";

    Generate Generate "Generate" "Ctrl+Enter";
    GenerateFirst Generate "Generate before what waits" "Ctrl+Shift+Enter";
    GenerateInstead Generate "Generate instead of what waits" "Ctrl+Alt+Enter";
    Refine Generate "Refine" "";
    MendSeam Generate "Mend seam" "";
    UpscaleTwice Generate "Enlarge page or selection 2×" "";
    UpscaleFourTimes Generate "Enlarge page or selection 4×" "";
    UpscaleCandidate Generate "Enlarge candidate 2×" "";
    PullFills Generate "Fill what pulling the page larger adds" "";
    StopGenerating Generate "Stop" "";
    StopAll Generate "Stop and clear the queue" "";
    AcceptCandidate Generate "Accept candidate" "";
    DiscardCandidate Generate "Discard candidate" "";
    NextCandidate Generate "Next candidate" "Ctrl+Right";
    PreviousCandidate Generate "Previous candidate" "Ctrl+Left";
    RerunCandidate Generate "Make the candidate again with the panel's words" "";
    InitFromCandidate Generate "Begin with the candidate" "";
    SaveCandidate Generate "Save candidate as…" "";
    CopyCandidate Generate "Copy candidate" "";
    PeekCanvas Generate "Show the canvas without it" "\\";
    LivePainting Generate "Live painting" "Ctrl+Alt+L";
    KeepLive Generate "Keep the live picture" "";
    ChangeFromSelection Generate "Change mask from selection" "";
    SelectionFromChange Generate "Selection from change mask" "";
    ClearChange Generate "Clear change mask" "";
    AutoExtend Generate "Offer to extend the page while panning" "";
    ExtendOutward Generate "Extend outward" "";
    GoDeeper Generate "Go deeper" "";
    CloseRing Generate "Close the ring" "";
    LayerSettings Generate "Take the layer's words and settings" "";
    FrameFix Generate "Fix the frame where it is" "";
    FrameFollow Generate "Let the frame follow page or selection" "";

    BrushSmaller Brush "Smaller brush" "[";
    BrushLarger Brush "Larger brush" "]";
    BrushSofter Brush "Softer brush" "Shift+[";
    BrushHarder Brush "Harder brush" "Shift+]";
    OpacityLower Brush "Less opacity" "O";
    OpacityHigher Brush "More opacity" "P";
    EraseMode Brush "Erase with any brush" "Shift+E";
    BrushEditor Brush "Edit brush…" "F5";
    SwapColors Brush "Swap foreground and background" "X";
    DefaultColors Brush "Black on white" "D";
    CycleStabiliser Brush "Next stabiliser" "Ctrl+Alt+S";
    MirrorPainting Brush "Mirror symmetry" "Ctrl+Shift+M";
    ImportPalette Brush "Import palette…" "";
    ExportPalette Brush "Export palette…" "";

    ToolBrush Tool "Brush" "B";
    ToolEraser Tool "Eraser" "E";
    ToolChange Tool "Change brush" "Q";
    ToolFill Tool "Fill" "G F";
    ToolGradient Tool "Gradient" "Shift+G";
    ToolShape Tool "Shapes" "U";
    ToolText Tool "Text" "T";
    ToolPicker Tool "Colour picker" "I";
    ToolSelectRect Tool "Select rectangle" "M";
    ToolSelectEllipse Tool "Select ellipse" "Shift+M";
    ToolLasso Tool "Lasso" "L";
    ToolPolygon Tool "Polygon selection" "Shift+L";
    ToolWand Tool "Magic wand" "W";
    ToolSelectColor Tool "Select by colour" "Shift+W";
    ToolSelectBrush Tool "Selection brush" "Shift+S";
    ToolMove Tool "Move" "V";
    ToolTransform Tool "Transform" "Ctrl+T";
    ToolCrop Tool "Page and crop" "C";
    ToolPan Tool "Pan" "H";
    ToolZoom Tool "Zoom" "Z";

    ZoomIn View "Zoom in" "+ = Ctrl++ Ctrl+=";
    ZoomOut View "Zoom out" "- Ctrl+-";
    ZoomActual View "Actual pixels" "Ctrl+1 1";
    ZoomFit View "Fit page" "Ctrl+0 2";
    LevelOutward View "Next level outward" "Alt+PageUp";
    LevelInward View "Next level inward" "Alt+PageDown";
    RotateViewClockwise View "Rotate view clockwise" "6";
    RotateViewCounter View "Rotate view counter-clockwise" "4";
    MirrorView View "Mirror view" "Shift+X";
    ResetView View "Straighten view" "5";
    TogglePixelGrid View "Pixel grid" "";
    TogglePageHandles View "Handles of the page" "";
    NextDocument View "Next document" "Ctrl+Tab";
    PreviousDocument View "Previous document" "Ctrl+Shift+Tab";

    CommandPalette Window "Command palette…" "Ctrl+Shift+P";
    TogglePanels Window "Hide panels" "Tab";
    FocusPanels Window "Go to the panels" "F6";
    FocusMenus Window "Go to the menus" "F10";
    GoToColors Window "Go to the Colour panel" "";
    GoToGenerate Window "Go to the Generate panel" "";
    GoToNavigator Window "Go to the Navigator panel" "";
    GoToBrushes Window "Go to the Brushes panel" "";
    GoToLayers Window "Go to the Layers panel" "";
    GoToHistory Window "Go to the History panel" "";
    GoToZoom Window "Go to the Zoom panel" "";
    ToggleTheme Window "Dark or light" "";
    UiLarger Window "Larger interface" "Ctrl+Alt++ Ctrl+Alt+=";
    UiSmaller Window "Smaller interface" "Ctrl+Alt+-";
    FullScreen Window "Full screen" "F11";
    ResetPanels Window "Reset panels" "";
    Messages Window "Messages…" "";
    CloseNotices Window "Close notices" "F8";

    CheatSheet Help "Shortcuts at a glance" "F1";
    About Help "About Scumble" "";
}
