//! Walks between words and seeds: what each picture is asked for.

use scumble::generate::Request;
use scumble::zoom::walk::{Stop, Walk, frame_of, picture_size};

fn walk(stops: &[(&str, u64)]) -> Walk {
    let stop = |(prompt, seed): &(&str, u64)| Stop { prompt: (*prompt).into(), seed: *seed };
    let stops = stops.iter().map(stop).collect();
    Walk { stops, seconds_per_stop: 1.0, ease: false, looped: false, fps: 10 }
}

/// Words, seed, the words and the seed that they turn into, and how far they have.
fn asked(walk: &Walk, index: u32) -> (String, u64, String, Option<u64>, f32) {
    let base = Request { steps: 7, ..Request::default() };
    let request = walk.request(&base, index);
    assert_eq!(request.steps, 7);
    let toward = request.toward.unwrap();
    (request.prompt, request.seed, toward.prompt, toward.seed, toward.t)
}

#[test]
fn it_goes_from_the_first_stop_to_the_last() {
    let walk = walk(&[("a", 1), ("b", 1), ("c", 5)]);
    assert_eq!(walk.frames(), 20);
    assert_eq!(asked(&walk, 0), ("a".into(), 1, "b".into(), None, 0.0));
    assert_eq!(asked(&walk, 19), ("b".into(), 1, "c".into(), Some(5), 1.0));
    let way = |index| {
        let (from, .., t) = asked(&walk, index);
        t + if from == "a" { 0.0 } else { 1.0 }
    };
    for index in 1..20 {
        let step = way(index) - way(index - 1);
        assert!((step - 2.0 / 19.0).abs() < 1e-6, "{index}: {step}");
    }
}

#[test]
fn a_loop_ends_before_it_begins() {
    let walk = Walk { looped: true, ..walk(&[("a", 1), ("b", 2)]) };
    assert_eq!(walk.frames(), 20);
    assert_eq!(asked(&walk, 10), ("b".into(), 2, "a".into(), Some(1), 0.0));
    let (from, _, to, _, t) = asked(&walk, 19);
    assert_eq!((from.as_str(), to.as_str()), ("b", "a"));
    assert!((t - 0.9).abs() < 1e-6, "{t}");
}

#[test]
fn it_rests_softly_at_stops() {
    let walk = Walk { ease: true, ..walk(&[("a", 1), ("b", 2)]) };
    let t = |index| asked(&walk, index).4;
    assert!(t(1) - t(0) < 0.04 && t(9) - t(8) < 0.04 && t(5) - t(4) > 0.15);
}

#[test]
fn pictures_have_the_shape_of_the_film() {
    assert_eq!(picture_size((512, 512), 512), (512, 512));
    assert_eq!(picture_size((1920, 1080), 512), (680, 384));
    assert_eq!(picture_size((1080, 1920), 64), (48, 88));
    let picture =
        image::RgbaImage::from_fn(80, 40, |x, _| image::Rgba([if x < 40 { 0 } else { 255 }, 9, 9, 255]));
    let frame = frame_of(&picture, (20, 20)).unwrap();
    assert_eq!((frame.width, frame.height), (20, 20));
    assert!(frame.rgb[0] < 5 && frame.rgb[19 * 3] > 250);
    assert!(frame_of(&image::RgbaImage::new(0, 4), (20, 20)).is_err());
}
