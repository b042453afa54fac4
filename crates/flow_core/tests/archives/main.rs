//! Archives in a load.

mod each_member;
mod loaded;
mod tar_in_gzip;
