//! Prompt syntax and the windows that a text encoder reads.
//!
//! The syntax is the one that painters know from other programs: `(word)` counts 1.1 times, `(word:1.3)` 1.3
//! times, `[word]` 1/1.1 times, brackets nest, `\(` `\)` `\[` `\]` `\\` are the characters themselves, and
//! `BREAK` as a word of its own starts a new window. A bracket that is never closed counts as closed at the
//! end, a closing one that was never opened is text: no prompt is an error. `[a:b:0.5]` (editing while the
//! picture is made) is not known and is read as weakened text.

/// What a bracket without a number multiplies by (a square one divides).
pub const BRACKET_WEIGHT: f64 = 1.1;

/// Largest weight either way: a thousand brackets must not become infinite.
pub const MAX_WEIGHT: f32 = 1000.0;

/// How far back from the end of a window (of 75 tokens) a comma is looked for, so that a phrase stays together.
pub const COMMA_BACKTRACK: usize = 20;

/// The text window of CLIP without its start and end token.
pub const WINDOW: usize = 75;

/// A stretch of text and how much it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The text, escapes resolved, never empty.
    pub text: String,
    /// 1 is plain; 0 is silent.
    pub weight: f32,
}

/// A part of a prompt, in reading order.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text.
    Text(Segment),
    /// The word `BREAK`: what follows starts a new window.
    Break,
}

/// Reads a prompt. Takes time linear in its length and never fails; an empty prompt has no pieces.
pub fn parse(prompt: &str) -> Vec<Piece> {
    let mut reader = Reader::default();
    let bytes = prompt.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let special = |b: &u8| matches!(b, b'\\' | b'(' | b')' | b'[' | b']' | b':');
        match bytes[at] {
            b'\\' if bytes.get(at + 1).is_some_and(|b| matches!(b, b'\\' | b'(' | b')' | b'[' | b']')) => {
                reader.literal(&prompt[at + 1..at + 2]);
                at += 2;
            }
            b'(' => {
                reader.round.push(reader.items.len());
                at += 1;
            }
            b'[' => {
                reader.square.push(reader.items.len());
                at += 1;
            }
            b')' => {
                match reader.round.pop() {
                    Some(start) => reader.multiply_from(start, BRACKET_WEIGHT),
                    None => reader.literal(")"),
                }
                at += 1;
            }
            b']' => {
                match reader.square.pop() {
                    Some(start) => reader.multiply_from(start, 1.0 / BRACKET_WEIGHT),
                    None => reader.literal("]"),
                }
                at += 1;
            }
            b':' => {
                let close =
                    if reader.round.is_empty() { None } else { weight_and_bracket(&prompt[at + 1..]) };
                if let Some((weight, length)) = close {
                    let start = reader.round.pop().expect("not empty: looked above");
                    reader.multiply_from(start, weight);
                    at += 1 + length;
                } else {
                    reader.literal(":");
                    at += 1;
                }
            }
            b'\\' => {
                reader.literal("\\");
                at += 1;
            }
            _ => {
                let end = bytes[at..].iter().position(special).map_or(bytes.len(), |n| at + n);
                reader.text(&prompt[at..end]);
                at = end;
            }
        }
    }
    reader.finish()
}

/// Reads ` 1.3 )` (what follows the colon): the number and the bytes taken, bracket included.
fn weight_and_bracket(text: &str) -> Option<(f64, usize)> {
    let inner = text.trim_start();
    let lead = text.len() - inner.len();
    let sign = usize::from(inner.starts_with(['+', '-']));
    let digits = inner[sign..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let number: f64 = inner[..sign + digits].parse().ok()?;
    let rest = &inner[sign + digits..];
    let after = rest.trim_start();
    let taken = lead + sign + digits + (rest.len() - after.len());
    after.starts_with(')').then_some((number, taken + 1))
}

/// Text so far and the factors that brackets put on ranges of it.
#[derive(Default)]
struct Reader {
    items: Vec<Option<String>>, // None: BREAK
    round: Vec<usize>,
    square: Vec<usize>,
    factors: Vec<(usize, usize, f64)>,
}

impl Reader {
    fn literal(&mut self, text: &str) {
        self.items.push(Some(text.to_string()));
    }

    /// Text between special characters: `BREAK` as a word of its own is taken out with the space around it.
    fn text(&mut self, text: &str) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (mut rest, mut searched) = (text, 0);
        while let Some(found) = rest[searched..].find("BREAK") {
            let (start, end) = (searched + found, searched + found + "BREAK".len());
            let inside = rest[..start].chars().next_back().is_some_and(is_word)
                || rest[end..].chars().next().is_some_and(is_word);
            if inside {
                searched = end;
                continue;
            }
            let before = rest[..start].trim_end();
            if !before.is_empty() {
                self.literal(before);
            }
            self.items.push(None);
            (rest, searched) = (rest[end..].trim_start(), 0);
        }
        if !rest.is_empty() {
            self.literal(rest);
        }
    }

    fn multiply_from(&mut self, start: usize, factor: f64) {
        if start < self.items.len() {
            self.factors.push((start, self.items.len(), factor));
        }
    }

    /// Closes what is open and gives every item the product of the factors around it. Sums of logarithms keep
    /// that linear in the number of brackets, however deep they nest or cross.
    fn finish(mut self) -> Vec<Piece> {
        for start in std::mem::take(&mut self.round) {
            self.multiply_from(start, BRACKET_WEIGHT);
        }
        for start in std::mem::take(&mut self.square) {
            self.multiply_from(start, 1.0 / BRACKET_WEIGHT);
        }
        #[derive(Clone, Default)]
        struct Change {
            log: f64,
            active: i64,
            zeros: i64,
            negative: i64,
        }
        let mut changes = vec![Change::default(); self.items.len() + 1];
        for &(start, end, factor) in &self.factors {
            for (at, sign) in [(start, 1), (end, -1)] {
                let change = &mut changes[at];
                change.active += sign;
                change.zeros += sign * i64::from(factor == 0.0);
                change.negative += sign * i64::from(factor < 0.0);
                if factor != 0.0 {
                    change.log += sign as f64 * factor.abs().ln();
                }
            }
        }
        let mut now = Change::default();
        let mut pieces: Vec<Piece> = Vec::new();
        for (item, change) in self.items.into_iter().zip(changes) {
            now.active += change.active;
            now.zeros += change.zeros;
            now.negative += change.negative;
            now.log = if now.active == 0 { 0.0 } else { now.log + change.log };
            let size = if now.zeros > 0 { 0.0 } else { now.log.exp() as f32 };
            let weight = if now.negative % 2 == 0 { size } else { -size }.clamp(-MAX_WEIGHT, MAX_WEIGHT);
            match (item, pieces.last_mut()) {
                (None, _) => pieces.push(Piece::Break),
                (Some(text), Some(Piece::Text(last))) if last.weight == weight => last.text.push_str(&text),
                (Some(text), _) => pieces.push(Piece::Text(Segment { text, weight })),
            }
        }
        pieces
    }
}

/// A token with the weight of the text that it came from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token {
    /// Number in the tokenizer's vocabulary.
    pub id: u32,
    /// Weight of its segment.
    pub weight: f32,
    /// Whether it is a comma: a good place to break a window.
    pub is_comma: bool,
}

/// How many tokens a prompt is, and how they lie in windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCount {
    /// Tokens of each window.
    pub used: Vec<usize>,
    /// Tokens that a window holds.
    pub window: usize,
}

impl TokenCount {
    /// All of them.
    pub fn tokens(&self) -> usize {
        self.used.iter().sum()
    }
}

impl std::fmt::Display for TokenCount {
    /// `31 / 75`, or `92 / 150, 2 windows`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let windows = self.used.len().max(1);
        write!(f, "{} / {}", self.tokens(), self.window * windows)?;
        if windows > 1 { write!(f, ", {windows} windows") } else { Ok(()) }
    }
}

/// What the text encoder reads at a time, without start and end token.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Token ids, padded to the window's length.
    pub ids: Vec<u32>,
    /// A weight per token, 1 for padding.
    pub weights: Vec<f32>,
    /// How many are not padding.
    pub used: usize,
}

impl Window {
    fn new(tokens: &[Token], length: usize, pad_id: u32) -> Self {
        let mut ids: Vec<u32> = tokens.iter().map(|t| t.id).collect();
        let mut weights: Vec<f32> = tokens.iter().map(|t| t.weight).collect();
        ids.resize(length, pad_id);
        weights.resize(length, 1.0);
        Self { ids, weights, used: tokens.len() }
    }
}

/// Cuts tokens into windows of `length` (75 for CLIP). `breaks` are the positions in `tokens` (rising, equal ones
/// allowed) before which a `BREAK` stood. A window that is full ends after its last comma if that is at most
/// [`COMMA_BACKTRACK`] tokens back (in proportion for shorter windows). There is at least one window.
pub fn windows(tokens: &[Token], breaks: &[usize], length: usize, pad_id: u32) -> Vec<Window> {
    let length = length.max(1);
    let backtrack = COMMA_BACKTRACK.min(length * COMMA_BACKTRACK / WINDOW);
    let mut out = Vec::new();
    let mut start = 0; // of the window being filled
    let mut after_comma = None;
    let mut next_break = 0;
    for at in 0..=tokens.len() {
        while breaks.get(next_break).is_some_and(|&b| b <= at) {
            out.push(Window::new(&tokens[start..at], length, pad_id));
            (start, after_comma) = (at, None);
            next_break += 1;
        }
        if at == tokens.len() {
            break;
        }
        if at - start == length {
            let cut = match after_comma {
                // A comma right here would open the next window: the cut stays here.
                Some(cut) if !tokens[at].is_comma && at - cut < backtrack => cut,
                _ => at,
            };
            out.push(Window::new(&tokens[start..cut], length, pad_id));
            (start, after_comma) = (cut, None);
        }
        if tokens[at].is_comma {
            after_comma = Some(at + 1);
        }
    }
    if start < tokens.len() || out.is_empty() {
        out.push(Window::new(&tokens[start..], length, pad_id));
    }
    out
}

/// Pads shorter lists with empty windows: prompts that run together must be equally long.
pub fn pad_to_same(prompts: &mut [Vec<Window>], pad_id: u32) {
    let length = prompts.iter().find_map(|p| p.first()).map_or(WINDOW, |w| w.ids.len());
    let count = prompts.iter().map(Vec::len).max().unwrap_or(0);
    for prompt in prompts {
        prompt.resize_with(count, || Window::new(&[], length, pad_id));
    }
}

/// For a token counter: tokens in use (a window before the last counts as full, since nothing more fits it) and
/// how many the windows hold.
pub fn count(windows: &[Window]) -> (usize, usize) {
    let capacity = windows.iter().map(|w| w.ids.len()).sum();
    let last = windows.last().map_or(0, |w| w.ids.len() - w.used);
    (capacity - last, capacity)
}
