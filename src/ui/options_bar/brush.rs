//! Options of brush and eraser: the brush's first numbers, how the hand is steadied, and symmetry.

use super::{number, percent, slider, switch};
use crate::editor::{Action, Command};
use crate::geom::Point;
use crate::paint::brush::Tip;
use crate::paint::{Brush, Stabiliser, Symmetry};
use crate::ui::icons;
use crate::ui::widgets::{Frame, action_button, icon_button};
use eframe::egui::Ui;

pub(super) fn show(ui: &mut Ui, frame: &mut Frame) {
    let mut brush = frame.editor.brushes().brush().clone();
    let before = brush.clone();
    ui.label(brush.name.clone()).on_hover_text("The brush in hand");
    action_button(ui, frame, icons::ERASER, Action::EraseMode);
    ui.separator();
    slider(ui, ("Size", "Diameter ([ and ])"), &mut brush.size_px, 1.0..=Brush::MAX_SIZE_PX, " px");
    percent(ui, ("Opacity", "Limit of a whole stroke (O and P)"), &mut brush.opacity);
    percent(ui, ("Flow", "How much each dab lays"), &mut brush.flow);
    if let Tip::Round { hardness } = &mut brush.tip {
        percent(ui, ("Hardness", "How sharp the rim is (Shift+[ and Shift+])"), hardness);
    }
    ui.separator();
    stabiliser(ui, frame, &mut brush);
    if brush != before {
        frame.ask(Command::SetBrush(Box::new(brush)));
    }
    ui.separator();
    symmetry(ui, frame);
}

fn stabiliser(ui: &mut Ui, frame: &mut Frame, brush: &mut Brush) {
    let tip = "Steadies the hand: basic follows closely, strong pulls the brush on a string";
    super::choice(
        ui,
        ("Stabiliser", tip),
        &mut brush.stabiliser,
        &[(Stabiliser::Off, "Off"), (Stabiliser::Basic, "Basic"), (Stabiliser::Strong, "Strong")],
    );
    if brush.stabiliser == Stabiliser::Strong {
        let mut options = frame.editor.options().clone();
        number(
            ui,
            ("String", "Length of the string on the screen"),
            &mut options.string_px,
            1.0..=500.0,
            " px",
        );
        super::changed(frame, options);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Off,
    Mirror,
    Radial,
}

impl Kind {
    const ALL: [(Kind, &'static str); 3] =
        [(Kind::Off, "Off"), (Kind::Mirror, "Mirror"), (Kind::Radial, "Radial")];

    fn of(symmetry: &Symmetry) -> Self {
        match symmetry {
            Symmetry::Off => Kind::Off,
            Symmetry::Mirror { .. } => Kind::Mirror,
            Symmetry::Radial { .. } => Kind::Radial,
        }
    }
}

fn symmetry(ui: &mut Ui, frame: &mut Frame) {
    let mut symmetry = frame.editor.options().symmetry;
    let page = frame.editor.doc().page;
    let middle = Point::new(f64::from(page.x0 + page.x1) / 2.0, f64::from(page.y0 + page.y1) / 2.0);
    let mut center = match symmetry {
        Symmetry::Off => middle,
        Symmetry::Mirror { center, .. } | Symmetry::Radial { center, .. } => center,
    };
    let before = Kind::of(&symmetry);
    let mut kind = before;
    let tip = "Copies of every stroke; drag the centre on the canvas with Ctrl";
    super::choice(ui, ("Symmetry", tip), &mut kind, &Kind::ALL);
    if kind != before {
        symmetry = match kind {
            Kind::Off => Symmetry::Off,
            Kind::Mirror => Symmetry::Mirror { center, turns: 0.25 },
            Kind::Radial => Symmetry::Radial { center, count: 6, mirrored: false },
        };
    }
    if kind != Kind::Off {
        if icon_button(ui, icons::SELECT_ALL, "Centre of symmetry to the middle of the page", false).clicked()
        {
            center = middle;
        }
        if icon_button(ui, icons::NAVIGATOR, "Centre of symmetry to the middle of the view", false).clicked()
        {
            let view = frame.editor.viewport().center;
            center = Point::new((view.x * 2.0).round() / 2.0, (view.y * 2.0).round() / 2.0);
        }
    }
    match &mut symmetry {
        Symmetry::Off => {}
        Symmetry::Mirror { center: at, turns } => {
            *at = center;
            let mut degrees = (*turns * 360.0 * 100.0).round() / 100.0;
            if number(
                ui,
                ("Angle", "Direction of the mirror line; 90° = upright"),
                &mut degrees,
                0.0..=360.0,
                "°",
            ) {
                *turns = degrees / 360.0;
            }
        }
        Symmetry::Radial { center: at, count, mirrored } => {
            *at = center;
            number(ui, ("Count", "How many copies in all"), count, 2..=64, "");
            switch(ui, ("Mirrored", "Each copy also mirrored"), mirrored);
        }
    }
    if symmetry != frame.editor.options().symmetry {
        frame.ask(Command::SetSymmetry(symmetry));
    }
}
