//! Brownian motion that can be asked for any interval, in any order, and always gives the same path.
//!
//! A dyadic tree after torchsde's `BrownianInterval` with `halfway_tree` (Kidger et al. 2021, "Efficient and Accurate
//! Gradients for Neural SDEs"): an interval's increment is drawn, then split between its halves by Lévy's bridge, down to
//! the points that are asked for. Each node has a seed of its own, so nothing needs to be remembered.

use std::collections::VecDeque;

use super::NoiseSource;
use super::seed_sequence::generate_state;

/// Words of the seed pool.
const POOL: usize = 24;
/// Finer than six decimals the path is not resolved. This also bounds the depth of the tree.
const DECIMALS: usize = 6;
/// Latents of nodes kept from one query to the next, per picture: more than the two branches of one query.
const KEPT: usize = 64;

/// The Brownian path of a seed over a range of noise levels. Picture `k` of a batch has the path of `seed + k`.
pub struct BrownianPath {
    seed: u64,
    start: f64,
    end: f64,
    /// For each picture recently drawn normal numbers by node seed, latest last.
    drawn: Vec<VecDeque<(u32, Vec<f32>)>>,
}

/// A node: an interval and its place in the tree.
#[derive(Clone, Copy)]
struct Node {
    start: f64,
    end: f64,
    key: u64,
    depth: u64,
}

/// What one query wants to know.
struct Query<'a> {
    source: &'a dyn NoiseSource,
    shape: [usize; 3],
    picture: u64,
    from: f64,
    to: f64,
}

impl BrownianPath {
    /// The path of `seed` over `start..end`, noise levels with `start < end`.
    pub fn new(seed: u64, start: f64, end: f64) -> Self {
        Self { seed, start, end, drawn: Vec::new() }
    }

    /// The increment between the noise levels `from` and `to`, scaled to unit variance: the noise of a solver step.
    /// A falling level runs the path backwards. Levels outside the range are moved to its ends.
    ///
    /// The normal numbers come from [`NoiseSource::keyed`] of `source`; its main stream is not touched.
    pub fn noise(&mut self, from: f32, to: f32, shape: [usize; 4], source: &dyn NoiseSource) -> Vec<f32> {
        let [batch, channels, height, width] = shape;
        let shape = [channels, height, width];
        let (low, high) = (from.min(to), from.max(to));
        let sign = if from < to { 1.0 } else { -1.0 };
        let scale = (to - from).abs().sqrt();
        let inside = |t: f32| round(f64::from(t).clamp(self.start, self.end));
        let (from, to) = (inside(low), inside(high));
        (0..batch as u64)
            .flat_map(|picture| {
                let mut sum = Vec::new();
                if from < to {
                    self.sum_up(&Query { source, shape, picture, from, to }, &mut sum);
                }
                sum.resize(shape.iter().product(), 0.0);
                sum.iter_mut().for_each(|w| *w = *w * sign / scale);
                sum
            })
            .collect()
    }

    /// Adds the increments of the nodes that make up the query's interval, from left to right.
    fn sum_up(&mut self, query: &Query, sum: &mut Vec<f32>) {
        let [seed] = generate_state::<POOL, 1>(self.seed.wrapping_add(query.picture), &[]);
        let width = (self.end - self.start).sqrt() as f32;
        let all = self.draw(query, seed).iter().map(|n| n * width).collect();
        let root = Node { start: round(self.start), end: round(self.end), key: 0, depth: 0 };
        self.descend(root, all, query.from, query.to, query, sum);
    }

    fn descend(&mut self, node: Node, w: Vec<f32>, from: f64, to: f64, query: &Query, sum: &mut Vec<f32>) {
        let middle = round(0.5 * (node.end + node.start));
        // A node as short as the resolution has no inside.
        let atom = middle <= node.start && to >= node.end || middle >= node.end && from <= node.start;
        if atom || (from == node.start && to == node.end) {
            if sum.is_empty() {
                *sum = w;
            } else {
                sum.iter_mut().zip(&w).for_each(|(s, w)| *s += w);
            }
            return;
        }
        let (left, right) = self.split(node, middle, w, query);
        let child = |start, end, bit| Node { start, end, key: 2 * node.key + bit, depth: node.depth + 1 };
        let (left_node, right_node) = (child(node.start, middle, 0), child(middle, node.end, 1));
        if to <= middle {
            self.descend(left_node, left, from, to, query, sum);
        } else if from >= middle {
            self.descend(right_node, right, from, to, query, sum);
        } else {
            self.descend(left_node, left, from, middle, query, sum);
            self.descend(right_node, right, middle, to, query, sum);
        }
    }

    /// Lévy's bridge: the increments of both halves of a node whose own increment is `w`.
    fn split(&mut self, node: Node, middle: f64, w: Vec<f32>, query: &Query) -> (Vec<f32>, Vec<f32>) {
        let [seed] =
            generate_state::<POOL, 1>(self.seed.wrapping_add(query.picture), &[node.key, node.depth]);
        let inverse = 1.0 / (node.end - node.start);
        let (before, after) = (middle - node.start, node.end - middle);
        let deviation = (before * after * inverse).sqrt() as f32;
        let (before, inverse) = (before as f32, inverse as f32);
        let noise = self.draw(query, seed);
        let left: Vec<f32> = w.iter().zip(noise).map(|(w, n)| before * w * inverse + deviation * n).collect();
        let right = w.iter().zip(&left).map(|(w, left)| w - left).collect();
        (left, right)
    }

    /// The normal numbers of the node with `seed`.
    fn draw(&mut self, query: &Query, seed: u32) -> &[f32] {
        let picture = query.picture as usize;
        if self.drawn.len() <= picture {
            self.drawn.resize_with(picture + 1, VecDeque::new);
        }
        let drawn = &mut self.drawn[picture];
        let known = drawn.iter().position(|(known, _)| *known == seed).and_then(|at| drawn.remove(at));
        let (_, numbers) = known
            .filter(|(_, numbers)| numbers.len() == query.shape.iter().product::<usize>())
            .unwrap_or_else(|| (seed, query.source.keyed(query.picture, u64::from(seed), query.shape)));
        if drawn.len() == KEPT {
            drawn.pop_front();
        }
        drawn.push_back((seed, numbers));
        &drawn[drawn.len() - 1].1
    }
}

/// Rounds to [`DECIMALS`] decimal places by way of the decimal notation, exact ties to even, as Python's `round` does.
fn round(t: f64) -> f64 {
    format!("{t:.DECIMALS$}").parse().unwrap_or(t)
}
