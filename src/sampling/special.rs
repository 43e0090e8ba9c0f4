//! The inverse of the regularised incomplete beta function.

/// `x` such that a fraction `p` of Beta(`a`, `b`) lies below it (`scipy.stats.beta.ppf`).
///
/// `p` in 0..=1, `a` and `b` positive and of moderate size. Relative error about 1e-13, also close to both ends.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let log_beta = ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    // Solved on the side where the solution is small, so that its relative error is small.
    if beta_cdf(0.5, a, b, log_beta) < p {
        return 1.0 - lower_quantile(1.0 - p, b, a, log_beta);
    }
    lower_quantile(p, a, b, log_beta)
}

/// The quantile `p`, known to lie in `0..=0.5`.
fn lower_quantile(p: f64, a: f64, b: f64, log_beta: f64) -> f64 {
    // The leading term of the series at 0 starts Newton's iteration, bisection keeps it in bounds.
    let (mut low, mut high) = (0.0, 0.5);
    let mut x = ((p * a).ln() + log_beta).exp().powf(1.0 / a).clamp(1e-300, 0.5);
    for _ in 0..200 {
        let miss = beta_cdf(x, a, b, log_beta) - p;
        if miss > 0.0 {
            high = x
        } else {
            low = x
        }
        let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - log_beta).exp();
        let newton = x - miss / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-15 * x {
            return next;
        }
        x = next;
    }
    x
}

/// The fraction of Beta(`a`, `b`) below `x`, by the continued fraction DLMF 8.17.22 (modified Lentz method).
fn beta_cdf(x: f64, a: f64, b: f64, log_beta: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_cdf(1.0 - x, b, a, log_beta);
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - log_beta).exp() / a;
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / guard(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / guard(1.0 + term * d);
            c = guard(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * fraction
}

/// Logarithm of the gamma function of a positive number (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        let pi = std::f64::consts::PI;
        return (pi / (pi * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let sum = C[1..].iter().enumerate().fold(C[0], |sum, (i, c)| sum + c / (x + i as f64 + 1.0));
    let t = x + 7.5;
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + sum.ln()
}
