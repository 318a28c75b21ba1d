//! Where the people of the demo work, and those they deal with.

/// A territory that people work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake::demo) enum Region {
    /// Germany, Austria, Switzerland.
    Dach,
    /// The United Kingdom and Ireland.
    Uki,
    /// The United States and Canada.
    Amer,
    /// The rest of Europe.
    Emea,
}

impl Region {
    /// All of them, as likely as the business in them.
    pub(in crate::intake::demo) const SHARES: [(i64, Self); 4] = [
        (35, Self::Dach),
        (20, Self::Uki),
        (30, Self::Amer),
        (15, Self::Emea),
    ];

    /// ISO 3166-1 alpha-2, as likely as the business in each.
    pub(in crate::intake::demo) fn countries(self) -> &'static [(i64, &'static str)] {
        match self {
            Self::Dach => &[(7, "DE"), (2, "AT"), (2, "CH")],
            Self::Uki => &[(8, "GB"), (2, "IE")],
            Self::Amer => &[(8, "US"), (2, "CA")],
            Self::Emea => &[(5, "FR"), (3, "NL"), (2, "SE")],
        }
    }

    /// Hours from UTC to local time in winter, near enough to tell day from night.
    pub(in crate::intake::demo) fn utc_offset(self) -> i64 {
        match self {
            Self::Dach | Self::Emea => 1,
            Self::Uki => 0,
            Self::Amer => -5,
        }
    }

    /// ISO 4217: what its companies keep their books in.
    pub(in crate::intake::demo) fn currency(self) -> &'static str {
        match self {
            Self::Dach | Self::Emea => "EUR",
            Self::Uki => "GBP",
            Self::Amer => "USD",
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Dach => "DACH",
            Self::Uki => "UKI",
            Self::Amer => "AMER",
            Self::Emea => "EMEA",
        }
    }

    pub(super) fn time_zone(self) -> &'static str {
        match self {
            Self::Dach => "Europe/Berlin",
            Self::Uki => "Europe/London",
            Self::Amer => "America/New_York",
            Self::Emea => "Europe/Paris",
        }
    }
}
