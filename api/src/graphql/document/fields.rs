//! Whether an object among the arguments of a document has a field twice. The parser keeps the last one,
//! and says nothing.

use std::collections::HashSet;

/// What has been read of a document, token by token.
#[derive(Default)]
pub(super) struct Fields<'d> {
    /// The brackets that are open, each with the names of the fields in it.
    open: Vec<(u8, HashSet<&'d [u8]>)>,
    /// How many of them are round: between those stand arguments and no selections.
    round: usize,
    /// The last token, and where it begins.
    last: (&'d [u8], usize),
}

impl<'d> Fields<'d> {
    /// Goes on to the next `token`, which begins `at` that byte. Returns the name that this object has
    /// had before, and where it begins.
    pub(super) fn pass(&mut self, token: &'d [u8], at: usize) -> Option<(&'d [u8], usize)> {
        let last = std::mem::replace(&mut self.last, (token, at));
        match *token {
            [bracket @ (b'(' | b'[' | b'{')] => {
                self.round += usize::from(bracket == b'(');
                self.open.push((bracket, HashSet::new()));
            }
            [b')' | b']' | b'}'] => {
                if let Some((b'(', _)) = self.open.pop() {
                    self.round -= 1;
                }
            }
            [b':'] if self.round > 0 => {
                if let Some((b'{', names)) = self.open.last_mut() {
                    return (!names.insert(last.0)).then_some(last);
                }
            }
            _ => {}
        }
        None
    }
}
