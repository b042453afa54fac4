//! Sentences that tell the reader what just happened.

/// Shown for a while at the edge of the page, and read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Tells two notices with the same words apart.
    pub number: u32,
    pub text: String,
}
