//! Role-based views: who may see and do what. Pure: nothing here reads a row.

mod mask;
mod matrix;
mod policy;
mod role;
mod scope;
mod view;
#[expect(
    clippy::module_inception,
    reason = "the views are what this layer is about"
)]
mod views;
mod vocabulary;

pub use mask::{Mask, MaskKind};
pub use policy::{NounPolicy, Policy, PolicyError, RolePolicy};
pub use role::Role;
pub use scope::{BadScope, Scope, Term, Word};
pub use view::{Masked, NounView, View};
pub use views::Views;
pub use vocabulary::{Action, Guarded, NounWords, READ_ALL, Vocabulary, allows};
