// The other wall: copying within a WebAssembly memory by `memory.copy`.

import { answer_messages } from "./answer_messages.js";

const COPIED_BYTES = 64 * 1024 * 1024;
const N_COPIES = 16;

/** (module (memory (export "m") 2048)
 *    (func (export "c") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))) */
const MODULE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // \0asm, version 1
  ...[0x01, 0x07, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x00], // a type: three i32, no result
  ...[0x03, 0x02, 0x01, 0x00], // a function of it
  ...[0x05, 0x04, 0x01, 0x00, 0x80, 0x10], // a memory of 2048 pages, 128 MB
  ...[0x07, 0x09, 0x02, 0x01, 0x6d, 0x02, 0x00, 0x01, 0x63, 0x00, 0x00], // exports m and c
  ...[0x0a, 0x0e, 0x01, 0x0c, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfc, 0x0a, 0x00, 0x00, 0x0b], // the code
]);

answer_messages({
  /** Bytes copied a millisecond; the files do not matter. */
  async load() {
    const { instance } = await WebAssembly.instantiate(MODULE);
    const { m: memory, c: copy } = instance.exports;
    // A page of memory costs most when it is touched first.
    new Uint8Array(memory.buffer).fill(1);
    copy(COPIED_BYTES, 0, COPIED_BYTES);
    const began = performance.now();
    for (let n = 0; n < N_COPIES; n += 1) copy(COPIED_BYTES, 0, COPIED_BYTES);
    const ms = performance.now() - began;
    return { bytes_per_ms: (COPIED_BYTES * N_COPIES) / ms };
  },
  forget() {},
});
