//! Snapshots of PostgreSQL: which transactions had ended when somebody looked.

/// More transactions than this are never running at once; a text that says so is garbage.
const MOST: u64 = 100_000;

/// Which transactions had ended: those before `xmin`, and those before `xmax` that are not `running`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    xmin: u64,
    xmax: u64,
    /// In ascending order, each once, from `xmin` on and before `xmax`.
    running: Vec<u64>,
}

impl Snapshot {
    /// Reads what PostgreSQL writes: `10:20:10,14,15`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (xmin, xmax, running) = (parts.next()?, parts.next()?, parts.next()?);
        let running = running.split(',').filter(|id| !id.is_empty());
        let running: Option<Vec<u64>> = running.map(|id| id.parse().ok()).collect();
        let snapshot = Self {
            xmin: xmin.parse().ok()?,
            xmax: xmax.parse().ok()?,
            running: running?,
        };
        (parts.next().is_none() && snapshot.is_one()).then_some(snapshot)
    }

    /// As PostgreSQL writes it.
    pub(super) fn text(&self) -> String {
        let running: Vec<_> = self.running.iter().map(u64::to_string).collect();
        format!("{}:{}:{}", self.xmin, self.xmax, running.join(","))
    }

    /// Appends it to `bytes`: numbers, each but the first as the distance from the one before.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        write_number(bytes, self.xmin);
        write_number(bytes, self.xmax.saturating_sub(self.xmin));
        write_number(bytes, u64::try_from(self.running.len()).unwrap_or(u64::MAX));
        let mut before = self.xmin;
        for id in &self.running {
            write_number(bytes, id.saturating_sub(before));
            before = *id;
        }
    }

    /// Takes one from the beginning of `bytes`.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let xmin = read_number(bytes)?;
        let xmax = xmin.checked_add(read_number(bytes)?)?;
        let count = read_number(bytes).filter(|count| *count <= MOST)?;
        let mut before = xmin;
        let running = (0..count).map(|_| {
            before = before.checked_add(read_number(bytes)?)?;
            Some(before)
        });
        let snapshot = Self {
            xmin,
            xmax,
            running: running.collect::<Option<_>>()?,
        };
        snapshot.is_one().then_some(snapshot)
    }

    /// Whether PostgreSQL takes it for one: it fails on any other.
    fn is_one(&self) -> bool {
        let known = i64::try_from(self.xmax).is_ok();
        let ascends = self.running.is_sorted_by(|one, next| one < next);
        let first = self.running.first().is_none_or(|id| *id >= self.xmin);
        let last = self.running.last().is_none_or(|id| *id < self.xmax);
        self.xmin > 0 && self.xmin <= self.xmax && known && ascends && first && last
    }
}

/// Appends a number, seven bits to a byte, the low ones first.
pub(super) fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Takes a number from the beginning of `bytes`.
pub(super) fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(first & 0x7f);
        number |= part
            .checked_shl(shift)
            .filter(|moved| moved >> shift == part)?;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(text: &str) -> Option<String> {
        let mut bytes = Vec::new();
        Snapshot::parse(text)?.write(&mut bytes);
        let read = Snapshot::read(&mut bytes.as_slice())?;
        Some(read.text())
    }

    #[test]
    fn a_snapshot_comes_back_as_it_was() {
        for text in [
            "10:20:10,14,15",
            "3:3:",
            "9223372036854775806:9223372036854775807:9223372036854775806",
            "740:1000000:740,999999",
        ] {
            assert_eq!(there_and_back(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_postgresql_would_not_take_is_none() {
        for text in [
            "",
            "1:2",
            "1:2:3:4",
            "0:5:",
            "5:4:",
            "10:20:9",
            "10:20:20",
            "10:20:15,14",
            "10:20:14,14",
            "a:b:c",
            "-1:5:",
            "1:9223372036854775808:",
        ] {
            assert_eq!(Snapshot::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_is_none() {
        assert_eq!(read_number(&mut [0xff; 10].as_slice()), None);
        assert_eq!(read_number(&mut [0x80].as_slice()), None);
        let mut bytes = Vec::new();
        write_number(&mut bytes, u64::MAX);
        assert_eq!(read_number(&mut bytes.as_slice()), Some(u64::MAX));
    }
}
