//! `scumble models`.

use serde_json::json;

use super::CliError;
use super::args::{ModelsArgs, ModelsCommand};
use crate::diffusion::weights::Weights;
use crate::diffusion::{DTypeChoice, DeviceChoice, Placement};
use crate::models::{Component, Model, catalog};

pub fn run(args: &ModelsArgs) -> Result<(), CliError> {
    match &args.command {
        ModelsCommand::List { json } => {
            list(*json);
            Ok(())
        }
        ModelsCommand::Info { path, json } => info(path, *json),
    }
}

fn list(as_json: bool) {
    let entries = catalog::list();
    if as_json {
        let all: Vec<_> = entries
            .iter()
            .map(|e| {
                let arch = Model::open(&e.id).map(|m| m.arch()).ok();
                json!({"id": e.id, "path": e.path.as_ref().map(|p| p.display().to_string()), "arch": arch})
            })
            .collect();
        println!("{}", serde_json::Value::Array(all));
        return;
    }
    for entry in entries {
        let arch = match Model::open(&entry.id) {
            Ok(model) => model.arch(),
            Err(error) => format!("cannot be used: {error}"),
        };
        let place = entry.path.map_or_else(|| "inside the program".into(), |p| p.display().to_string());
        println!("{:24} {arch:36} {place}", entry.id);
    }
    if let Some(dir) = catalog::models_dir() {
        eprintln!(
            "models are looked for in {} ({} names another folder)",
            dir.display(),
            catalog::MODELS_DIR_VAR
        );
    }
}

fn info(id: &str, as_json: bool) -> Result<(), CliError> {
    let model = Model::open(id)?;
    let placement = Placement::new(DeviceChoice::Cpu, DTypeChoice::F32)?;
    let (mut tensors, mut values, mut bytes) = (0usize, 0usize, 0u64);
    let mut dtypes: Vec<String> = Vec::new();
    let present = |c: &Component| *c != Component::Student || model.student.is_some();
    for component in Component::ALL.into_iter().filter(present) {
        for tensor in Weights::open(&model, component, &placement)?.infos() {
            tensors += 1;
            values += tensor.shape.iter().product::<usize>();
            if !dtypes.contains(&tensor.dtype) {
                dtypes.push(tensor.dtype);
            }
        }
        for file in model.weight_files(component)? {
            bytes += model.files.map(&file)?.len() as u64;
        }
    }
    dtypes.sort();
    let prediction =
        model.scheduler.fields.get("prediction_type").and_then(|v| v.as_str()).unwrap_or("epsilon");
    let scheduler = model.scheduler.fields.get("_class_name").and_then(|v| v.as_str()).unwrap_or("unknown");
    if as_json {
        let object = json!({
            "id": model.id, "path": model.files.name(), "arch": model.arch(), "tensors": tensors,
            "parameters": values, "dtypes": dtypes, "bytes": bytes, "native_px": model.native_px(),
            "prediction_type": prediction, "scheduler": scheduler, "inpainting": model.is_inpainting(),
            "context": model.context, "text_width": model.clip.hidden_size,
        });
        println!("{object}");
        return Ok(());
    }
    println!("model            {}", model.files.name());
    println!("architecture     {}", model.arch());
    println!("tensors          {tensors} ({:.1} million values)", values as f64 / 1e6);
    println!("type             {}", dtypes.join(", "));
    println!("size             {:.1} MiB", bytes as f64 / f64::from(1 << 20));
    println!("native size      {0}x{0}", model.native_px());
    println!("prediction type  {prediction}");
    println!("scheduler        {scheduler}");
    println!("inpainting       {}", if model.is_inpainting() { "yes" } else { "no" });
    println!("prompt window    {} tokens, width {}", model.context, model.clip.hidden_size);
    Ok(())
}
