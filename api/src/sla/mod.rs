//! What becomes of SLA clocks. Pure: who looks them up and writes them down is in `services/sla/`.

pub mod clock;
pub mod lead;
