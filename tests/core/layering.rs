//! The walls between rooms. Every use of another room must stand in [`ROOMS`], and some crates and macros have
//! their only place. Reads the source as text: no build, no exceptions.

use std::path::{Path, PathBuf};

/// A room and the rooms that it may use. `main` may use all.
const ROOMS: &[(&str, &[&str])] = &[
    ("geom", &[]),
    ("color", &["geom"]),
    ("sampling", &[]),
    ("document", &["geom", "color"]),
    ("paint", &["geom", "color", "document"]),
    ("io", &["geom", "document"]),
    ("generate", &["geom", "sampling", "io", "document"]),
    ("models", &["generate", "sampling"]),
    ("diffusion", &["generate", "models", "sampling", "geom"]),
    // A level is made by generation: what is asked for is decided where its place is known.
    ("zoom", &["geom", "color", "sampling", "document", "io", "generate"]),
    ("editor", &["geom", "color", "sampling", "document", "paint", "io", "generate", "models", "zoom"]),
    ("ui", &["geom", "color", "sampling", "document", "paint", "io", "generate", "models", "zoom", "editor"]),
    (
        "cli",
        &[
            "geom",
            "color",
            "sampling",
            "document",
            "paint",
            "io",
            "generate",
            "models",
            "diffusion",
            "zoom",
            "editor",
        ],
    ),
];

/// A crate and the only places (prefixes of the path below `src`) that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("candle_core", &["diffusion"]),
    ("candle_nn", &["diffusion"]),
    ("candle_transformers", &["diffusion/bench_candle"]),
    ("egui", &["ui"]),
    ("eframe", &["ui"]),
    ("wgpu", &["ui/canvas"]),
    ("egui_wgpu", &["ui/canvas"]),
    ("octotablet", &["ui/pen"]),
    ("wayland_client", &["ui/pen", "ui/dragging", "ui/listening"]),
    ("x11rb", &["ui/dragging"]),
    ("drag", &["ui/dragging"]),
    ("rfd", &["ui/dialogs"]),
    ("cosmic_text", &["paint/text"]),
    ("moxcms", &["io/profile"]),
    ("anyhow", &["main.rs", "cli"]),
];

/// Promises are no code.
const MACROS: &[&str] = &["todo", "unimplemented"];

#[test]
fn rooms_use_only_what_they_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    assert!(files.len() > 10, "no source found below {}", src.display());
    let mut errors = Vec::new();
    for file in files {
        let path = file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        errors.extend(check(&path, &std::fs::read_to_string(&file).unwrap()));
    }
    assert!(errors.is_empty(), "\n{}\n", errors.join("\n"));
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// What is wrong in the file at `path` (below `src`).
fn check(path: &str, source: &str) -> Vec<String> {
    let mut errors = Vec::new();
    let words = words(source);
    let modules: Vec<&str> = path.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect();
    let room = modules[0];
    let allowed: Vec<&str> = match (path, ROOMS.iter().find(|(name, _)| *name == room)) {
        ("main.rs" | "lib.rs", _) => ROOMS.iter().map(|(name, _)| *name).collect(),
        (_, Some((_, uses))) => uses.to_vec(),
        _ => return vec![format!("src/{path}: room '{room}' is not in the table of tests/core/layering.rs")],
    };
    for (line, used) in rooms_used(&words, modules.len()) {
        let known = ROOMS.iter().any(|(name, _)| *name == used);
        if known && used != room && !allowed.contains(&used) {
            errors.push(format!("src/{path}:{line}: '{room}' must not use '{used}'"));
        }
    }
    for (at, (line, word)) in words.iter().enumerate() {
        let next = words.get(at + 1).map_or("", |w| w.1);
        let before = if at > 0 { words[at - 1].1 } else { "" };
        if let Some((name, places)) = CRATES.iter().find(|(name, _)| name == word) {
            let is_path = next == "::" || matches!(before, "use" | "crate");
            // `ui/canvas` stands for ui/canvas.rs and all in ui/canvas/.
            let allowed = places.iter().any(|place| {
                path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
            });
            if is_path && !allowed {
                errors.push(format!("src/{path}:{line}: {name} may be named only in {places:?}"));
            }
        }
        if MACROS.contains(word) && next == "!" {
            errors.push(format!("src/{path}:{line}: {word}! is a promise, not code"));
        }
    }
    errors
}

/// The rooms named by `crate::room`, `crate::{a, b::c}` and chains of `super` that climb to the root, with lines.
/// `depth` is the number of modules of the file's path.
fn rooms_used<'a>(words: &[(usize, &'a str)], depth: usize) -> Vec<(usize, &'a str)> {
    let word = |at: usize| words.get(at).map_or("", |w| w.1);
    let mut out = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let mut next = at;
        let mut climbed = 0;
        while word(next) == "super" && word(next + 1) == "::" {
            climbed += 1;
            next += 2;
        }
        let from_root = matches!(word(at), "crate" | "scumble") && word(at + 1) == "::";
        if from_root {
            next = at + 2;
        }
        if !from_root && (climbed == 0 || climbed < depth) {
            at += 1;
            continue;
        }
        if word(next) == "{" {
            // The first word of each part of the braces.
            let (mut level, mut start) = (0, false);
            for &(line, w) in &words[next..] {
                match w {
                    "{" => (level, start) = (level + 1, level == 0),
                    "}" => level -= 1,
                    "," => start = level == 1,
                    _ if start => {
                        out.push((line, w));
                        start = false;
                    }
                    _ => {}
                }
                if level == 0 {
                    break;
                }
            }
        } else if let Some(&found) = words.get(next) {
            out.push(found);
        }
        at = next.max(at + 1);
    }
    out
}

/// The words and signs of Rust source with their lines; comments, strings and characters are left out, `::` is one.
fn words(source: &str) -> Vec<(usize, &str)> {
    let bytes = source.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 128;
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let start = at;
        match byte(at) {
            b'/' if byte(at + 1) == b'/' => {
                while at < bytes.len() && byte(at) != b'\n' {
                    at += 1;
                }
            }
            b'/' if byte(at + 1) == b'*' => {
                let mut level = 1;
                at += 2;
                while at < bytes.len() && level > 0 {
                    let step = match (byte(at), byte(at + 1)) {
                        (b'/', b'*') => (1, 2),
                        (b'*', b'/') => (-1, 2),
                        _ => (0, 1),
                    };
                    level += step.0;
                    at += step.1;
                }
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && byte(at) != b'"' {
                    at += if byte(at) == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'\'' if byte(at + 1) == b'\\' => {
                at += 3;
                while at < bytes.len() && byte(at) != b'\'' {
                    at += 1;
                }
                at += 1;
            }
            b'\'' => {
                // 'x' is a character, 'x without a closing quote a lifetime.
                let length = source[at + 1..].chars().next().map_or(1, char::len_utf8);
                at += if byte(at + 1 + length) == b'\'' { length + 2 } else { 1 };
            }
            b if is_word(b) => {
                while at < bytes.len() && is_word(byte(at)) {
                    at += 1;
                }
                let word = &source[start..at];
                let hashes = bytes[at..].iter().take_while(|b| **b == b'#').count();
                if matches!(word, "r" | "br" | "cr") && byte(at + hashes) == b'"' {
                    let end = format!("\"{}", "#".repeat(hashes));
                    let body = at + hashes + 1;
                    at = source[body..].find(&end).map_or(bytes.len(), |n| body + n + end.len());
                } else {
                    out.push((line, word));
                }
            }
            b':' if byte(at + 1) == b':' => {
                at += 2;
                out.push((line, "::"));
            }
            b if b.is_ascii_whitespace() => at += 1,
            _ => {
                at += 1;
                out.push((line, &source[start..at]));
            }
        }
        at = at.min(bytes.len());
        line += bytes[start..at].iter().filter(|b| **b == b'\n').count();
    }
    out
}

#[test]
fn planted_bad_edges_are_caught() {
    for (path, source, expect) in [
        ("sampling/mod.rs", "use crate::generate::Request;", "'sampling' must not use 'generate'"),
        ("sampling/a/b.rs", "\n\nfn f() { crate::io::save() }", "b.rs:3: 'sampling' must not use 'io'"),
        ("io/mod.rs", "use crate::{geom::Rect, generate::{plan, Request}};", "must not use 'generate'"),
        ("io/mod.rs", "use crate::{\n  geom,\n  ui,\n};", "mod.rs:3: 'io' must not use 'ui'"),
        (
            "io/deep/er.rs",
            "use super::super::super::document; use super::super::super::paint::Dab;",
            "'paint'",
        ),
        ("geom.rs", "use super::color::Rgba8;", "'geom' must not use 'color'"),
        ("generate/mod.rs", "macro_rules! m { () => { $crate::diffusion::run() } }", "'diffusion'"),
        ("generate/mod.rs", "const C: char = '\"'; use crate::ui::x; // \"", "'ui'"),
        ("cli/mod.rs", "use crate::ui;", "'cli' must not use 'ui'"),
        ("document/mod.rs", "use candle_core::Tensor;", "candle_core may be named only in"),
        ("generate/a.rs", "fn f() -> anyhow::Result<()> {}", "anyhow"),
        ("ui/panels.rs", "use eframe::wgpu::Device;", "wgpu may be named only in [\"ui/canvas\"]"),
        ("editor/mod.rs", "use egui;", "egui"),
        ("paint/mod.rs", "fn f() { todo!() }", "todo! is a promise"),
        ("paint/mod.rs", "fn f() { unimplemented! (\"later\") }", "unimplemented!"),
        ("attic/mod.rs", "", "'attic' is not in the table"),
    ] {
        let errors = check(path, source);
        assert!(errors.len() == 1 && errors[0].contains(expect), "{path}: {source}: {errors:?}");
    }
    for (path, source) in [
        ("main.rs", "use scumble::{ui, cli}; fn main() -> anyhow::Result<()> {}"),
        ("cli/run.rs", "use crate::diffusion; use anyhow::Context;"),
        ("ui/canvas/gpu.rs", "use eframe::wgpu; use wgpu::Device;"),
        ("ui/dialogs.rs", "rfd::FileDialog::new()"),
        ("sampling/kinds.rs", "// use crate::ui;\n/* crate::ui /* nested */ crate::ui */ use super::noise;"),
        (
            "sampling/kinds.rs",
            "let s = \"crate::ui \\\" crate::ui\"; let r = r#\"crate::ui \"# ; fn f<'a>(x: &'a str) {}",
        ),
        ("geom.rs", "mod tests { use super::*; }"),
        ("generate/plan/masked.rs", "use super::super::io; use super::Next; use crate::generate::plan;"),
        ("editor/mod.rs", "let egui = 1; let todo = egui;"),
    ] {
        assert_eq!(check(path, source), Vec::<String>::new(), "{path}: {source}");
    }
}
