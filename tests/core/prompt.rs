//! Prompt syntax and windows against tables.

use scumble::generate::prompt::{Piece, Segment, Token, Window, count, pad_to_same, parse, windows};

use crate::prng::Prng;

fn show(prompt: &str) -> Vec<(String, f32)> {
    let piece = |p| match p {
        Piece::Text(Segment { text, weight }) => (text, (weight * 1e4).round() / 1e4),
        Piece::Break => ("<BREAK>".to_string(), 0.0),
    };
    parse(prompt).into_iter().map(piece).collect()
}

#[test]
fn weights_follow_brackets() {
    let table: &[(&str, &[(&str, f32)])] = &[
        ("", &[]),
        ("a boat", &[("a boat", 1.0)]),
        ("a (boat)", &[("a ", 1.0), ("boat", 1.1)]),
        ("a ((boat))", &[("a ", 1.0), ("boat", 1.21)]),
        ("a [boat]", &[("a ", 1.0), ("boat", 0.9091)]),
        ("(boat:1.3)", &[("boat", 1.3)]),
        ("(boat: 1.3 )", &[("boat", 1.3)]),
        ("(boat:.5)", &[("boat", 0.5)]),
        ("(boat:-1)", &[("boat", -1.0)]),
        ("(boat:0) x", &[("boat", 0.0), (" x", 1.0)]),
        ("((a:2) b:3)", &[("a", 6.0), (" b", 3.0)]),
        (
            "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
            &[
                ("a ", 1.0),
                ("house", 1.573),
                (" ", 1.1),
                ("on", 1.0),
                (" a ", 1.1),
                ("hill", 0.55),
                (", sun, ", 1.1),
                ("sky", 1.4641),
                (".", 1.1),
            ],
        ),
        ("(unbalanced", &[("unbalanced", 1.1)]),
        ("[unbalanced", &[("unbalanced", 0.9091)]),
        ("un) balanced]", &[("un) balanced]", 1.0)]),
        (r"\(literal\)", &[("(literal)", 1.0)]),
        (r"\[literal\] \\ \x", &[(r"[literal] \ \x", 1.0)]),
        ("a: b:1.3)", &[("a: b:1.3)", 1.0)]),
        ("(a:b)", &[("a:b", 1.1)]),
        ("(a:1.2.3)", &[("a:1.2.3", 1.1)]),
        ("(a [b) c]", &[("a ", 1.1), ("b", 1.0), (" c", 0.9091)]),
        ("()", &[]),
        ("ten o'clock: (sea:1.2), Ünïcode", &[("ten o'clock: ", 1.0), ("sea", 1.2), (", Ünïcode", 1.0)]),
    ];
    for (prompt, expect) in table {
        let expect: Vec<_> = expect.iter().map(|(t, w)| (t.to_string(), *w)).collect();
        assert_eq!(show(prompt), expect, "{prompt}");
    }
}

#[test]
fn break_is_a_word_of_its_own() {
    let table: &[(&str, &[&str])] = &[
        ("a BREAK b", &["a", "<BREAK>", "b"]),
        ("BREAK", &["<BREAK>"]),
        ("a BREAK BREAK b", &["a", "<BREAK>", "<BREAK>", "b"]),
        ("a, BREAK, b", &["a,", "<BREAK>", ", b"]),
        ("BREAKFAST at MY_BREAK", &["BREAKFAST at MY_BREAK"]),
        ("break", &["break"]),
        ("(a BREAK b:2)", &["a", "<BREAK>", "b"]),
    ];
    for (prompt, expect) in table {
        let got: Vec<_> = show(prompt).into_iter().map(|(t, _)| t).collect();
        assert_eq!(got, *expect, "{prompt}");
    }
    assert_eq!(show("(a BREAK b:2)")[2].1, 2.0);
}

#[test]
fn random_prompts_never_fail() {
    let alphabet: Vec<char> = "()[]\\:.,+-0123456789 abBREAK_é漢\n🎨".chars().collect();
    let mut prng = Prng(1);
    for _ in 0..20_000 {
        let text: String = (0..prng.below(40)).map(|_| alphabet[prng.below(alphabet.len())]).collect();
        for piece in parse(&text) {
            if let Piece::Text(segment) = piece {
                assert!(!segment.text.is_empty() && segment.weight.is_finite(), "{text:?}");
            }
        }
    }
}

#[test]
fn long_prompts_take_linear_time() {
    let n = 100_000;
    for text in [
        "(".repeat(n),
        "(a".repeat(n / 2),
        format!("{}x{}", "(".repeat(n / 2), ")".repeat(n / 2)),
        format!("{}x{}", "[a".repeat(n / 3), "]".repeat(n / 3)),
        "(a:".repeat(n / 3),
        format!("(a{}", ": ".repeat(n / 2)),
        "BREAK ".repeat(n / 6),
        "xBREAK".repeat(n / 6),
        "\\".repeat(n),
        "word, ".repeat(n / 6),
    ] {
        let start = std::time::Instant::now();
        let pieces = parse(&text);
        assert!(start.elapsed().as_secs_f32() < 1.0, "{} took {:?}", &text[..8], start.elapsed());
        assert!(pieces.iter().all(|p| !matches!(p, Piece::Text(s) if !s.weight.is_finite())));
    }
}

fn tokens(text: &str) -> Vec<Token> {
    text.chars().map(|c| Token { id: c as u32, weight: 1.0, is_comma: c == ',' }).collect()
}

fn used(windows: &[Window]) -> Vec<usize> {
    windows.iter().map(|w| w.used).collect()
}

#[test]
fn windows_break_at_commas() {
    let w = |text: &str, breaks: &[usize]| used(&windows(&tokens(text), breaks, 75, 0));
    assert_eq!(w("", &[]), [0]);
    assert_eq!(w(&"a".repeat(75), &[]), [75]);
    assert_eq!(w(&"a".repeat(76), &[]), [75, 1]);
    // A comma at 70 of 75: the phrase after it moves on.
    let text = format!("{},{}", "a".repeat(69), "b".repeat(10));
    assert_eq!(w(&text, &[]), [70, 10]);
    // 20 tokens back still counts (comma in place 56 of 75), 21 does not.
    assert_eq!(w(&format!("{},{}", "a".repeat(55), "b".repeat(30)), &[]), [56, 30]);
    assert_eq!(w(&format!("{},{}", "a".repeat(54), "b".repeat(30)), &[]), [75, 10]);
    // A comma that does not fit any more opens the next window.
    assert_eq!(w(&format!("{},{}", "a".repeat(75), "b".repeat(5)), &[]), [75, 6]);
    // Breaks.
    assert_eq!(w("aabb", &[2]), [2, 2]);
    assert_eq!(w("aabb", &[0]), [0, 4]);
    assert_eq!(w("aabb", &[2, 2]), [2, 0, 2]);
    assert_eq!(w("aabb", &[4]), [4]);
    assert_eq!(w("", &[0]), [0]);
}

#[test]
fn windows_are_padded_and_keep_every_token() {
    let mut prng = Prng(2);
    for _ in 0..500 {
        let text: String = (0..prng.below(400)).map(|_| if prng.below(9) == 0 { ',' } else { 'x' }).collect();
        let tokens: Vec<_> = tokens(&text)
            .into_iter()
            .enumerate()
            .map(|(i, t)| Token { id: i as u32 + 1, weight: 0.5, ..t })
            .collect();
        let mut breaks: Vec<_> = (0..prng.below(4)).map(|_| prng.below(tokens.len() + 1)).collect();
        breaks.sort_unstable();
        let length = [75, 30, 1][prng.below(3)];
        let out = windows(&tokens, &breaks, length, 0);
        let ids: Vec<u32> = out.iter().flat_map(|w| w.ids[..w.used].to_vec()).collect();
        assert_eq!(ids, (1..=tokens.len() as u32).collect::<Vec<_>>());
        for w in &out {
            assert!(w.ids.len() == length && w.weights.len() == length);
            assert!(
                w.ids[w.used..].iter().all(|&id| id == 0) && w.weights[w.used..].iter().all(|&v| v == 1.0)
            );
            assert!(w.weights[..w.used].iter().all(|&v| v == 0.5));
        }
    }
}

#[test]
fn prompt_and_negative_get_equally_many_windows() {
    let mut prompts = [windows(&tokens(&"a".repeat(200)), &[], 75, 9), windows(&tokens("b"), &[], 75, 9)];
    pad_to_same(&mut prompts, 9);
    let [a, b] = &prompts;
    assert_eq!((a.len(), b.len(), b[2].used, b[2].ids.len()), (3, 3, 0, 75));
    assert_eq!(count(a), (200, 225));
    assert_eq!(count(&windows(&tokens(&"a".repeat(7)), &[], 75, 9)), (7, 75));
}
