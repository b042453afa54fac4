#![no_main]

flowglass_fuzz::fuzz_target!("json");
