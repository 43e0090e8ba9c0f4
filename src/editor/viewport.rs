//! How the canvas lies on the screen.

use crate::geom::{Point, Projective, Rect};

/// Least zoom: 1 %.
pub const MIN_ZOOM: f64 = 0.01;
/// Greatest zoom: 6400 %.
pub const MAX_ZOOM: f64 = 64.0;
/// What stays free on each side of a page that fits, screen pixels.
const FIT_MARGIN_PX: f64 = 38.0;
/// What zoom steps stop at, as a factor.
const STOPS: [f64; 23] = [
    0.01, 0.02, 0.03, 0.05, 0.0667, 0.1, 0.125, 0.1667, 0.25, 0.3333, 0.5, 0.6667, 1.0, 1.5, 2.0, 3.0, 4.0,
    6.0, 8.0, 12.0, 16.0, 32.0, 64.0,
];

/// The view of a canvas: a similarity between canvas pixels and the physical pixels of the view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// The canvas point in the middle of the view.
    pub center: Point,
    /// Physical screen pixels per canvas pixel.
    pub zoom: f64,
    /// Clockwise rotation of the canvas on the screen, in turns.
    pub turns: f64,
    /// Whether left and right are exchanged on the screen.
    pub mirrored: bool,
    /// Size of the view in physical pixels; zero before the first frame.
    pub size_px: (f64, f64),
}

impl Default for Viewport {
    fn default() -> Self {
        Self { center: Point::default(), zoom: 1.0, turns: 0.0, mirrored: false, size_px: (0.0, 0.0) }
    }
}

impl Viewport {
    /// The map from canvas pixels to physical pixels, counted from the top left of the view.
    pub fn screen_from_canvas(&self) -> Projective {
        let middle = self.middle();
        let flip = if self.mirrored { -1.0 } else { 1.0 };
        Projective::translation(-self.center.x, -self.center.y)
            .then(&Projective::scaling(self.zoom, self.zoom, Point::default()))
            .then(&Projective::rotation(self.turns, Point::default()))
            .then(&Projective::scaling(flip, 1.0, Point::default()))
            .then(&Projective::translation(middle.x, middle.y))
    }

    /// The map back.
    pub fn canvas_from_screen(&self) -> Projective {
        self.screen_from_canvas().inverse().unwrap_or(Projective::IDENTITY)
    }

    /// Where a canvas point is on the screen.
    pub fn to_screen(&self, canvas: Point) -> Point {
        self.screen_from_canvas().apply(canvas)
    }

    /// Which canvas point lies there on the screen.
    pub fn to_canvas(&self, screen: Point) -> Point {
        self.canvas_from_screen().apply(screen)
    }

    /// The middle of the view in physical pixels. Whole pixels, so that at 100 % canvas pixels meet screen pixels.
    fn middle(&self) -> Point {
        Point::new((self.size_px.0 / 2.0).floor(), (self.size_px.1 / 2.0).floor())
    }

    /// The smallest rectangle of canvas pixels that holds all that is seen.
    pub fn seen(&self) -> Rect {
        let (w, h) = self.size_px;
        let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
        Rect::around(&corners.map(|(x, y)| self.to_canvas(Point::new(x, y))))
    }

    /// Moves the canvas on the screen by physical pixels.
    pub fn pan(&mut self, dx: f64, dy: f64) {
        let middle = self.middle();
        self.center = self.to_canvas(Point::new(middle.x - dx, middle.y - dy));
        self.settle();
    }

    /// Sets the zoom; the canvas point under `anchor` (physical pixels) stays there.
    pub fn zoom_to(&mut self, zoom: f64, anchor: Point) {
        if !zoom.is_finite() {
            return;
        }
        let held = self.to_canvas(anchor);
        self.zoom = zoom.clamp(MIN_ZOOM, MAX_ZOOM);
        self.hold(held, anchor);
    }

    /// Goes to the next stop above (`up`) or below about the middle of the view.
    pub fn zoom_step(&mut self, up: bool) {
        let next = if up {
            STOPS.iter().copied().find(|s| *s > self.zoom * 1.01)
        } else {
            STOPS.iter().rev().copied().find(|s| *s < self.zoom * 0.99)
        };
        self.zoom_to(next.unwrap_or(self.zoom), self.middle());
    }

    /// Rotates by `turns` about `anchor` (physical pixels), clockwise as seen.
    pub fn rotate_by(&mut self, turns: f64, anchor: Point) {
        let held = self.to_canvas(anchor);
        let turns = if self.mirrored { -turns } else { turns };
        self.turns = (self.turns + turns).rem_euclid(1.0);
        self.hold(held, anchor);
    }

    /// Mirrors what is seen about the middle of the view.
    pub fn mirror(&mut self) {
        self.mirrored = !self.mirrored;
    }

    /// Upright and not mirrored.
    pub fn straighten(&mut self) {
        self.turns = 0.0;
        self.mirrored = false;
        self.settle();
    }

    /// Shows all of `page`, with a margin, never above 100 % of small pictures' pixels times sixteen.
    pub fn fit(&mut self, page: Rect) {
        let (w, h) = self.size_px;
        if page.is_empty() || w < 1.0 || h < 1.0 {
            return;
        }
        self.center = Point::new(f64::from(page.x0 + page.x1) / 2.0, f64::from(page.y0 + page.y1) / 2.0);
        self.zoom = 1.0;
        let around = Rect::around(&page.corners().map(|p| self.to_screen(p)));
        // Room beside it for its handles.
        let room = |side: f64| (side * 0.94).min(side - 2.0 * FIT_MARGIN_PX).max(side * 0.5);
        let zoom =
            (room(w) / f64::from(around.width().max(1))).min(room(h) / f64::from(around.height().max(1)));
        self.zoom = zoom.clamp(MIN_ZOOM, 16.0);
        self.settle();
    }

    /// Makes `canvas` lie under `screen`.
    fn hold(&mut self, canvas: Point, screen: Point) {
        let now = self.to_canvas(screen);
        self.center = self.center + (canvas - now);
        self.settle();
    }

    /// At 100 % and above, upright: canvas pixels begin on screen pixels, so that nothing is blurred.
    fn settle(&mut self) {
        let far = f64::from(i32::MAX / 4);
        self.center.x = self.center.x.clamp(-far, far);
        self.center.y = self.center.y.clamp(-far, far);
        if self.turns == 0.0 && self.zoom >= 1.0 {
            self.center.x = (self.center.x * self.zoom).round() / self.zoom;
            self.center.y = (self.center.y * self.zoom).round() / self.zoom;
        }
    }
}
