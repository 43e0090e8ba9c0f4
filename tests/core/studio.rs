//! A whole editor with a backend that does what its script says.

use crossbeam_channel::Receiver;
use scumble::document::composite::flatten_rgba8;
use scumble::document::rgba8::Alpha;
use scumble::editor::generation::{
    AskModels, Finish, GenerateCommand as G, GenerateOptions, ModelChoice, Models, Style,
};
use scumble::editor::{Command, Editor, Effect, Folders, NoticeKind, Settings};
use scumble::generate::Pass;
use scumble::generate::fake::{FakeBackend, Script};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub struct Studio {
    pub editor: Editor,
    pub passes: Receiver<Pass>,
    begun: Instant,
}

/// A white page of 128×96 pixels.
pub fn studio(script: Script) -> Studio {
    studio_in(Folders::default(), script)
}

/// The same with folders of its own.
pub fn studio_in(folders: Folders, script: Script) -> Studio {
    studio_asking(folders, script, None)
}

/// The same where models can be asked about.
pub fn studio_asking(folders: Folders, script: Script, ask: Option<AskModels>) -> Studio {
    let (fake, passes) = FakeBackend::new(script);
    let models = Models {
        make: Box::new(move || Box::new(fake.clone())),
        choices: vec![ModelChoice { id: "fake".into(), name: "Fake".into(), native_px: 64 }],
        ask,
    };
    let mut settings = Settings { new_size: (128, 96), autosave_secs: 1.0, ..Settings::default() };
    settings.generate.style = Style { finish: Finish::None, ..Style::default() };
    settings.generate.model = "fake".into();
    settings.generate.prompt = "a test".into();
    settings.generate.style.steps = 4;
    let editor = Editor::new(folders, settings, Vec::new(), Some(models), Arc::new(|| ()));
    Studio { editor, passes, begun: Instant::now() }
}

impl Studio {
    pub fn ask(&mut self, command: G) {
        self.editor.apply(Command::Generate(command));
    }

    pub fn tick(&mut self) {
        self.editor.tick(self.begun.elapsed().as_secs_f64());
    }

    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&Editor) -> bool) {
        let begun = Instant::now();
        loop {
            self.tick();
            if holds(&self.editor) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{what} did not happen");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn options(&mut self, change: impl FnOnce(&mut GenerateOptions)) {
        let mut options = self.editor.generation().options.clone();
        change(&mut options);
        self.ask(G::SetOptions(Box::new(options)));
    }

    /// Asks for an action and waits for it.
    pub fn act(&mut self, action: scumble::editor::Action) {
        self.editor.apply(Command::Act(action));
        self.until("what was asked", |editor| !editor.preview_state().1);
    }

    pub fn page(&self) -> Vec<u8> {
        flatten_rgba8(self.editor.doc(), self.editor.doc().page, Alpha::Straight)
    }

    pub fn idle(editor: &Editor) -> bool {
        editor.generation().progress().is_none() && editor.generation().waiting().len() == 0
    }

    pub fn complaints(&mut self) -> Vec<String> {
        self.editor
            .take_effects()
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Tell(notice) if notice.kind == NoticeKind::Error => Some(notice.text),
                _ => None,
            })
            .collect()
    }
}
