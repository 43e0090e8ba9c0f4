//! The algebra of selections.

use super::support::{AREA, Dice, random_mask};
use scumble::document::polygon::{self, Rule};
use scumble::document::selection::{self, Combine, combine, feather, grow, invert, shrink};
use scumble::document::{Mask, ONE};
use scumble::geom::{Point, Rect};

fn same(a: &Mask, b: &Mask) -> bool {
    let outside = AREA.grow(100);
    a.background() == b.background() && a.read(outside) == b.read(outside)
}

#[test]
fn the_algebra_holds_for_soft_selections() {
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let (a, b) = (random_mask(&mut dice), random_mask(&mut dice));
        let with = |x: &Mask, y: &Mask, how| combine(Some(x), y, how);
        assert!(same(&invert(&invert(&a)), &a));
        assert!(same(&with(&a, &b, Combine::Add), &with(&b, &a, Combine::Add)));
        assert!(same(&with(&a, &b, Combine::Intersect), &with(&b, &a, Combine::Intersect)));
        assert!(same(&with(&a, &a, Combine::Add), &a));
        assert!(same(&with(&a, &b, Combine::Subtract), &with(&a, &invert(&b), Combine::Intersect)));
        // De Morgan.
        let left = invert(&with(&a, &b, Combine::Add));
        assert!(same(&left, &with(&invert(&a), &invert(&b), Combine::Intersect)));
        // Absorption.
        assert!(same(&with(&a, &with(&a, &b, Combine::Intersect), Combine::Add), &a));
        assert!(same(&with(&a, &b, Combine::Replace), &b));
        // Growing is monotone and shrinking its mirror.
        let (grown, shrunk) = (grow(&a, 4), shrink(&a, 4));
        assert!(same(&with(&a, &grown, Combine::Add), &grown));
        assert!(same(&with(&a, &shrunk, Combine::Add), &a));
        assert!(same(&shrunk, &invert(&grow(&invert(&a), 4))));
    }
}

#[test]
fn no_selection_means_everything() {
    let square = selection::rect(Rect::new(0, 0, 10, 10));
    assert!(same(&combine(None, &square, Combine::Subtract), &invert(&square)));
    assert!(same(&combine(None, &square, Combine::Intersect), &square));
    assert!(same(&combine(None, &square, Combine::Add), &square));
}

#[test]
fn grow_is_a_disc() {
    let mut dot = Mask::default();
    dot.set_pixel(0, 0, [ONE]);
    for radius in [1, 2, 5, 17, 40] {
        let grown = grow(&dot, radius);
        let r = f64::from(radius) + 0.5;
        for y in -50..50 {
            for x in -50..50 {
                let inside = f64::from(x * x + y * y) <= r * r;
                assert_eq!(grown.pixel(x, y)[0] == ONE, inside, "radius {radius} at ({x}, {y})");
            }
        }
        assert!(same(&shrink(&grown, radius), &dot), "radius {radius}");
    }
}

fn area(mask: &Mask) -> f64 {
    mask.read(mask.tile_bounds())[0].iter().map(|&v| f64::from(v) / 65535.0).sum()
}

#[test]
fn outlines_have_their_area() {
    let p = Point::new;
    let triangle = selection::lasso(&[p(0.5, 0.25), p(40.5, 10.25), p(-20.0, 90.0)]);
    let expected = (40.0 * (90.0 - 0.25) - (-20.0 - 0.5) * 10.0) / 2.0;
    assert!((area(&triangle) - expected).abs() < 0.5, "{} {expected}", area(&triangle));
    let disc = selection::ellipse(p(-30.0, -30.0), p(70.0, 50.0));
    let expected = std::f64::consts::PI * 50.0 * 40.0;
    assert!((area(&disc) - expected).abs() < 2.0, "{} {expected}", area(&disc));
    // A five-pointed star crosses itself: the pentagon in its middle is in by one rule only.
    let star: Vec<Point> = (0..5)
        .map(|i| {
            let (s, c) = scumble::geom::sin_cos_turns(f64::from(i) * 0.4);
            p(s * 50.0, c * 50.0)
        })
        .collect();
    let whole = polygon::fill(std::slice::from_ref(&star), Rule::NonZero, true);
    let holed = polygon::fill(&[star], Rule::EvenOdd, true);
    assert_eq!((whole.pixel(0, 0), holed.pixel(0, 0)), ([ONE], [0]));
    assert_eq!(whole.pixel(0, 40), holed.pixel(0, 40));
}

#[test]
fn whole_pixel_outlines_are_exact() {
    let p = Point::new;
    let square = selection::lasso(&[p(-3.0, 2.0), p(130.0, 2.0), p(130.0, 70.0), p(-3.0, 70.0)]);
    assert!(same(&square, &selection::rect(Rect::new(-3, 2, 130, 70))));
    let stray = selection::lasso(&[p(f64::NAN, 0.0), p(f64::INFINITY, 3.0), p(1.0, 9.0)]);
    assert!(stray.tile_bounds().area() < 1 << 36);
}

#[test]
fn feather_keeps_the_mass_and_is_symmetric() {
    let square = selection::rect(Rect::new(0, 0, 40, 40));
    for radius in [1.0, 3.0, 10.0, 25.0] {
        let soft = feather(&square, radius);
        assert!((area(&soft) / area(&square) - 1.0).abs() < 1e-3, "{radius}");
        for i in 0..60 {
            assert!(soft.pixel(20, 20 - i)[0].abs_diff(soft.pixel(20, 19 + i)[0]) <= 2, "{radius}");
            assert!(soft.pixel(20, 20 - i)[0].abs_diff(soft.pixel(20 - i, 20)[0]) <= 2, "{radius}");
        }
    }
}
