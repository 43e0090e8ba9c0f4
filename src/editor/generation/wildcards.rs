//! Words by chance: `{a|b}` takes one of its parts, `__name__` a line of the file `wildcards/name.txt` of the settings
//! folder. The seed decides, so that the same seed and files give the same words.

use std::path::Path;

/// Largest file of words.
pub const MAX_FILE_BYTES: u64 = 1 << 20;
/// Most lines that are looked at.
pub const MAX_LINES: usize = 20_000;
/// Longest text that may come of it, bytes.
const MAX_TEXT: usize = 20_000;
/// Most replacements: files may name each other.
const MAX_ROUNDS: usize = 1000;

/// Replaces every `{a|b|c}` and `__name__`. Braces without a bar are text. Parts and lines may hold both themselves.
/// `lines` gives the lines of a name.
///
/// # Errors
/// What `lines` says, and when it does not come to an end; in words.
pub fn roll(
    template: &str,
    seed: u64,
    lines: &mut dyn FnMut(&str) -> Result<Vec<String>, String>,
) -> Result<String, String> {
    let mut text = template.to_owned();
    let mut chance = Chance::new(seed);
    for _ in 0..MAX_ROUNDS {
        if text.len() > MAX_TEXT {
            break;
        }
        if choose(&mut text, &mut chance) {
            continue;
        }
        if let Some((start, end)) = named(&text) {
            let name = &text[start + 2..end - 2];
            let found = lines(name)?;
            if found.is_empty() {
                return Err(format!("The wildcard file of “{name}” holds no words."));
            }
            let pick = found[chance.below(found.len())].clone();
            text.replace_range(start..end, &pick);
        } else {
            return Ok(text);
        }
    }
    Err("The wildcards of the prompt come to no end: a file seems to name itself.".into())
}

/// The same for `{a|b}` alone; names of files stay as they are.
pub fn expand(prompt: &str, seed: u64) -> String {
    let mut text = prompt.to_owned();
    let mut chance = Chance::new(seed);
    // A prompt is short, and each round removes a pair.
    for _ in 0..MAX_ROUNDS {
        if !choose(&mut text, &mut chance) {
            break;
        }
    }
    text
}

/// The order of choices that a seed makes.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed ^ 0x5cb1_e000_0000_0001)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n.max(1) as u64) as usize
    }
}

/// Replaces the first innermost `{a|b}`. Returns whether there was one.
fn choose(text: &mut String, chance: &mut Chance) -> bool {
    let Some((open, close)) = innermost(text) else { return false };
    let parts: Vec<&str> = text[open + 1..close].split('|').collect();
    let pick = parts[chance.below(parts.len())].trim().to_owned();
    text.replace_range(open..=close, &pick);
    true
}

/// Whether a file of words is named.
pub fn names_files(text: &str) -> bool {
    named(text).is_some()
}

/// The lines of the file of a name in `folder`, without empty ones and those that begin with `#`.
///
/// # Errors
/// When there is no such file, or it is no text or too large; in words, with the way out.
pub fn lines_of(folder: Option<&Path>, name: &str) -> Result<Vec<String>, String> {
    let folder = folder.ok_or("There is no settings folder, and so no wildcard files.")?;
    let path = folder.join(format!("{name}.txt"));
    let size = match std::fs::metadata(&path) {
        Ok(meta) => meta.len(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(format!(
                "There is no wildcard file for “__{name}__”: write {} with one choice per line.",
                path.display()
            ));
        }
        Err(e) => return Err(format!("cannot read {}: {e}", path.display())),
    };
    if size > MAX_FILE_BYTES {
        return Err(format!(
            "{} is larger than {} MiB: split it into several wildcard files.",
            path.display(),
            MAX_FILE_BYTES >> 20
        ));
    }
    let text = std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.take(MAX_LINES).map(str::to_owned).collect())
}

/// The first `__name__`: where it begins and ends. A name has letters, digits, `-`, single `_` and `/` within.
fn named(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(start) = text[from..].find("__").map(|at| from + at) {
        let rest = &text[start + 2..];
        if let Some(length) = rest.find("__").filter(|n| *n > 0) {
            let name = &rest[..length];
            let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
            let whole = !name.starts_with('/') && !name.ends_with('/') && !name.contains("//");
            if name.chars().all(fits) && whole {
                return Some((start, start + length + 4));
            }
        }
        from = start + 1;
    }
    None
}

/// The first pair of braces that holds a bar and no other pair.
fn innermost(text: &str) -> Option<(usize, usize)> {
    let mut open = None;
    let mut bar = false;
    for (i, c) in text.char_indices() {
        match c {
            '{' => (open, bar) = (Some(i), false),
            '|' => bar = true,
            '}' => {
                if let (Some(open), true) = (open, bar) {
                    return Some((open, i));
                }
                open = None;
            }
            _ => {}
        }
    }
    None
}
