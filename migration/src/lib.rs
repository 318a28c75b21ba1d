//! The history of the tables of Revenue Hub, both ways.
