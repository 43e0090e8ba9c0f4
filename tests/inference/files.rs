//! Damaged and hostile model folders: each is refused with the file and the reason, none makes the program panic
//! or take memory.

use std::path::{Path, PathBuf};

use scumble::generate::{Backend, Timings};
use scumble::models::Model;

use crate::support::{Quiet, backend, copy_folder, fixture, plain_pass};

struct Broken {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

impl Broken {
    /// A copy of `sd1-4ch`, damaged by `damage`.
    fn new(damage: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("model");
        copy_folder(&fixture("pipelines/sd1-4ch"), &path);
        damage(&path);
        Self { _dir: dir, path }
    }

    /// What a run says.
    fn message(&self) -> String {
        let id = self.path.display().to_string();
        let pass = plain_pass(&id);
        match backend().run(&pass, &mut Quiet::default(), &mut Timings::default()) {
            Ok(_) => panic!("it painted with a broken model"),
            Err(error) => error.to_string(),
        }
    }
}

const UNET: &str = "unet/diffusion_pytorch_model.safetensors";

fn edit_json(path: &Path, edit: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) {
    let text = std::fs::read_to_string(path).expect("a config");
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    edit(value.as_object_mut().expect("an object"));
    std::fs::write(path, value.to_string()).expect("written");
}

fn says(broken: &Broken, words: &[&str]) {
    let message = broken.message();
    for word in words {
        assert!(message.contains(word), "'{word}' is not in: {message}");
    }
}

#[test]
fn damaged_weights_are_named() {
    says(
        &Broken::new(|p| {
            let bytes = std::fs::read(p.join(UNET)).unwrap();
            std::fs::write(p.join(UNET), &bytes[..bytes.len() / 2]).unwrap();
        }),
        &[UNET, "damaged"],
    );
    says(&Broken::new(|p| std::fs::write(p.join(UNET), b"").unwrap()), &[UNET, "empty"]);
    says(&Broken::new(|p| std::fs::remove_file(p.join(UNET)).unwrap()), &[UNET, "missing"]);
    // a header that claims to be longer than any file
    says(&Broken::new(|p| std::fs::write(p.join(UNET), [0xFF; 64]).unwrap()), &[UNET, "damaged"]);
    for header in [
        r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[18446744073709551615,8],"data_offsets":[0,16]}}"#,
        r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}"#,
        r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,18446744073709551615]}}"#,
        "{",
        "[]",
    ] {
        let broken = Broken::new(|p| {
            let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
            bytes.extend(header.as_bytes());
            bytes.extend([0u8; 16]);
            std::fs::write(p.join(UNET), bytes).unwrap();
        });
        says(&broken, &[UNET, "damaged"]);
    }
}

#[test]
fn a_tensor_of_the_wrong_shape_is_named() {
    let broken = Broken::new(|p| {
        edit_json(&p.join("unet/config.json"), |c| {
            c.insert("block_out_channels".into(), serde_json::json!([32, 128]));
        });
    });
    let message = broken.message();
    assert!(message.contains("tensor '") && message.contains("config"), "{message}");
}

#[test]
fn configs_that_make_no_sense_are_refused() {
    type Edit = fn(&mut serde_json::Map<String, serde_json::Value>);
    let cases: [(&str, Edit, &[&str]); 10] = [
        ("unet/config.json", |c| drop(c.remove("block_out_channels")), &["block_out_channels"]),
        ("unet/config.json", |c| drop(c.insert("in_channels".into(), 7.into())), &["in_channels"]),
        (
            "unet/config.json",
            |c| drop(c.insert("block_out_channels".into(), serde_json::json!([0, 0]))),
            &["block_out_channels"],
        ),
        (
            "unet/config.json",
            |c| drop(c.insert("down_block_types".into(), serde_json::json!(["Strange", "DownBlock2D"]))),
            &["Strange"],
        ),
        (
            "unet/config.json",
            |c| drop(c.insert("attention_head_dim".into(), 1_000_000_000.into())),
            &["attention_head_dim"],
        ),
        (
            "unet/config.json",
            |c| drop(c.insert("layers_per_block".into(), 4_000_000_000u64.into())),
            &["layers_per_block"],
        ),
        (
            "unet/config.json",
            |c| drop(c.insert("_class_name".into(), "FluxTransformer".into())),
            &["FluxTransformer"],
        ),
        (
            "model_index.json",
            |c| drop(c.insert("_class_name".into(), "StableDiffusionXLPipeline".into())),
            &["XL"],
        ),
        (
            "vae/config.json",
            |c| drop(c.remove("block_out_channels")),
            &["vae/config.json", "block_out_channels"],
        ),
        (
            "scheduler/scheduler_config.json",
            |c| drop(c.insert("num_train_timesteps".into(), serde_json::json!(-5))),
            &["num_train_timesteps"],
        ),
    ];
    for (file, edit, words) in cases {
        says(&Broken::new(|p| edit_json(&p.join(file), edit)), words);
    }
    says(
        &Broken::new(|p| std::fs::write(p.join("unet/config.json"), "{ not json").unwrap()),
        &["unet/config.json"],
    );
    says(&Broken::new(|p| std::fs::write(p.join("tokenizer/vocab.json"), "[]").unwrap()), &["vocab.json"]);
    says(&Broken::new(|p| std::fs::remove_dir_all(p.join("tokenizer")).unwrap()), &["tokenizer"]);
}

#[test]
fn a_shard_may_not_lead_out_of_the_folder() {
    let broken = Broken::new(|p| {
        std::fs::remove_file(p.join(UNET)).unwrap();
        let index = r#"{"weight_map":{"a":"../../secret.safetensors"}}"#;
        std::fs::write(p.join("unet/diffusion_pytorch_model.safetensors.index.json"), index).unwrap();
    });
    says(&broken, &["is a path"]);
}

#[test]
fn pickled_weights_are_not_opened() {
    let broken = Broken::new(|p| {
        std::fs::rename(p.join(UNET), p.join("unet/diffusion_pytorch_model.bin")).unwrap();
    });
    says(&broken, &["pickled", "safetensors"]);
}

/// A small fuzzer: random damage to every file of a model must end in a picture or a message.
#[test]
fn random_damage_never_panics() {
    let mut state = 0x1234_5678_9ABC_DEFFu64;
    let mut random = move |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n.max(1) as u64) as usize
    };
    let files = [
        "unet/config.json",
        "vae/config.json",
        "text_encoder/config.json",
        "scheduler/scheduler_config.json",
        "tokenizer/vocab.json",
        "tokenizer/merges.txt",
        "tokenizer/tokenizer_config.json",
        "model_index.json",
        UNET,
    ];
    let broken = Broken::new(|_| {});
    for round in 0..120 {
        let file = broken.path.join(files[round % files.len()]);
        let good = std::fs::read(&file).unwrap();
        let mut bad = good.clone();
        for _ in 0..1 + random(4) {
            // In weights only the header is worth breaking: numbers may be anything.
            let at = random(bad.len().min(20_000));
            match random(4) {
                0 => bad[at] = random(256) as u8,
                1 => bad[at] ^= 1 << random(8),
                2 => bad.truncate(at),
                _ => bad.insert(at, b"0123456789-[]{}\","[random(17)]),
            }
            if bad.is_empty() {
                bad.push(0);
            }
        }
        std::fs::write(&file, &bad).unwrap();
        let id = broken.path.display().to_string();
        let opened = std::panic::catch_unwind(|| Model::open(&id).map(|m| m.arch()));
        assert!(opened.is_ok(), "{}: opening panicked", file.display());
        let mut pass = plain_pass(&id);
        (pass.steps, pass.width, pass.height) = (1, 16, 16);
        let ran = std::panic::catch_unwind(|| {
            backend().run(&pass, &mut Quiet::default(), &mut Timings::default()).map(|_| ())
        });
        assert!(ran.is_ok(), "{}: running panicked (round {round})", file.display());
        std::fs::write(&file, &good).unwrap();
    }
}
