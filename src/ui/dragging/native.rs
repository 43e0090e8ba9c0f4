//! Dragging on Windows and macOS, by the crate `drag`: the system does it all, on the window's thread. Windows holds
//! that thread until the button is let go; the system draws the window meanwhile.

use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui::Context;
use std::path::PathBuf;

/// Side of the picture at the pointer, in pixels.
const ICON_PX: u32 = 96;

/// The system, as far as files are dragged.
pub struct Native {
    /// What is to be dragged as soon as the frame is drawn.
    wish: Option<PathBuf>,
    /// The system has taken the pointer, and nobody was told yet.
    took: bool,
    says: Sender<()>,
    ended: Receiver<()>,
    #[cfg(windows)]
    window: Option<std::num::NonZeroIsize>,
}

impl Default for Native {
    fn default() -> Self {
        let (says, ended) = unbounded();
        Self {
            wish: None,
            took: false,
            says,
            ended,
            #[cfg(windows)]
            window: None,
        }
    }
}

impl Native {
    /// For the window of `cc`.
    #[cfg(windows)]
    pub fn new(cc: &eframe::CreationContext) -> Self {
        use raw_window_handle::{HasWindowHandle, RawWindowHandle};
        let window = match cc.window_handle().map(|handle| handle.as_raw()) {
            Ok(RawWindowHandle::Win32(handle)) => Some(handle.hwnd),
            Ok(_) | Err(_) => None,
        };
        Self { window, ..Self::default() }
    }

    /// For the window of `cc`.
    #[cfg(not(windows))]
    pub fn new(_cc: &eframe::CreationContext) -> Self {
        Self::default()
    }

    /// Drags the file as soon as the frame is drawn.
    pub fn wish(&mut self, path: PathBuf) {
        self.wish = Some(path);
    }

    /// Does not.
    pub fn forget(&mut self) {
        self.wish = None;
    }

    /// Drags what was wished for. With the end of it, [`Native::ended`] is true once.
    pub fn start(&mut self, frame: &eframe::Frame, ctx: &Context) {
        let Some(path) = self.wish.take() else { return };
        let (says, wake) = (self.says.clone(), ctx.clone());
        let ended = move |_: drag::DragResult, _: drag::CursorPosition| {
            let _ = says.send(());
            wake.request_repaint();
        };
        let icon = drag::Image::Raw(icon(&path).unwrap_or_default());
        // Where the system does not, the picture stays within the window.
        let files = drag::DragItem::Files(vec![path]);
        self.took |= drag::start_drag(frame, files, icon, ended, drag::Options::default()).is_ok();
        ctx.request_repaint();
    }

    /// Whether the system has taken the pointer since this was asked last.
    pub fn took(&mut self) -> bool {
        std::mem::take(&mut self.took)
    }

    /// Whether the system has dragged something since this was asked last.
    pub fn ended(&self) -> bool {
        self.ended.try_iter().count() > 0
    }

    /// Where the pointer is in the window, in points, of which one is `scale` pixels.
    #[cfg(windows)]
    pub fn pointer(&self, scale: f32) -> Option<eframe::egui::Pos2> {
        use windows_sys::Win32::Foundation::{HWND, POINT};
        use windows_sys::Win32::Graphics::Gdi::ScreenToClient;
        use windows_sys::Win32::UI::WindowsAndMessaging::GetCursorPos;
        let window = self.window?.get() as HWND;
        let mut at = POINT { x: 0, y: 0 };
        // SAFETY: both write only into `at`; a window that is gone is an error, no more.
        #[allow(unsafe_code)]
        let known = unsafe { GetCursorPos(&mut at) != 0 && ScreenToClient(window, &mut at) != 0 };
        known.then(|| eframe::egui::pos2(at.x as f32, at.y as f32) * scale)
    }
}

/// The picture, small, as a PNG file. It was written just now and is read in milliseconds.
fn icon(path: &std::path::Path) -> Option<Vec<u8>> {
    let small = image::open(path).ok()?.thumbnail(ICON_PX, ICON_PX);
    let mut file = std::io::Cursor::new(Vec::new());
    small.write_to(&mut file, image::ImageFormat::Png).ok()?;
    Some(file.into_inner())
}
