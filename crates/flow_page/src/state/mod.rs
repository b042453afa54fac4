//! What decides the screen.
//!
//! [`ViewSpec`] and its trip through the URL are pure; [`AppState`] holds it in signals. Knows nothing of
//! the engine, the browser or what is on screen.

pub mod app_state;
pub mod load_state;
pub mod notice;
pub mod theme;
pub mod url;
pub mod view_spec;

pub use app_state::{AppState, HistoryStep};
pub use load_state::LoadState;
pub use notice::Notice;
pub use theme::Theme;
pub use view_spec::{Tab, TimeRange, ViewSpec};
