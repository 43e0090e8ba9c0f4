//! The composition root: arguments to a window or to commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    scumble_main()
}

#[cfg(feature = "inference")]
fn scumble_main() -> ExitCode {
    scumble::cli::main(open_window)
}

/// Without the commands every argument is a file to open.
#[cfg(not(feature = "inference"))]
fn scumble_main() -> ExitCode {
    open_window(std::env::args_os().skip(1).map(Into::into).collect())
}

#[cfg(feature = "gui")]
fn open_window(files: Vec<std::path::PathBuf>) -> ExitCode {
    match scumble::ui::run(files, models()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The candle backend on the best device there is, and the models that are found.
#[cfg(all(feature = "gui", feature = "inference"))]
fn models() -> Option<scumble::editor::generation::Models> {
    use scumble::diffusion::{CandleBackend, DTypeChoice, DeviceChoice, Placement};
    use scumble::editor::generation::{ModelChoice, Models};
    use scumble::models::{Model, catalog, starter};
    let placement = match Placement::new(DeviceChoice::Auto, DTypeChoice::Auto) {
        Ok(placement) => placement,
        Err(why) => {
            eprintln!("generation is off: {why}");
            return None;
        }
    };
    let choice = |entry: catalog::Entry| {
        // What is inside the program is read at once; other models say it when they are loaded.
        let inside =
            (entry.id == starter::ID).then(|| Model::open(starter::ID).ok().map(|m| m.native_px())).flatten();
        let native_px = inside.unwrap_or(512);
        ModelChoice { name: entry.id.clone(), id: entry.id, native_px }
    };
    let value_bytes = placement.storage.size_in_bytes() as u64;
    let choices = catalog::list().into_iter().map(choice).collect();
    Some(Models {
        make: Box::new(move || Box::new(CandleBackend::new(placement.clone()))),
        choices,
        ask: Some(std::sync::Arc::new(Lore { counter: Default::default(), value_bytes })),
    })
}

/// What can be said of a model from its files.
#[cfg(all(feature = "gui", feature = "inference"))]
struct Lore {
    counter: scumble::diffusion::text::TokenCounter,
    /// Bytes of a weight in memory.
    value_bytes: u64,
}

#[cfg(all(feature = "gui", feature = "inference"))]
impl scumble::editor::generation::ModelLore for Lore {
    fn tokens(&self, model: &str, text: &str) -> Option<scumble::generate::prompt::TokenCount> {
        self.counter.count(model, text)
    }

    fn footprint(&self, model: &str) -> Option<scumble::generate::Footprint> {
        let model = scumble::models::Model::open(model).ok()?;
        scumble::models::memory::footprint(&model, self.value_bytes).ok()
    }

    fn few_steps(&self, model: &str) -> Option<u32> {
        scumble::models::Model::open(model).ok()?.few_steps()
    }
}

#[cfg(all(feature = "gui", not(feature = "inference")))]
fn models() -> Option<scumble::editor::generation::Models> {
    None
}

#[cfg(not(feature = "gui"))]
fn open_window(_files: Vec<std::path::PathBuf>) -> ExitCode {
    eprintln!("error: this program was built without its window; see `scumble --help` for its commands");
    ExitCode::FAILURE
}
