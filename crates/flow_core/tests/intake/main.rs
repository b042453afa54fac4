//! What a load keeps, against the slow way: filter and add up the lines of text first.

mod answers;
mod keep;
mod lines;
mod roll_up;
