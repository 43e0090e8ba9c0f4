//! One end of a pen under Wayland: its events, which say only what changed, gathered to reports.

use super::{PenState, Report};
use eframe::egui::PointerButton;
use wayland_client::WEnum;
use wayland_protocols::wp::tablet::zv2::client::zwp_tablet_tool_v2::{ButtonState, Capability, Event, Type};

/// Buttons of the barrel, as Linux numbers them: the lower one and the upper one.
const BTN_STYLUS: u32 = 0x14b;
const BTN_STYLUS2: u32 = 0x14c;

/// What is known of a tool, and what it said since its last report.
#[derive(Default)]
pub struct Tool {
    eraser: bool,
    /// A mouse or a lens of a tablet, or a finger: no pen.
    other: bool,
    has_pressure: bool,
    /// It is over our window.
    here: bool,
    report: Report,
}

impl Tool {
    /// It came near over our window, or over another surface, where it is not ours to hear.
    pub fn come(&mut self, ours: bool) {
        self.here = ours;
        // Without a report yet nothing presses; a tool that cannot tell paints as the mouse does.
        let pressure = self.has_pressure.then_some(0.0);
        self.report = Report {
            state: PenState { pressure, eraser: self.eraser, near: true, ..PenState::default() },
            ..Report::default()
        };
    }

    /// Takes an event; the last one of those that happened at once gives the report.
    pub fn hear(&mut self, event: Event) -> Option<Report> {
        let report = &mut self.report;
        match event {
            Event::Type { tool_type: WEnum::Value(kind) } => {
                self.eraser = kind == Type::Eraser;
                self.other = matches!(kind, Type::Mouse | Type::Lens | Type::Finger);
            }
            Event::Capability { capability: WEnum::Value(Capability::Pressure) } => self.has_pressure = true,
            Event::Motion { x, y } => report.at = Some([x as f32, y as f32]),
            Event::Pressure { pressure } => {
                report.state.pressure = Some(pressure.min(65535) as f32 / 65535.0)
            }
            Event::Tilt { tilt_x, tilt_y } => {
                report.state.tilt = [tilt_x, tilt_y].map(|degrees| degrees.to_radians().sin() as f32);
            }
            Event::Down { .. } => report.down = true,
            Event::Up => report.up = true,
            Event::Button { button, state, .. } => {
                let pressed = state == WEnum::Value(ButtonState::Pressed);
                report.buttons.extend(button_of(button).map(|button| (button, pressed)));
            }
            Event::ProximityOut => report.state.near = false,
            Event::Frame { .. } => return self.frame(),
            Event::Removed => {
                report.state.near = false;
                return self.frame();
            }
            _ => {}
        }
        None
    }

    fn frame(&mut self) -> Option<Report> {
        let rest = Report { at: self.report.at, state: self.report.state, ..Report::default() };
        let report = std::mem::replace(&mut self.report, rest);
        let heard = self.here && !self.other && report.at.is_some();
        self.here &= report.state.near;
        heard.then_some(report)
    }
}

/// As GTK and Qt have it: the lower one opens menus, the upper one is the middle button, which pans.
fn button_of(code: u32) -> Option<PointerButton> {
    match code {
        BTN_STYLUS => Some(PointerButton::Secondary),
        BTN_STYLUS2 => Some(PointerButton::Middle),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pen(kind: Type) -> Tool {
        let mut tool = Tool::default();
        tool.hear(Event::Type { tool_type: WEnum::Value(kind) });
        tool.hear(Event::Capability { capability: WEnum::Value(Capability::Pressure) });
        tool
    }

    fn frame(tool: &mut Tool, events: Vec<Event>) -> Option<Report> {
        events.into_iter().for_each(|event| assert_eq!(tool.hear(event), None));
        tool.hear(Event::Frame { time: 0 })
    }

    #[test]
    fn what_did_not_change_is_as_before() {
        let mut tool = pen(Type::Pen);
        tool.come(true);
        let first = frame(&mut tool, vec![Event::Motion { x: 3.0, y: 4.0 }]).unwrap();
        assert_eq!(first.state, PenState { pressure: Some(0.0), near: true, ..PenState::default() });
        let press = vec![
            Event::Down { serial: 1 },
            Event::Pressure { pressure: 65535 },
            Event::Tilt { tilt_x: 30.0, tilt_y: -90.0 },
        ];
        let second = frame(&mut tool, press).unwrap();
        assert_eq!((second.at, second.down, second.state.pressure), (Some([3.0, 4.0]), true, Some(1.0)));
        let third = frame(&mut tool, vec![Event::Motion { x: 5.0, y: 4.0 }]).unwrap();
        assert_eq!((third.down, third.state.pressure, third.state.tilt), (false, Some(1.0), [0.5, -1.0]));
    }

    #[test]
    fn lifting_and_leaving_at_once_are_both_heard() {
        let mut tool = pen(Type::Eraser);
        tool.come(true);
        let down =
            frame(&mut tool, vec![Event::Motion { x: 3.0, y: 4.0 }, Event::Down { serial: 1 }]).unwrap();
        assert!(down.state.eraser);
        let last = frame(&mut tool, vec![Event::Up, Event::ProximityOut]).unwrap();
        assert!(last.up && !last.state.near);
        assert_eq!(frame(&mut tool, vec![]), None, "it is gone");
    }

    #[test]
    fn a_tool_that_is_removed_leaves() {
        let mut tool = pen(Type::Pen);
        tool.come(true);
        frame(&mut tool, vec![Event::Motion { x: 3.0, y: 4.0 }, Event::Down { serial: 1 }]);
        assert!(!tool.hear(Event::Removed).unwrap().state.near);
    }

    #[test]
    fn pens_elsewhere_and_other_tools_are_not_heard() {
        let mut tool = pen(Type::Pen);
        tool.come(false);
        assert_eq!(frame(&mut tool, vec![Event::Motion { x: 3.0, y: 4.0 }, Event::Down { serial: 1 }]), None);
        let mut lens = pen(Type::Lens);
        lens.come(true);
        assert_eq!(frame(&mut lens, vec![Event::Motion { x: 3.0, y: 4.0 }]), None);
    }

    #[test]
    fn buttons_of_the_barrel_are_those_of_a_mouse() {
        let mut tool = pen(Type::Pen);
        tool.come(true);
        let pushed = |button| Event::Button { serial: 1, button, state: WEnum::Value(ButtonState::Pressed) };
        let report = frame(
            &mut tool,
            vec![Event::Motion { x: 3.0, y: 4.0 }, pushed(BTN_STYLUS2), pushed(BTN_STYLUS), pushed(7)],
        );
        let buttons = report.unwrap().buttons;
        assert_eq!(buttons, [(PointerButton::Middle, true), (PointerButton::Secondary, true)]);
    }
}
