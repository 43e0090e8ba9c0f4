//! NumPy's `SeedSequence`: many independent seeds from one.
//!
//! O'Neill's `seed_seq` replacement ("Developing a seed_seq Alternative", 2015) with NumPy's constants and its way of
//! appending spawn keys.

/// 32-bit words of a number, lowest first; at least one.
fn words(value: u64) -> impl Iterator<Item = u32> {
    let high = (value >> 32) as u32;
    std::iter::once(value as u32).chain((high != 0).then_some(high))
}

/// `numpy.random.SeedSequence(entropy, spawn_key=spawn_key, pool_size=POOL).generate_state(N)`.
pub fn generate_state<const POOL: usize, const N: usize>(entropy: u64, spawn_key: &[u64]) -> [u32; N] {
    let mut input: Vec<u32> = words(entropy).collect();
    if !spawn_key.is_empty() {
        // Keeps (entropy, key) pairs apart that would run together as words.
        input.resize(input.len().max(POOL), 0);
        input.extend(spawn_key.iter().flat_map(|key| words(*key)));
    }
    let mut hash = Hash(0x43b0_d7e5, 0x931e_8875);
    let mut pool = [0u32; POOL];
    for (i, word) in pool.iter_mut().enumerate() {
        *word = hash.mix(input.get(i).copied().unwrap_or(0));
    }
    for source in 0..POOL {
        for target in (0..POOL).filter(|target| *target != source) {
            pool[target] = combine(pool[target], hash.mix(pool[source]));
        }
    }
    for word in input.iter().skip(POOL) {
        for slot in &mut pool {
            *slot = combine(*slot, hash.mix(*word));
        }
    }
    let mut hash = Hash(0x8b51_f9dd, 0x58f3_8ded);
    std::array::from_fn(|i| hash.mix(pool[i % POOL]))
}

/// A multiplier that changes with every use, and its own multiplier.
struct Hash(u32, u32);

impl Hash {
    fn mix(&mut self, value: u32) -> u32 {
        let value = value ^ self.0;
        self.0 = self.0.wrapping_mul(self.1);
        let value = value.wrapping_mul(self.0);
        value ^ (value >> 16)
    }
}

fn combine(x: u32, y: u32) -> u32 {
    let r = x.wrapping_mul(0xca01_f9dd).wrapping_sub(y.wrapping_mul(0x4973_f715));
    r ^ (r >> 16)
}
