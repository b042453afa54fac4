//! Memory that bytes of the browser's are copied into, again and again.

use js_sys::Uint8Array;

/// Bytes that were copied last. The memory behind them stays as it was: emptying a buffer and making it long again
/// writes zeros over all of it, which took as long as half of the reading.
#[derive(Default)]
pub struct Buffer {
    memory: Vec<u8>,
    n_bytes: usize,
}

impl Buffer {
    pub fn bytes(&self) -> &[u8] {
        &self.memory[..self.n_bytes]
    }

    /// Puts these bytes in place of what is there.
    pub fn copy_from(&mut self, bytes: &Uint8Array) {
        self.n_bytes = bytes.length() as usize;
        if self.memory.len() < self.n_bytes {
            self.memory.resize(self.n_bytes, 0);
        }
        bytes.copy_to(&mut self.memory[..self.n_bytes]);
    }

    pub fn clear(&mut self) {
        self.n_bytes = 0;
    }
}
