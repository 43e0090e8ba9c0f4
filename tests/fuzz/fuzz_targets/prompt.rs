//! Prompts: any text gives segments of finite weight and whole windows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::generate::prompt::{Piece, Token, parse, windows};

fuzz_target!(|text: &str| {
    let mut tokens = Vec::new();
    let mut breaks = Vec::new();
    for piece in parse(text) {
        match piece {
            Piece::Break => breaks.push(tokens.len()),
            Piece::Text(segment) => {
                assert!(segment.weight.is_finite());
                tokens.extend(segment.text.chars().map(|c| Token {
                    id: c as u32,
                    weight: segment.weight,
                    is_comma: c == ',',
                }));
            }
        }
    }
    let windows = windows(&tokens, &breaks, 75, 0);
    assert_eq!(windows.iter().map(|w| w.used).sum::<usize>(), tokens.len());
});
