//! Pens of tablets, under Wayland and on Windows. Elsewhere, and where there is no tablet, this is silent and the mouse
//! paints; touch screens report their force to egui themselves.
//!
//! Under Wayland a program that asks for tablets gets no pointer events from them, so the pen is the pointer too: its
//! reports become the events of a finger, which carry a force. Windows moves the pointer by itself; there only force
//! and tilt are taken.

#[cfg(windows)]
mod ink;
#[cfg(target_os = "linux")]
mod tool;
#[cfg(target_os = "linux")]
mod wayland;

#[cfg(windows)]
use ink::Tablets;
#[cfg(target_os = "linux")]
use wayland::Tablets;

use eframe::egui::{
    Event, Modifiers, PointerButton, Pos2, RawInput, TouchDeviceId, TouchId, TouchPhase, pos2,
};

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

/// What a pen said to have happened at once.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(not(any(target_os = "linux", windows)), allow(dead_code))]
struct Report {
    /// Where it is, in logical pixels of the window. `None`: the system moves the pointer itself.
    at: Option<[f32; 2]>,
    /// How it is held. Not near: it left.
    state: PenState,
    /// The tip came down.
    down: bool,
    /// The tip went up, after it came down where both are said.
    up: bool,
    /// Buttons of the barrel that were pushed or let go.
    buttons: Vec<(PointerButton, bool)>,
}

/// The tablets of the window.
#[derive(Default)]
pub struct Pens {
    #[cfg(any(target_os = "linux", windows))]
    tablets: Option<Tablets>,
    pointer: PenPointer,
}

/// The pen is a touch device of its own, so that it is no part of gestures of fingers.
#[cfg_attr(not(any(target_os = "linux", windows)), allow(dead_code))]
const DEVICE: TouchDeviceId = TouchDeviceId(0x0070_656e);

impl Pens {
    /// Listens to the tablets of the window; silent where that cannot be.
    #[cfg(any(target_os = "linux", windows))]
    pub fn new(cc: &eframe::CreationContext) -> Self {
        Self { tablets: Tablets::new(cc), ..Self::default() }
    }

    /// No tablets on this system.
    #[cfg(not(any(target_os = "linux", windows)))]
    pub fn new(_cc: &eframe::CreationContext) -> Self {
        Self::default()
    }

    /// What the pen reported last.
    pub fn state(&self) -> PenState {
        self.pointer.state
    }

    /// Lets go of the window.
    pub fn close(&mut self) {
        #[cfg(any(target_os = "linux", windows))]
        {
            self.tablets = None;
        }
    }

    /// Takes what the pens reported and adds it to the input of the next frame.
    pub fn pump(&mut self, input: &mut RawInput, points_per_logical_px: f32) {
        self.pointer.begin_frame();
        #[cfg(any(target_os = "linux", windows))]
        for report in self.tablets.iter_mut().flat_map(Tablets::take) {
            self.pointer.take(&report, points_per_logical_px, &mut input.events);
        }
        #[cfg(not(any(target_os = "linux", windows)))]
        let _ = (input, points_per_logical_px);
    }

    /// When to look again although nothing wakes the window. `None` without need: then the window sleeps.
    pub fn look_again(&self) -> Option<std::time::Duration> {
        if self.pointer.leaves {
            return Some(std::time::Duration::ZERO);
        }
        #[cfg(any(target_os = "linux", windows))]
        return self.tablets.as_ref().and_then(|tablets| tablets.look_again(self.pointer.state.near));
        #[cfg(not(any(target_os = "linux", windows)))]
        None
    }
}

/// The pointer that the pen is.
#[derive(Default)]
#[cfg_attr(not(any(target_os = "linux", windows)), allow(dead_code))]
struct PenPointer {
    state: PenState,
    down: bool,
    /// Buttons of the barrel that are held.
    held: Vec<PointerButton>,
    /// It left in this frame, whose events are still to be taken as its own.
    leaves: bool,
}

#[cfg_attr(not(any(target_os = "linux", windows)), allow(dead_code))]
impl PenPointer {
    fn begin_frame(&mut self) {
        if std::mem::take(&mut self.leaves) {
            self.state = PenState::default();
        }
    }

    /// The events of one report, as a finger would send them: the force first, then the pointer.
    fn take(&mut self, report: &Report, scale: f32, events: &mut Vec<Event>) {
        self.leaves = !report.state.near;
        if report.state.near {
            self.state = report.state;
        }
        let Some(at) = report.at else { return };
        let at = pos2(at[0], at[1]) * scale;
        if report.state.near {
            let moves = self.down && !report.down;
            if report.down && !self.down {
                events.push(self.touch(at, TouchPhase::Start));
            } else if moves && !report.up {
                events.push(self.touch(at, TouchPhase::Move));
            }
        }
        // Where it left is no place to go to.
        if report.state.near || self.down {
            events.push(Event::PointerMoved(at));
        }
        let modifiers = Modifiers::NONE;
        let button = |button, pressed| Event::PointerButton { pos: at, button, pressed, modifiers };
        if report.down && !self.down {
            self.down = true;
            events.push(button(PointerButton::Primary, true));
        }
        for &(which, pressed) in &report.buttons {
            self.held.retain(|b| *b != which);
            if pressed {
                self.held.push(which);
            }
            events.push(button(which, pressed));
        }
        let gone = !report.state.near;
        if self.down && (report.up || gone) {
            self.down = false;
            events.push(self.touch(at, TouchPhase::End));
            events.push(button(PointerButton::Primary, false));
        }
        if gone {
            events.extend(self.held.drain(..).map(|which| button(which, false)));
            events.push(Event::PointerGone);
        }
    }

    fn touch(&self, pos: Pos2, phase: TouchPhase) -> Event {
        Event::Touch { device_id: DEVICE, id: TouchId(0), phase, pos, force: self.state.pressure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(pressure: f32) -> PenState {
        PenState { pressure: Some(pressure), near: true, ..PenState::default() }
    }

    /// The names of the events that reports become, and what the pen is afterwards.
    fn said(reports: &[Report]) -> (Vec<&'static str>, PenPointer) {
        let (mut events, mut pen) = (Vec::new(), PenPointer::default());
        for report in reports {
            pen.take(report, 1.0, &mut events);
        }
        let name = |event: &Event| match event {
            Event::Touch { phase: TouchPhase::Start, force: Some(f), .. } if *f == 0.4 => "start",
            Event::Touch { phase: TouchPhase::Move, .. } => "move",
            Event::Touch { phase: TouchPhase::End, .. } => "end",
            Event::PointerMoved(_) => "at",
            Event::PointerButton { pressed: true, button: PointerButton::Primary, .. } => "down",
            Event::PointerButton { pressed: false, button: PointerButton::Primary, .. } => "up",
            Event::PointerButton { pressed: true, button: PointerButton::Middle, .. } => "middle down",
            Event::PointerButton { pressed: false, button: PointerButton::Middle, .. } => "middle up",
            Event::PointerGone => "gone",
            _ => "?",
        };
        (events.iter().map(name).collect(), pen)
    }

    #[test]
    fn a_report_becomes_force_then_pointer() {
        let at = Some([5.0, 6.0]);
        let (names, pen) = said(&[
            Report { at, state: near(0.0), ..Report::default() },
            Report { at, state: near(0.4), down: true, ..Report::default() },
            Report { at, state: near(0.5), ..Report::default() },
            Report { at, state: near(0.0), up: true, ..Report::default() },
            Report { at, ..Report::default() },
        ]);
        assert_eq!(names, ["at", "start", "at", "down", "move", "at", "at", "end", "up", "gone"]);
        assert!(!pen.down);
    }

    #[test]
    fn a_pen_that_leaves_lets_go_of_everything() {
        let at = Some([5.0, 6.0]);
        let (names, mut pen) = said(&[
            Report { at, state: near(0.4), down: true, ..Report::default() },
            Report {
                at,
                state: near(0.4),
                buttons: vec![(PointerButton::Middle, true)],
                ..Report::default()
            },
            Report { at, up: true, ..Report::default() },
        ]);
        let expected =
            ["start", "at", "down", "move", "at", "middle down", "at", "end", "up", "middle up", "gone"];
        assert_eq!(names, expected);
        // The samples of this frame are still its own.
        assert_eq!(pen.state, near(0.4));
        pen.begin_frame();
        assert_eq!(pen.state, PenState::default());
    }

    #[test]
    fn a_tap_within_one_report_goes_down_and_up() {
        let (names, pen) = said(&[Report {
            at: Some([5.0, 6.0]),
            state: near(0.4),
            down: true,
            up: true,
            ..Report::default()
        }]);
        assert_eq!(names, ["start", "at", "down", "end", "up"]);
        assert!(!pen.down);
    }

    #[test]
    fn where_the_system_moves_the_pointer_only_force_is_taken() {
        let (names, pen) = said(&[Report { state: near(0.7), down: true, ..Report::default() }]);
        assert!(names.is_empty());
        assert_eq!(pen.state, near(0.7));
    }
}
