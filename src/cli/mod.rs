//! HEADLESS commands. Stable: scripts rely on the flags, the JSON and the exit codes (0 done, 1 failed, 2 wrong
//! usage, 130 cancelled).

mod args;
mod bench;
mod bench_live;
mod bench_seams;
mod bench_zoom;
mod film;
mod film_args;
mod generate;
mod info;
mod models;
mod progress;
mod stats;
mod travel;
mod zoom;

use std::process::ExitCode;

use clap::Parser;

use crate::generate::GenerateError;

/// How a command ends badly.
#[derive(Debug)]
pub enum CliError {
    /// The arguments make no sense (exit code 2).
    Usage(String),
    /// It could not be done (exit code 1).
    Failure(String),
    /// It was stopped by Ctrl-C (exit code 130).
    Cancelled,
}

impl From<GenerateError> for CliError {
    fn from(error: GenerateError) -> Self {
        match error {
            GenerateError::Cancelled => CliError::Cancelled,
            GenerateError::Request(why) => CliError::Usage(why),
            GenerateError::Model(why) | GenerateError::Run(why) => CliError::Failure(why),
        }
    }
}

impl From<crate::zoom::video::VideoError> for CliError {
    fn from(error: crate::zoom::video::VideoError) -> Self {
        use crate::zoom::video::VideoError;
        match error {
            VideoError::Cancelled => CliError::Cancelled,
            VideoError::Request(why) => CliError::Usage(why),
            VideoError::File(crate::io::FileError::UnknownFormat { .. }) => {
                CliError::Usage(error.to_string())
            }
            VideoError::File(_) | VideoError::Encoder { .. } => CliError::Failure(error.to_string()),
        }
    }
}

impl From<crate::models::ModelError> for CliError {
    fn from(error: crate::models::ModelError) -> Self {
        CliError::Failure(error.to_string())
    }
}

/// Runs the program with the process' arguments; without a command `open_window` is given the files that are named.
pub fn main(open_window: impl FnOnce(Vec<std::path::PathBuf>) -> ExitCode) -> ExitCode {
    let args = args::Args::parse();
    let Some(command) = args.command else {
        // A mistyped command would otherwise open an empty window.
        if let Some(file) = args.files.iter().find(|file| !file.exists()) {
            eprintln!("error: '{}' is neither a command nor a file; see `scumble --help`", file.display());
            return ExitCode::from(2);
        }
        return open_window(args.files);
    };
    let outcome = match command {
        args::Command::Generate(args) => generate::run(&args),
        args::Command::Info(args) => info::run(&args),
        args::Command::Zoom(args) => zoom::run(&args),
        args::Command::Travel(args) => travel::run(&args),
        args::Command::Models(args) => models::run(&args),
        args::Command::Bench(args) => bench::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::Usage(why)) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
        Err(CliError::Failure(why)) => {
            eprintln!("error: {why}");
            ExitCode::from(1)
        }
        Err(CliError::Cancelled) => {
            eprintln!("cancelled");
            ExitCode::from(130)
        }
    }
}
