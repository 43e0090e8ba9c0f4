//! The composition root: arguments to commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    scumble::cli::main()
}
