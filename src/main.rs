//! The program that is linked: nothing but the page's start. Why it is apart from it, Cargo.toml says at its profiles.

fn main() {
    flow_page::start();
}
