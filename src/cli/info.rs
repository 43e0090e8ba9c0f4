//! `scumble info`.

use serde_json::json;

use super::CliError;
use super::args::InfoArgs;
use crate::generate::metadata;
use crate::io;

pub fn run(args: &InfoArgs) -> Result<(), CliError> {
    let texts = io::read_text(&args.file).map_err(|e| CliError::Failure(e.to_string()))?;
    let parameters = texts.iter().find(|t| t.keyword == metadata::PARAMETERS).map(|t| t.text.as_str());
    let request = match metadata::read_record(&texts) {
        Some(Ok(record)) => Some(record.request),
        Some(Err(why)) => {
            return Err(CliError::Failure(format!(
                "{}: its request cannot be read: {why}",
                args.file.display()
            )));
        }
        None => None,
    };
    if args.json {
        println!("{}", json!({"parameters": parameters, "request": request}));
        return Ok(());
    }
    if parameters.is_none() && request.is_none() {
        println!("{}: nothing is said of how it was made", args.file.display());
        return Ok(());
    }
    if let Some(parameters) = parameters {
        println!("{parameters}");
    }
    if let Some(request) = request {
        let text = serde_json::to_string_pretty(&request).map_err(|e| CliError::Failure(e.to_string()))?;
        println!("\nrequest:\n{text}");
    }
    Ok(())
}
