//! The view in the URL's fragment.
use super::ViewSpec;

pub fn to_fragment(_spec: &ViewSpec) -> String {
    String::new()
}

pub fn from_fragment(_fragment: &str) -> ViewSpec {
    ViewSpec::default()
}
