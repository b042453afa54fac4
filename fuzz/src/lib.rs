//! Programs that look for inputs for which a check of `flow_testkit::fuzz` does not hold. README.md says how to run them.

pub use flow_testkit::fuzz::Target;
pub use libfuzzer_sys;

use flow_testkit::memory::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The program of one target.
#[macro_export]
macro_rules! fuzz_target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| -> $crate::libfuzzer_sys::Corpus {
            let target = $crate::Target::named($name);
            (target.check)(bytes);
            if (target.is_about)(bytes) {
                $crate::libfuzzer_sys::Corpus::Keep
            } else {
                $crate::libfuzzer_sys::Corpus::Reject
            }
        });
    };
}
