//! Revenue Hub.
