//! Token ids equal transformers' (tests/fixtures/make_numbers.py); windows and weights act on the embeddings.

use std::collections::HashMap;

use scumble::diffusion::text::{TextTokenizer, read_prompt};
use scumble::models::Model;
use serde::Deserialize;

use crate::support::{backend, fixture};

#[derive(Deserialize)]
struct Set {
    window: usize,
    pad: u32,
    raw: Vec<Vec<u32>>,
    padded: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct Stored {
    strings: Vec<String>,
    #[serde(flatten)]
    sets: HashMap<String, Set>,
}

fn tokenizer(model: &str) -> TextTokenizer {
    TextTokenizer::new(&Model::open(model).expect("a model")).expect("a tokenizer")
}

#[test]
fn tokens_equal_transformers() {
    let text = std::fs::read_to_string(fixture("numbers/tokens.json")).expect("tokens.json");
    let stored: Stored = serde_json::from_str(&text).expect("tokens.json");
    let folder = |name: &str| fixture("pipelines").join(name).display().to_string();
    let models =
        [("clip", folder("sd1-4ch")), ("words", folder("tiny-vae")), ("starter", "starter".to_string())];
    for (name, model) in models {
        let (set, tokenizer) = (&stored.sets[name], tokenizer(&model));
        assert_eq!(tokenizer.pad, set.pad, "{name}");
        for (i, string) in stored.strings.iter().enumerate() {
            let ids: Vec<u32> = tokenizer.encode(string).expect("tokens").iter().map(|t| t.0).collect();
            assert_eq!(ids, set.raw[i], "{name}: {string:?}");
            let window = tokenizer.framed(&ids[..ids.len().min(tokenizer.window)]);
            assert_eq!((window.len(), &window), (set.window, &set.padded[i]), "{name}: {string:?}");
        }
    }
}

#[test]
fn long_prompts_take_several_windows_and_weights_change_the_embedding() {
    let mut backend = backend();
    let (tokenizer, text, _, _) = backend.parts("starter").expect("the starter");
    let embed = |prompt: &str| {
        let windows = read_prompt(tokenizer, prompt).expect("windows");
        let z = text.encode(tokenizer, &windows, 0, &|| false).expect("an embedding");
        (windows.len(), z.dims().to_vec(), z.flatten_all().unwrap().to_vec1::<f32>().unwrap())
    };
    let (count, dims, plain) = embed("a lake at sunset");
    assert_eq!((count, dims[1]), (1, tokenizer.window + 2));
    assert_eq!(embed("").0, 1, "an empty prompt is one window");
    let long = vec!["a lake at sunset,"; 20].join(" ");
    let (count, dims, _) = embed(&long);
    assert!(count > 1, "{count} windows");
    assert_eq!(dims[1], count * (tokenizer.window + 2));
    assert_eq!(embed("a lake BREAK at sunset").0, 2);
    assert_eq!(embed("a (lake:1.0) at sunset").2, plain, "weight 1 is nothing");
    let heavy = embed("a (lake:1.5) at sunset").2;
    assert_ne!(heavy, plain);
    let mean = |v: &[f32]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len() as f64;
    assert!((mean(&heavy) - mean(&plain)).abs() < 1e-4, "the mean is kept");
}
