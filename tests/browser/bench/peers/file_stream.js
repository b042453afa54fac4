// Reading a File in a worker, the fastest ways there are.

/** Readers that are at work. A BYOB reader that only a local variable holds sometimes never finishes. */
const readers = new Set();

/** Calls `take(bytes)` for each piece of the file, in order, by a BYOB reader into one buffer of `buffer_bytes`. The
 *  bytes are good until `take` returns. */
export async function read_by_stream(file, buffer_bytes, take) {
  const reader = file.stream().getReader({ mode: "byob" });
  readers.add(reader);
  try {
    let buffer = new ArrayBuffer(buffer_bytes);
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done) return;
      take(value);
      buffer = value.buffer;
    }
  } finally {
    readers.delete(reader);
  }
}

/** The same by slices of `slice_bytes`, each asked for while the one before it is taken. */
export async function read_by_slices(file, slice_bytes, take) {
  const slice = (at) => (at < file.size ? file.slice(at, at + slice_bytes).arrayBuffer() : undefined);
  let next = slice(0);
  for (let at = 0; at < file.size; at += slice_bytes) {
    const bytes = new Uint8Array(await next);
    next = slice(at + slice_bytes);
    take(bytes);
  }
}

/** The text of a gzip file, piece by piece, by the browser's own inflater. */
export async function read_gzip(file, take) {
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  readers.add(reader);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value);
    }
  } finally {
    readers.delete(reader);
  }
}
