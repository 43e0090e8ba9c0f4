//! Pens of tablets, by `octotablet`: Wayland and Windows. Elsewhere, and where there is no tablet, this is silent and
//! the mouse paints; touch screens report their force to egui themselves.
//!
//! Under Wayland a program that asks for tablets gets no pointer events from them, so the pen is the pointer too: its
//! reports become the events of a finger, which carry a force. Windows moves the pointer by itself; there only force
//! and tilt are taken.

use eframe::egui::{Event, Modifiers, PointerButton, RawInput, TouchDeviceId, TouchId, TouchPhase, pos2};

/// What a pen reports beside its place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PenState {
    /// 0..=1 while it touches.
    pub pressure: Option<f32>,
    /// Sines of the lean to the right and down.
    pub tilt: [f32; 2],
    /// The eraser end is used.
    pub eraser: bool,
    /// It is over the tablet.
    pub near: bool,
}

/// The tablets of the window.
#[derive(Default)]
pub struct Pens {
    #[cfg(any(target_os = "linux", windows))]
    manager: Option<octotablet::Manager>,
    state: PenState,
    down: bool,
}

/// The pen is a touch device of its own, so that it is no part of gestures of fingers.
const DEVICE: TouchDeviceId = TouchDeviceId(0x0070_656e);

impl Pens {
    /// Listens to the tablets of the window; silent where that cannot be.
    #[cfg(any(target_os = "linux", windows))]
    pub fn new(cc: &eframe::CreationContext) -> Self {
        // SAFETY: the window and its display live as long as the program in it; `close` is called before they go.
        #[allow(unsafe_code)]
        let manager = unsafe { octotablet::Builder::new().emulate_tool_from_mouse(false).build_raw(cc) };
        Self { manager: manager.ok(), ..Self::default() }
    }

    /// No tablets on this system.
    #[cfg(not(any(target_os = "linux", windows)))]
    pub fn new(_cc: &eframe::CreationContext) -> Self {
        Self::default()
    }

    /// What the pen reported last.
    pub fn state(&self) -> PenState {
        self.state
    }

    /// Lets go of the window.
    pub fn close(&mut self) {
        #[cfg(any(target_os = "linux", windows))]
        {
            self.manager = None;
        }
    }

    /// Takes what the pens reported and adds it to the input of the next frame.
    #[cfg(any(target_os = "linux", windows))]
    pub fn pump(&mut self, input: &mut RawInput, points_per_logical_px: f32) {
        use octotablet::Backend;
        use octotablet::events::{Event as PenEvent, ToolEvent};
        use octotablet::tool::Type;
        let Some(manager) = &mut self.manager else { return };
        let is_pointer = matches!(manager.backed(), Backend::WaylandTabletUnstableV2);
        let Ok(events) = manager.pump() else { return };
        let mut at = pos2(0.0, 0.0);
        let (mut moved, mut pressed) = (false, None);
        let (mut state, mut down) = (self.state, self.down);
        for event in events {
            let PenEvent::Tool { tool, event } = event else { continue };
            if matches!(tool.tool_type, Some(Type::Mouse | Type::Lens | Type::Finger | Type::Emulated)) {
                continue;
            }
            state.eraser = matches!(tool.tool_type, Some(Type::Eraser));
            match event {
                ToolEvent::Pose(pose) => {
                    at = pos2(pose.position[0], pose.position[1]) * points_per_logical_px;
                    state.pressure = pose.pressure.get().map(|p| p.clamp(0.0, 1.0));
                    state.tilt = pose.tilt.map_or([0.0; 2], |t| t.map(f32::sin));
                    moved = true;
                }
                ToolEvent::Down => pressed = Some(true),
                ToolEvent::Up => pressed = Some(false),
                ToolEvent::Frame(_) => {
                    if is_pointer {
                        frame(&mut input.events, at, moved, pressed, &state, &mut down);
                    }
                    (moved, pressed) = (false, None);
                }
                ToolEvent::In { .. } => state.near = true,
                ToolEvent::Out | ToolEvent::Removed => state = PenState::default(),
                ToolEvent::Added | ToolEvent::Button { .. } => {}
            }
        }
        (self.state, self.down) = (state, down);
    }

    /// When to look again although nothing wakes the window: its event loop does not know the pen. `None` without
    /// a tablet: then the window sleeps.
    #[cfg(any(target_os = "linux", windows))]
    pub fn look_again(&self) -> Option<std::time::Duration> {
        let tablets = self.manager.as_ref().is_some_and(|m| !m.tablets().is_empty());
        tablets.then(|| std::time::Duration::from_millis(if self.state.near { 4 } else { 100 }))
    }

    /// There are no pens.
    #[cfg(not(any(target_os = "linux", windows)))]
    pub fn look_again(&self) -> Option<std::time::Duration> {
        None
    }

    /// Nothing to take.
    #[cfg(not(any(target_os = "linux", windows)))]
    pub fn pump(&mut self, _input: &mut RawInput, _points_per_logical_px: f32) {}
}

/// The events of one report, as a finger would send them: the force first, then the pointer.
#[cfg_attr(not(any(target_os = "linux", windows)), allow(dead_code))]
fn frame(
    events: &mut Vec<Event>,
    at: eframe::egui::Pos2,
    moved: bool,
    pressed: Option<bool>,
    state: &PenState,
    down: &mut bool,
) {
    let phase = match pressed {
        Some(true) => Some(TouchPhase::Start),
        Some(false) => Some(TouchPhase::End),
        None if *down && moved => Some(TouchPhase::Move),
        None => None,
    };
    if let Some(phase) = phase {
        events.push(Event::Touch {
            device_id: DEVICE,
            id: TouchId(0),
            phase,
            pos: at,
            force: state.pressure,
        });
    }
    if moved {
        events.push(Event::PointerMoved(at));
    }
    if let Some(pressed) = pressed {
        *down = pressed;
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        events.push(Event::PointerButton { pos: at, button, pressed, modifiers });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_becomes_force_then_pointer() {
        let mut events = Vec::new();
        let mut down = false;
        let state = PenState { pressure: Some(0.4), ..PenState::default() };
        frame(&mut events, pos2(5.0, 6.0), true, Some(true), &state, &mut down);
        frame(&mut events, pos2(7.0, 6.0), true, None, &state, &mut down);
        frame(&mut events, pos2(7.0, 6.0), false, Some(false), &state, &mut down);
        let kinds: Vec<&str> = events
            .iter()
            .map(|event| match event {
                Event::Touch { phase: TouchPhase::Start, force: Some(f), .. } if *f == 0.4 => "start",
                Event::Touch { phase: TouchPhase::Move, .. } => "move",
                Event::Touch { phase: TouchPhase::End, .. } => "end",
                Event::PointerMoved(_) => "at",
                Event::PointerButton { pressed: true, .. } => "down",
                Event::PointerButton { pressed: false, .. } => "up",
                _ => "?",
            })
            .collect();
        assert_eq!(kinds, ["start", "at", "down", "move", "at", "end", "up"]);
        assert!(!down);
    }
}
