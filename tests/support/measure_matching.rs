//! Prints how well and how fast people are matched: `cargo run --release -p tests --bin measure-matching --
//! 2 10000 200000` for seed 2 and two sizes; with `weights` first, the frequencies that weights are made of.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::env;

use tests::quality::{Found, frequencies, measure};

fn main() {
    let mut arguments = env::args().skip(1).peekable();
    let weights = arguments.next_if(|first| first == "weights").is_some();
    let mut numbers = arguments.filter_map(|text| text.parse::<usize>().ok());
    let seed = numbers
        .next()
        .and_then(|seed| u64::try_from(seed).ok())
        .unwrap_or(2);
    for count in numbers {
        if weights {
            for ((field, says), (m, u)) in frequencies(seed, count) {
                println!("{field:8} {says:50} m {m:.4}  u {u:.8}");
            }
            continue;
        }
        let quality = measure(seed, count);
        let seconds = quality.took.as_secs_f64();
        let rows = u32::try_from(count).map(f64::from).unwrap_or_default() / seconds;
        let pairs = quality.compared.right + quality.compared.wrong;
        println!("{count} rows in {seconds:.2} s: {rows:.0} rows a second, {pairs} comparisons");
        line("same", quality.same);
        line("perhaps", quality.perhaps);
        line("compared", quality.compared);
    }
}

fn line(name: &str, found: Found) {
    println!(
        "  {name:8} precision {:.4}  recall {:.4}  F1 {:.4}  (of {} pairs)",
        found.precision(),
        found.recall(),
        found.f1(),
        found.there
    );
}
