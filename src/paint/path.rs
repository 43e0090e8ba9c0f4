//! From what the pen reports to a smooth path.

use super::brush::Stabiliser;
use crate::geom::Point;
use std::collections::VecDeque;

/// A point of the path with what the pen did there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// Canvas position.
    pub pos: Point,
    /// 0..=1.
    pub pressure: f32,
    /// Sines of the lean to the right and down, -1..=1.
    pub tilt: [f32; 2],
    /// Canvas pixels a second.
    pub speed: f32,
}

impl Node {
    /// `t` of the way to `other`.
    pub fn lerp(&self, other: &Node, t: f64) -> Node {
        let f = |a: f32, b: f32| a + (b - a) * t as f32;
        Node {
            pos: self.pos.lerp(other.pos, t),
            pressure: f(self.pressure, other.pressure),
            tilt: [f(self.tilt[0], other.tilt[0]), f(self.tilt[1], other.tilt[1])],
            speed: f(self.speed, other.speed),
        }
    }
}

/// Steadies the hand.
#[derive(Clone, Debug)]
pub struct Steady {
    kind: Stabiliser,
    recent: VecDeque<Node>,
    /// Where the end of the string is.
    pulled: Option<Node>,
    string_px: f64,
}

/// Samples that the basic stabiliser averages.
const WINDOW: usize = 6;

impl Steady {
    /// A stabiliser; `string_px` is the length of the strong one's string in canvas pixels.
    pub fn new(kind: Stabiliser, string_px: f64) -> Self {
        Self { kind, recent: VecDeque::new(), pulled: None, string_px }
    }

    /// The steadied point for a new sample, if it moves the brush.
    pub fn push(&mut self, node: Node) -> Option<Node> {
        match self.kind {
            Stabiliser::Off => Some(node),
            Stabiliser::Basic => Some(self.average(node)),
            Stabiliser::Strong => {
                let node = self.average(node);
                let Some(last) = self.pulled else {
                    self.pulled = Some(node);
                    return Some(node);
                };
                let distance = last.pos.distance(node.pos);
                if distance <= self.string_px {
                    return None;
                }
                let t = 1.0 - self.string_px / distance;
                let next = Node { pos: last.pos.lerp(node.pos, t), ..node };
                self.pulled = Some(next);
                Some(next)
            }
        }
    }

    /// At pen-up: the points that lead to where the pen is. The string is let go instead: that is its use.
    pub fn finish(&mut self) -> Vec<Node> {
        match (self.kind, self.recent.back().copied()) {
            (Stabiliser::Basic, Some(last)) => (1..WINDOW).map(|_| self.average(last)).collect(),
            _ => Vec::new(),
        }
    }

    /// The mean of the last samples, newer ones weighing more.
    fn average(&mut self, node: Node) -> Node {
        if self.recent.len() == WINDOW {
            self.recent.pop_front();
        }
        self.recent.push_back(node);
        let mut sum = self.recent[0];
        let mut weight = 1.0;
        for (i, n) in self.recent.iter().enumerate().skip(1) {
            let w = (i + 1) as f64;
            weight += w;
            sum = sum.lerp(n, w / weight);
        }
        sum
    }
}

/// A centripetal Catmull-Rom curve through nodes (Yuksel, Schaefer and Keyser 2011: neither loops nor cusps within a
/// segment). A segment is known once the node after it is; [`Curved::finish`] gives the last one.
#[derive(Clone, Debug, Default)]
pub struct Curved {
    nodes: VecDeque<Node>,
}

impl Curved {
    /// Adds a node and hands out the curve up to the node before it, as short straight pieces.
    pub fn push(&mut self, node: Node, mut out: impl FnMut(Node)) {
        if self.nodes.back().is_some_and(|last| last.pos.distance(node.pos) < 1e-3) {
            return;
        }
        if self.nodes.is_empty() {
            out(node);
        }
        self.nodes.push_back(node);
        match self.nodes.len() {
            3 => {
                let [a, b, c] = [self.nodes[0], self.nodes[1], self.nodes[2]];
                segment(mirror(&a, &b), a, b, c, out);
            }
            4 => {
                let [a, b, c, d] = [self.nodes[0], self.nodes[1], self.nodes[2], self.nodes[3]];
                segment(a, b, c, d, out);
                self.nodes.pop_front();
            }
            _ => {}
        }
    }

    /// Hands out the rest of the curve.
    pub fn finish(&mut self, out: impl FnMut(Node)) {
        let nodes: Vec<Node> = std::mem::take(&mut self.nodes).into();
        match nodes[..] {
            [.., a, b, c] => segment(a, b, c, mirror(&c, &b), out),
            [a, b] => segment(mirror(&a, &b), a, b, mirror(&b, &a), out),
            _ => {}
        }
    }
}

/// `a` continued away from `b`.
fn mirror(a: &Node, b: &Node) -> Node {
    Node { pos: a.pos + (a.pos - b.pos), ..*a }
}

fn segment(p0: Node, p1: Node, p2: Node, p3: Node, mut out: impl FnMut(Node)) {
    let chord = p1.pos.distance(p2.pos);
    let pieces = ((chord / 1.5).ceil() as usize).clamp(1, 64);
    // Knots at the square roots of the distances; never equal, even where points are.
    let knot = |a: &Node, b: &Node| a.pos.distance(b.pos).sqrt().max(1e-3);
    let t1 = knot(&p0, &p1);
    let t2 = t1 + knot(&p1, &p2);
    let t3 = t2 + knot(&p2, &p3);
    for i in 1..=pieces {
        let part = i as f64 / pieces as f64;
        let t = t1 + (t2 - t1) * part;
        let mix = |a: Point, b: Point, ta: f64, tb: f64| a.lerp(b, (t - ta) / (tb - ta));
        let a1 = mix(p0.pos, p1.pos, 0.0, t1);
        let a2 = mix(p1.pos, p2.pos, t1, t2);
        let a3 = mix(p2.pos, p3.pos, t2, t3);
        let b1 = mix(a1, a2, 0.0, t2);
        let b2 = mix(a2, a3, t1, t3);
        out(Node { pos: mix(b1, b2, t1, t2), ..p1.lerp(&p2, part) });
    }
}
