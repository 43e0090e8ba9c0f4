//! Our side of the races in `tests/peers`.

use scumble::geom::Point;
use scumble::paint::bench::lay_round_dabs;

/// Reads what `tests/peers/mypaint/dabs.c` reads, arguments from `SCUMBLE_PEER`, points from the file named there too,
/// and prints seconds.
#[test]
#[ignore = "a measurement: tests/peers/mypaint/run.py starts it"]
fn dabs() {
    let arguments = std::env::var("SCUMBLE_PEER").expect("run by tests/peers/mypaint/run.py");
    let [file, radius, hardness, flow, frame, repeats] = arguments.split(' ').collect::<Vec<_>>()[..] else {
        panic!("six arguments: {arguments}");
    };
    let text = std::fs::read_to_string(file).unwrap();
    let number = |text: &str| text.parse::<f64>().unwrap();
    let point = |line: &str| line.split_once(' ').map(|(x, y)| Point::new(number(x), number(y))).unwrap();
    let points: Vec<Point> = text.lines().map(point).collect();
    let seconds = lay_round_dabs(
        &points,
        number(radius) as f32,
        number(hardness) as f32,
        number(flow) as f32,
        number(frame) as usize,
        number(repeats) as usize,
    );
    println!("seconds {seconds:?}");
}
