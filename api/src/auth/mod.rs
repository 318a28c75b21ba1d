//! From a bearer token to the [`Viewer`] that everything else asks.

mod viewer;

pub use viewer::Viewer;
