//! How much memory something takes: an allocator that counts, for test binaries that bound what parsers hold.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// To be the `#[global_allocator]` of the binary that asks [`most_bytes_during`].
pub struct CountingAllocator;

// Of each thread, so that tests that run beside one another do not count each other's. What another thread frees makes
// the count negative.
thread_local! {
    static IN_USE_BYTES: Cell<isize> = const { Cell::new(0) };
    static MOST_BYTES: Cell<isize> = const { Cell::new(0) };
}

fn count(n_bytes: isize) {
    let in_use = IN_USE_BYTES.get() + n_bytes;
    IN_USE_BYTES.set(in_use);
    MOST_BYTES.set(MOST_BYTES.get().max(in_use));
}

// SAFETY: all is left to the system's allocator. Counting allocates nothing: the cells are made at compile time.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(start, layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, n_bytes: usize) -> *mut u8 {
        // Both are there while one is copied to the other.
        count(n_bytes as isize);
        count(-(layout.size() as isize));
        unsafe { System.realloc(start, layout, n_bytes) }
    }
}

/// What `work` gives, and the bytes that it had allocated at most, above what was in use before.
///
/// # Panics
/// Where [`CountingAllocator`] is not the allocator, so that no bound holds because nobody counts.
pub fn most_bytes_during<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = IN_USE_BYTES.get();
    MOST_BYTES.set(before);
    drop(std::hint::black_box(Box::new(0_u8)));
    assert!(MOST_BYTES.get() > before, "CountingAllocator must be the allocator of this binary");
    MOST_BYTES.set(before);
    let result = work();
    (result, usize::try_from(MOST_BYTES.get() - before).unwrap_or(0))
}
