use std::io::Cursor;

use super::{Format, Reader};

fn read(bytes: &[u8]) -> Vec<(u64, Vec<String>, bool)> {
    let mut reader = Reader::new(Box::new(Cursor::new(bytes.to_vec())), Format::default()).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = reader.next_row().unwrap() {
        let cells = row.cells.iter().map(str::to_owned).collect();
        rows.push((row.line, cells, row.problem.is_some()));
    }
    rows
}

fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>, bool) {
    let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
    (line, cells, false)
}

#[test]
fn lines_are_numbered_as_an_editor_shows_them() {
    let rows = read(b"a,b\r\n\r\n1,\"x\r\ny\"\r\n\r\n2,z\r\n3,w");
    assert_eq!(
        rows,
        [
            row(3, &["1", "x\ny"]),
            row(6, &["2", "z"]),
            row(7, &["3", "w"])
        ]
    );
}

#[test]
fn a_byte_order_mark_and_single_latin_1_lines_do_not_matter() {
    let rows = read(b"\xEF\xBB\xBFa,b\n1,M\xFCller\n2,M\xC3\xBCller\n");
    assert_eq!(rows, [row(2, &["1", "Müller"]), row(3, &["2", "Müller"])]);
}

#[test]
fn utf_16_is_recognised_by_its_mark() {
    let mut bytes = vec![0xFF, 0xFE];
    for unit in "a;b\n1;é\n".encode_utf16() {
        bytes.extend(unit.to_le_bytes());
    }
    assert_eq!(read(&bytes), [row(2, &["1", "é"])]);
}

#[test]
fn a_quote_that_nobody_closed_costs_its_own_line_only() {
    let rows = read(b"a,b\n1,\"Acme\n2,plain\n3,\"quoted, well\"\n4,end\n");
    assert_eq!(rows.len(), 4);
    assert!(rows[0].2);
    assert_eq!(
        rows[1..],
        [
            row(3, &["2", "plain"]),
            row(4, &["3", "quoted, well"]),
            row(5, &["4", "end"])
        ]
    );
}

#[test]
fn quotes_that_nobody_doubled_belong_to_the_text() {
    let rows = read(b"a,b\n1,\"Acme \"Best\" Inc\"\n2,5\" pipe\n3, \"x\"\n");
    assert_eq!(
        rows,
        [
            row(2, &["1", "Acme \"Best\" Inc"]),
            row(3, &["2", "5\" pipe"]),
            row(4, &["3", "x"])
        ]
    );
}

#[test]
fn blanks_after_a_closing_quote_do_not_matter() {
    let rows = read(b"a,b,c,d\n11,T,\"R\" ,3\n1,\"A\" ,\"Soft\",x\n2,\"\"  ,z,\"e\" \n");
    assert_eq!(
        rows,
        [
            row(2, &["11", "T", "R", "3"]),
            row(3, &["1", "A", "Soft", "x"]),
            row(4, &["2", "", "z", "e"])
        ]
    );
    // The separator may be a blank itself.
    assert_eq!(
        read(b"a\tb\tc\n\"1\"\t\"2\" \t3\n"),
        [row(2, &["1", "2", "3"])]
    );
}

#[test]
fn blanks_after_a_quote_that_is_text_are_kept() {
    let rows = read(b"a,b\n1,\"Acme\" \"Best\"  Inc\"\n2,\"x\n\"y\" z\"\n");
    assert_eq!(rows[0], row(2, &["1", "Acme\" \"Best\"  Inc"]));
    assert!(rows[1].2);
}

#[test]
fn the_delimiter_is_found_out_or_stated_in_the_file() {
    assert_eq!(read(b"a;b\n1;2,5\n"), [row(2, &["1", "2,5"])]);
    assert_eq!(read(b"a\tb\n1\t2\n"), [row(2, &["1", "2"])]);
    assert_eq!(read(b"sep=|\na|b\n1|2\n"), [row(3, &["1", "2"])]);
}

#[test]
fn old_macintosh_line_ends_are_line_ends() {
    assert_eq!(
        read(b"a,b\r1,2\r3,4\r"),
        [row(2, &["1", "2"]), row(3, &["3", "4"])]
    );
}

#[test]
fn a_file_without_a_header_is_an_error() {
    assert!(Reader::new(Box::new(Cursor::new(Vec::new())), Format::default()).is_err());
}
