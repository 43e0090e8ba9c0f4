//! What the window makes of what the system says, without a system.

use super::line::{Ask, Ear, Line, Pixels, Said};
use super::*;
use eframe::egui::Rect;

/// A window of 100 × 100 points.
struct Window {
    ctx: Context,
    drags: Drags,
    ear: Ear,
}

impl Window {
    fn new(pixels: Pixels) -> Self {
        let ctx = Context::default();
        let (line, ear) = Line::pair(pixels, &ctx).unwrap();
        Self { ctx, drags: Drags { line: Some(line), ..Drags::default() }, ear }
    }

    /// One frame with these events; what is hovered and dropped in it.
    fn frame(
        &mut self,
        events: Vec<Event>,
        look: impl FnOnce(&mut Drags, &Context),
    ) -> (usize, Vec<PathBuf>) {
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
        let mut input = RawInput { events, screen_rect: Some(screen), ..RawInput::default() };
        self.drags.pump(&self.ctx, &mut input);
        let dropped = input.dropped_files.iter().map(|f| f.path().to_path_buf()).collect();
        let hovered = input.hovered_files.len();
        let mut look = Some(look);
        let mut output = self.ctx.run_ui(input, |ui| {
            if let Some(look) = look.take() {
                look(&mut self.drags, ui.ctx());
            }
        });
        output.textures_delta.clear();
        (hovered, dropped)
    }

    fn down(&self) -> bool {
        self.ctx.input(|i| i.pointer.any_down())
    }

    fn press(&mut self) {
        let (pos, button, modifiers) = (pos2(5.0, 6.0), PointerButton::Primary, Modifiers::NONE);
        let press = Event::PointerButton { pos, button, pressed: true, modifiers };
        self.frame(vec![Event::PointerMoved(pos), press], |_, _| {});
        assert!(self.down());
    }

    /// As if a picture were carried whose file is there.
    fn carry(&mut self) -> PathBuf {
        let path = PathBuf::from("/dragged/drag-1/picture 7.png");
        let (_, writing) = crossbeam_channel::bounded(1);
        let what = Carried { id: CandidateId(1), texture: TextureId::default(), size: vec2(4.0, 4.0) };
        self.drags.carries = Some(Carries { what: Arc::new(what), writing, path: None, taken: false });
        self.drags.file_is_there(path.clone());
        assert_eq!(self.ear.asked().unwrap(), [Ask::Drag(path.clone())]);
        path
    }
}

#[test]
fn when_the_system_has_the_pointer_nothing_stays_held() {
    let mut window = Window::new(Pixels::Logical);
    window.press();
    window.carry();
    window.ear.voice.say(Said::Took);
    window.frame(vec![], |_, _| {});
    assert!(!window.down(), "the button stays down for good");
    assert_eq!(window.ctx.pointer_latest_pos(), None);
    assert!(window.drags.carries.as_ref().is_some_and(|c| c.taken));
    window.ear.voice.say(Said::Ended);
    window.frame(vec![], |_, _| {});
    assert!(window.drags.carries.is_none());
    // Without anything that is carried it is no affair of ours.
    window.press();
    window.ear.voice.say(Said::Took);
    window.frame(vec![], |_, _| {});
    assert!(window.down());
}

#[test]
fn our_own_picture_comes_back_as_itself() {
    let mut window = Window::new(Pixels::Logical);
    window.press();
    let path = window.carry();
    window.ear.voice.say(Said::Took);
    window.ear.voice.say(Said::Over(Some([30.0, 40.0])));
    let mut at = None;
    assert_eq!(window.frame(vec![], |drags, ctx| at = drags.hover(ctx)), (1, vec![]));
    assert_eq!(at, Some(pos2(30.0, 40.0)));
    window.ear.voice.say(Said::Dropped(None, [31.0, 41.0]));
    window.ear.voice.say(Said::Ended);
    let mut place = Place::Unknown;
    let (hovered, dropped) = window.frame(vec![], |drags, ctx| place = drags.place(ctx));
    assert_eq!((hovered, dropped.as_slice(), place), (0, &[path][..], Place::At(pos2(31.0, 41.0))));
    assert!(window.drags.is_own(&dropped[0]));
    assert!(!window.drags.is_own(Path::new("/elsewhere/picture 7.png")));
}

#[test]
fn files_of_others_hover_and_are_dropped_where_the_system_says() {
    let mut window = Window::new(Pixels::Logical);
    window.ear.voice.say(Said::Over(Some([3.0, 4.0])));
    assert_eq!(window.frame(vec![], |_, _| {}), (1, vec![]));
    window.ear.voice.say(Said::Over(None));
    assert_eq!(window.frame(vec![], |_, _| {}), (0, vec![]));
    let files = vec![PathBuf::from("/a"), PathBuf::from("/b")];
    window.ear.voice.say(Said::Dropped(Some(files.clone()), [9.0, 8.0]));
    let mut place = Place::Unknown;
    assert_eq!(window.frame(vec![], |drags, ctx| place = drags.place(ctx)), (0, files));
    assert_eq!(place, Place::At(pos2(9.0, 8.0)));
    window.drags.rest();
    assert_eq!(window.drags.over, None);
}

#[test]
fn where_winit_tells_of_files_the_place_is_asked_for() {
    let mut window = Window::new(Pixels::Physical);
    let ctx = window.ctx.clone();
    assert_eq!(window.drags.place(&ctx), Place::Later);
    assert_eq!(window.drags.place(&ctx), Place::Later);
    assert_eq!(window.ear.asked().unwrap(), [Ask::Watch(true)], "once");
    window.ear.voice.say(Said::Over(Some([50.0, 20.0])));
    let mut place = Place::Unknown;
    assert_eq!(window.frame(vec![], |drags, ctx| place = drags.place(ctx)), (0, vec![]), "winit says what");
    assert_eq!(place, Place::At(pos2(50.0, 20.0)));
    window.drags.rest();
    assert_eq!(window.ear.asked().unwrap(), [Ask::Watch(false)]);
    assert_eq!(window.drags.place(&ctx), Place::Later, "the old place is no place");
}

#[test]
fn who_ends_the_window_ends_the_thread() {
    let ctx = Context::default();
    let (ended, end) = crossbeam_channel::bounded(1);
    let line = Line::start("test", Pixels::Logical, &ctx, move |mut ear| {
        let (never, _kept) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut asked = Vec::new();
        while let Ok(more) = ear.asked() {
            asked.extend(more);
            ear.wait(std::os::fd::AsFd::as_fd(&never), None).unwrap();
        }
        ended.send(asked).unwrap();
    });
    line.as_ref().unwrap().ask(Ask::Watch(true));
    std::thread::sleep(std::time::Duration::from_millis(20));
    drop(line);
    assert_eq!(end.recv().unwrap(), [Ask::Watch(true)]);
}
