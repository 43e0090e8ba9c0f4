//! The tablets of Windows, by `octotablet`.

use super::{PenState, Report};
use octotablet::events::{Event, ToolEvent};
use octotablet::tool::Type;

/// The tablets of the window.
pub struct Tablets {
    manager: octotablet::Manager,
    state: PenState,
}

impl Tablets {
    /// Begins to listen; `None` where that cannot be.
    pub fn new(cc: &eframe::CreationContext) -> Option<Self> {
        // SAFETY: the window and its display live as long as the program in it, which owns this.
        #[allow(unsafe_code)]
        let manager = unsafe { octotablet::Builder::new().emulate_tool_from_mouse(false).build_raw(cc) };
        Some(Self { manager: manager.ok()?, state: PenState::default() })
    }

    /// What was said since the last time. The system moves the pointer, so no report has a place.
    pub fn take(&mut self) -> Vec<Report> {
        let Ok(events) = self.manager.pump() else { return Vec::new() };
        let (mut state, mut reports) = (self.state, Vec::new());
        for event in events {
            let Event::Tool { tool, event } = event else { continue };
            if matches!(tool.tool_type, Some(Type::Mouse | Type::Lens | Type::Finger | Type::Emulated)) {
                continue;
            }
            match event {
                ToolEvent::Pose(pose) => {
                    state = PenState {
                        pressure: pose.pressure.get().map(|p| p.clamp(0.0, 1.0)),
                        tilt: pose.tilt.map_or([0.0; 2], |t| t.map(f32::sin)),
                        eraser: matches!(tool.tool_type, Some(Type::Eraser)),
                        near: true,
                    };
                }
                ToolEvent::In { .. } => state.near = true,
                ToolEvent::Out | ToolEvent::Removed => state = PenState::default(),
                ToolEvent::Added
                | ToolEvent::Down
                | ToolEvent::Up
                | ToolEvent::Button { .. }
                | ToolEvent::Frame(_) => continue,
            }
            reports.push(Report { state, ..Report::default() });
        }
        self.state = state;
        reports
    }

    /// The event loop does not know the pen, so somebody has to look.
    pub fn look_again(&self, near: bool) -> Option<std::time::Duration> {
        let tablets = !self.manager.tablets().is_empty();
        tablets.then(|| std::time::Duration::from_millis(if near { 4 } else { 100 }))
    }
}
