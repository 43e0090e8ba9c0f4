//! Fills regions with the foreground.

use super::{Command, Cx, Phase, PointerEvent, Tool};
use crate::editor::drawing::Pour;
use crate::editor::work::Operation;

/// The bucket. Finding a region takes longer than a frame where it is large, so the worker does it.
#[derive(Debug, Default)]
pub(super) struct BucketTool {
    pour: Option<Pour>,
}

impl BucketTool {
    fn follow(&mut self, cx: &mut Cx, event: &PointerEvent) {
        let Some(pour) = &mut self.pour else { return };
        let before = pour.at.len();
        for sample in &event.samples {
            let at = (sample.pos.x.floor() as i32, sample.pos.y.floor() as i32);
            if pour.at.last() != Some(&at) {
                pour.at.push(at);
            }
        }
        if pour.at.len() > before {
            cx.ask(Command::Preview(Operation::Pour(Box::new(pour.clone()))));
        }
    }
}

impl Tool for BucketTool {
    fn pointer(&mut self, cx: &mut Cx, event: &PointerEvent) {
        match event.phase {
            Phase::Hover => {}
            Phase::Down => {
                let Some(layer) = cx.paintable_pixels() else { return };
                let (settings, color) = (cx.options.fill, cx.colors.foreground);
                self.pour = Some(Pour { layer, at: Vec::new(), settings, color, erase: cx.erase });
                self.follow(cx, event);
            }
            Phase::Drag => self.follow(cx, event),
            Phase::Up => {
                self.follow(cx, event);
                let Some(pour) = self.pour.take() else { return };
                if !pour.erase {
                    cx.colors.remember(pour.color);
                }
                cx.ask(Command::ApplyPreview);
            }
        }
    }

    fn cancel(&mut self, cx: &mut Cx) -> bool {
        let Some(_) = self.pour.take() else { return false };
        cx.ask(Command::CancelPreview);
        true
    }

    fn busy(&self) -> bool {
        self.pour.is_some()
    }

    fn owns_preview(&self) -> bool {
        self.pour.is_some()
    }
}
