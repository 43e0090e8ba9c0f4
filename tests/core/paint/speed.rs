//! Measured by hand: `cargo test --release --no-default-features speed_report -- --ignored --nocapture`.

#[test]
#[ignore = "measures for half a minute and takes 1.4 GB"]
fn speed_report() {
    let report = scumble::paint::bench::bench(4096);
    println!("{} threads, document of {} MB", report.threads, report.document_bytes >> 20);
    for e in &report.entries {
        let goal = e.goal_ms.map_or(String::new(), |g| format!("(goal {g} ms)"));
        println!("{:>10.4} ms  {} {goal}", e.median_ms, e.name);
    }
}
