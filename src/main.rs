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
    match scumble::ui::run(files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(feature = "gui"))]
fn open_window(_files: Vec<std::path::PathBuf>) -> ExitCode {
    eprintln!("error: this program was built without its window; see `scumble --help` for its commands");
    ExitCode::FAILURE
}
