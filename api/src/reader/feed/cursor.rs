//! Cursors of the feed: a position in the log, and what the viewer saw when they got it.
//!
//! Whoever comes to see more, or less, without a change of the rows themselves, is told nothing of it by the log:
//! their cursor has expired, and they begin anew.

use std::fmt::Write as _;

use crate::{auth::Viewer, change::Position, dataset::dataset, error::ApiError};

/// The longest cursor, in bytes: some hundred transactions are running.
const MAX_CURSOR: usize = 16_384;
/// How many digits the view takes.
const DIGITS: usize = 16;

/// The cursor of `position` for `viewer`.
pub(super) fn of(position: &Position, viewer: &Viewer) -> String {
    format!("{}{position}", mark(viewer))
}

/// The position in a cursor of `viewer`.
pub(super) fn parse(text: &str, viewer: &Viewer) -> Result<Position, ApiError> {
    let read = || {
        let (view, position) = text.split_at_checked(DIGITS)?;
        let position = Position::parse(position).filter(|_| text.len() <= MAX_CURSOR)?;
        Some((view, position))
    };
    let Some((view, position)) = read() else {
        let problem = "this is not a cursor of the change feed";
        return Err(ApiError::validation("after", problem));
    };
    if view != mark(viewer) {
        return Err(ApiError::CursorExpired);
    }
    Ok(position)
}

/// What the viewer sees, as sixteen digits: which rows, what of them, and whose rows are theirs.
fn mark(viewer: &Viewer) -> String {
    let mut seen = String::new();
    let user = viewer.user_id.map(|user| user.simple().to_string());
    seen.push_str(user.as_deref().unwrap_or("nobody"));
    for entity in dataset().entities() {
        let view = viewer.view.noun(entity.name);
        let _infallible = write!(seen, ";{} {} {}", entity.name, view.rows, view.reference);
        for (field, masked) in &view.masked {
            let _infallible = write!(seen, ",{field} {}", masked.clear);
            if let Some((kind, rows)) = &masked.softened {
                let _infallible = write!(seen, " {} {rows}", kind.as_str());
            }
        }
    }
    let reach = &viewer.reach;
    for ids in [&reach.team, &reach.territories, &reach.team_territories] {
        let mut ids = ids.clone();
        ids.sort_unstable();
        seen.push(';');
        for id in ids {
            let _infallible = write!(seen, "{},", id.simple());
        }
    }
    // FNV-1a, 64 bits: the same on every replica.
    let hash = seen.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}
