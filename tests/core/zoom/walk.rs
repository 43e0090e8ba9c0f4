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
    assert_eq!(walk.frames(), 21);
    assert_eq!(asked(&walk, 0), ("a".into(), 1, "b".into(), None, 0.0));
    assert_eq!(asked(&walk, 10), ("b".into(), 1, "c".into(), Some(5), 0.0));
    assert_eq!(asked(&walk, 20), ("b".into(), 1, "c".into(), Some(5), 1.0));
    let way = |index| {
        let (from, .., t) = asked(&walk, index);
        t + if from == "a" { 0.0 } else { 1.0 }
    };
    for index in 1..21 {
        let step = way(index) - way(index - 1);
        assert!((step - 0.1).abs() < 1e-6, "{index}: {step}");
    }
}

#[test]
fn what_was_made_stays_right_when_the_walk_goes_on() {
    let short = Walk { seconds_per_stop: 0.77, ease: true, ..walk(&[("a", 1), ("b", 2)]) };
    assert_eq!(short.frames(), 9);
    let stops = [("a", 1), ("b", 2), ("c", 3)];
    for looped in [false, true] {
        let long = Walk { looped, ..Walk { stops: walk(&stops).stops, ..short.clone() } };
        assert_eq!(long.frames(), if looped { 24 } else { 17 });
        for index in 0..8 {
            assert_eq!(asked(&long, index), asked(&short, index), "{index}");
        }
        // The last stop has become the first of the way to the next.
        assert_eq!(asked(&long, 8), ("b".into(), 2, "c".into(), Some(3), 0.0));
    }
    let circle = Walk { looped: true, ..short.clone() };
    for index in 0..8 {
        assert_eq!(asked(&circle, index), asked(&short, index), "{index}");
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
    assert!(t(1) - t(0) < 0.04 && t(10) - t(9) < 0.04 && t(5) - t(4) > 0.14);
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
