//! The geometry of boxes that are dragged.

use scumble::editor::tool::grip::{Grip, Pull, contains, hit, is_convex, outward, pulled, snapped, squared};
use scumble::geom::{Point, Rect};

const FRAME: Rect = Rect::new(100, 50, 300, 150);
const FREE: Pull = Pull::free(10_000);

fn p(x: f64, y: f64) -> Point {
    Point::new(x, y)
}

#[test]
fn points_are_on_the_part_that_is_nearest() {
    let corners = FRAME.corners();
    let cases = [
        ((100.0, 50.0), Grip::Corner(0)),
        ((305.0, 46.0), Grip::Corner(1)),
        ((296.0, 155.0), Grip::Corner(2)),
        ((95.0, 155.0), Grip::Corner(3)),
        ((200.0, 45.0), Grip::Edge(0)),
        ((130.0, 54.0), Grip::Edge(0)),
        ((303.0, 100.0), Grip::Edge(1)),
        ((200.0, 155.0), Grip::Edge(2)),
        ((105.0, 100.0), Grip::Edge(3)),
        ((200.0, 100.0), Grip::Inside),
        ((112.0, 62.0), Grip::Inside),
        ((85.0, 100.0), Grip::Outside),
        ((320.0, 170.0), Grip::Outside),
    ];
    for ((x, y), want) in cases {
        assert_eq!(hit(&corners, p(x, y), 9.0), want, "({x}, {y})");
    }
    // A frame of a few pixels can still be moved.
    assert_eq!(hit(&Rect::new(0, 0, 6, 6).corners(), p(3.0, 3.0), 9.0), Grip::Inside);
    assert_eq!(hit(&Rect::new(0, 0, 6, 6).corners(), p(8.0, 8.0), 9.0), Grip::Corner(2));
    // Corners that run the other way round.
    let mut turned = corners;
    turned.reverse();
    assert_eq!(hit(&turned, p(200.0, 100.0), 9.0), Grip::Inside);
    assert!(contains(&turned, p(101.0, 51.0)) && !contains(&turned, p(99.0, 51.0)));
}

#[test]
fn pulling_moves_the_sides_of_the_grip() {
    let centred = Pull { centred: true, ..FREE };
    let square = Pull { aspect: Some(1.0), ..FREE };
    let wide = Pull { aspect: Some(2.0), centred: true, ..FREE };
    let stepped = Pull { step_px: 8, ..FREE };
    let cases = [
        (Grip::Corner(0), (10.4, -5.6), FREE, (110, 44, 300, 150)),
        (Grip::Corner(1), (10.0, -5.0), FREE, (100, 45, 310, 150)),
        (Grip::Corner(2), (10.0, -5.0), FREE, (100, 50, 310, 145)),
        (Grip::Corner(3), (10.0, -5.0), FREE, (110, 50, 300, 145)),
        (Grip::Edge(0), (99.0, -5.0), FREE, (100, 45, 300, 150)),
        (Grip::Edge(1), (10.0, 99.0), FREE, (100, 50, 310, 150)),
        (Grip::Edge(2), (99.0, 5.0), FREE, (100, 50, 300, 155)),
        (Grip::Edge(3), (-10.0, 99.0), FREE, (90, 50, 300, 150)),
        (Grip::Inside, (7.0, -9.0), FREE, (107, 41, 307, 141)),
        (Grip::Outside, (7.0, -9.0), FREE, (100, 50, 300, 150)),
        // Never folded, never empty.
        (Grip::Edge(1), (-900.0, 0.0), FREE, (100, 50, 101, 150)),
        (Grip::Corner(0), (900.0, 900.0), FREE, (299, 149, 300, 150)),
        // Both sides.
        (Grip::Edge(1), (10.0, 0.0), centred, (90, 50, 310, 150)),
        (Grip::Corner(0), (10.0, 20.0), centred, (110, 70, 290, 130)),
        // A ratio: what is pulled farther decides, edges grow about their middle.
        (Grip::Corner(2), (0.0, 0.0), square, (100, 50, 300, 250)),
        (Grip::Corner(0), (0.0, -150.0), square, (50, -100, 300, 150)),
        (Grip::Edge(1), (100.0, 0.0), square, (100, -50, 400, 250)),
        (Grip::Edge(2), (0.0, 20.0), wide, (60, 30, 340, 170)),
        // Steps.
        (Grip::Corner(2), (10.0, 9.0), stepped, (100, 50, 312, 160)),
        (Grip::Inside, (3.0, 3.0), stepped, (104, 56, 304, 156)),
        // The limit.
        (Grip::Edge(1), (900.0, 0.0), Pull::free(500), (100, 50, 600, 150)),
        (Grip::Edge(3), (-900.0, 0.0), Pull::free(500), (-200, 50, 300, 150)),
    ];
    for (grip, by, how, (x0, y0, x1, y1)) in cases {
        assert_eq!(
            pulled(FRAME, grip, p(by.0, by.1), &how),
            Rect::new(x0, y0, x1, y1),
            "{grip:?} {by:?} {how:?}"
        );
    }
}

#[test]
fn no_pull_breaks_a_frame() {
    let mut dice = crate::document::support::Dice(7);
    for _ in 0..20_000 {
        let start = dice.rect(Rect::new(-500, -500, 500, 500));
        let all = [0, 1, 2, 3].map(Grip::Corner).into_iter().chain([0, 1, 2, 3].map(Grip::Edge));
        let grips: Vec<Grip> = all.chain([Grip::Inside, Grip::Outside]).collect();
        let grip = grips[dice.below(grips.len())];
        let how = Pull {
            aspect: dice.chance(0.5).then(|| f64::from(dice.unit()) * 3.0 + 0.1),
            centred: dice.chance(0.5),
            step_px: if dice.chance(0.5) { 8 } else { 1 },
            origin: (dice.range(-9, 9), dice.range(-9, 9)),
            max_px: 700,
        };
        let by = p(f64::from(dice.range(-2000, 2000)) / 3.0, f64::from(dice.range(-2000, 2000)) / 3.0);
        let out = pulled(start, grip, by, &how);
        assert!(!out.is_empty(), "{start:?} {grip:?} {by:?} {how:?}: {out:?}");
        let limit = 702.max(start.width().max(start.height()));
        assert!(out.width() <= limit && out.height() <= limit, "{start:?} {grip:?} {by:?} {how:?}: {out:?}");
    }
}

#[test]
fn directions_squares_and_angles() {
    let corners = Rect::new(0, 0, 100, 100).corners();
    let near = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-9;
    assert!(near(outward(&corners, Grip::Edge(1)), 0.0) && near(outward(&corners, Grip::Edge(2)), 0.25));
    assert!(near(outward(&corners, Grip::Corner(2)), 0.125) && outward(&corners, Grip::Inside).is_none());
    assert_eq!(squared(p(0.0, 0.0), p(30.0, -10.0), true), p(30.0, -30.0));
    assert_eq!(squared(p(0.0, 0.0), p(30.0, -10.0), false), p(30.0, -10.0));
    let to = snapped(p(10.0, 10.0), p(20.0, 11.0), 1.0 / 24.0);
    assert!((to.y - 10.0).abs() < 1e-5 && (to.distance(p(10.0, 10.0)) - 101.0f64.sqrt()).abs() < 1e-5);
    assert!(is_convex(&corners));
    let [a, b, c, d] = corners;
    assert!(!is_convex(&[b, a, c, d]) && !is_convex(&[a, b, c, b]));
}
