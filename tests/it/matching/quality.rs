//! Floors under what the matcher finds among generated people whose duplicates are known.

use tests::quality::measure;

#[test]
fn copies_of_people_are_found_among_2_000_rows() {
    for seed in [11, 12, 13] {
        let quality = measure(seed, 2000);
        let (same, perhaps) = (quality.same, quality.perhaps);
        assert!(same.there > 500, "{same:?}");
        assert!(same.precision() > 0.985, "{same:?}");
        assert!(same.recall() > 0.60, "{same:?}");
        assert!(perhaps.precision() > 0.95, "{perhaps:?}");
        assert!(perhaps.recall() > 0.77, "{perhaps:?}");
        // What shares no key is not found, however alike it is.
        assert!(quality.compared.recall() > 0.92, "{:?}", quality.compared);
    }
}

#[test]
fn ten_times_the_people_cost_about_ten_times_as_much() {
    let pairs = |count| {
        let compared = measure(14, count).compared;
        compared.right + compared.wrong
    };
    // All pairs would be a hundred times as many.
    assert!(pairs(10_000) < 20 * pairs(1000));
}
