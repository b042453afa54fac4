//! The analyses, asked of logs that are drawn as text in the test.

mod direction;
mod draw;
mod export;
mod files;
mod overview;
mod packets_lost;
mod parts;
mod properties;
mod rejected;
mod rejected_oracle;
mod remembered;
mod speed;
mod summary;
mod timeline;
