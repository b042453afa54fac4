// Text by number, for the tuned JavaScript peer: an open hash table over the bytes of a log, so that no string is made
// but for a value that is new.

const N_SLOTS_FIRST = 1 << 12;
/** A table more than half full grows. */
const SLOTS_PER_VALUE = 2;

export class Dictionary {
  constructor() {
    this.n_values = 0;
    /** Code + 1 by slot; 0 is free. */
    this.slots = new Uint32Array(N_SLOTS_FIRST);
    this.hashes = new Int32Array(N_SLOTS_FIRST / SLOTS_PER_VALUE);
    /** Where the bytes of each code start; one more than there are codes. */
    this.starts = new Uint32Array(N_SLOTS_FIRST / SLOTS_PER_VALUE + 1);
    this.bytes = new Uint8Array(N_SLOTS_FIRST * 8);
  }

  /** The code of the text from `start` to `end`, which hashes to `hash`. */
  code_of(text, start, end, hash) {
    const n_bytes = end - start;
    const mask = this.slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const code = this.slots[slot] - 1;
      if (code < 0) return this.add(text, start, end, hash, slot);
      if (this.hashes[code] === hash && this.is(code, text, start, n_bytes)) return code;
    }
  }

  is(code, text, start, n_bytes) {
    const own = this.starts[code];
    if (this.starts[code + 1] - own !== n_bytes) return false;
    for (let at = 0; at < n_bytes; at += 1) if (this.bytes[own + at] !== text[start + at]) return false;
    return true;
  }

  add(text, start, end, hash, slot) {
    const code = this.n_values;
    const own = this.starts[code];
    if (own + end - start > this.bytes.length) this.bytes = longer(this.bytes, this.bytes.length * 2);
    this.bytes.set(text.subarray(start, end), own);
    this.starts[code + 1] = own + end - start;
    this.hashes[code] = hash;
    this.slots[slot] = code + 1;
    this.n_values += 1;
    if (this.n_values === this.hashes.length) this.grow();
    return code;
  }

  grow() {
    const n_codes = this.hashes.length * 2;
    this.hashes = longer(this.hashes, n_codes);
    this.starts = longer(this.starts, n_codes + 1);
    this.slots = new Uint32Array(n_codes * SLOTS_PER_VALUE);
    const mask = this.slots.length - 1;
    for (let code = 0; code < this.n_values; code += 1) {
      const hash = this.hashes[code];
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = code + 1;
    }
  }

  text(code) {
    return String.fromCharCode(...this.bytes.subarray(this.starts[code], this.starts[code + 1]));
  }

  /** The code of a text, -1 where no row has it. */
  find(wanted) {
    const text = new TextEncoder().encode(wanted);
    for (let code = 0; code < this.n_values; code += 1) {
      if (this.starts[code + 1] - this.starts[code] === text.length && this.is(code, text, 0, text.length)) return code;
    }
    return -1;
  }

  /** For each code, 1 where its text has `needle` in it. */
  having(needle) {
    const wanted = new TextEncoder().encode(needle);
    const found = new Uint8Array(this.n_values);
    for (let code = 0; code < this.n_values; code += 1) {
      const last = this.starts[code + 1] - wanted.length;
      for (let at = this.starts[code]; at <= last && found[code] === 0; at += 1) {
        let length = 0;
        while (length < wanted.length && this.bytes[at + length] === wanted[length]) length += 1;
        if (length === wanted.length) found[code] = 1;
      }
    }
    return found;
  }
}

function longer(array, length) {
  const result = new array.constructor(length);
  result.set(array);
  return result;
}
