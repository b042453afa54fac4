// The wall: a File is read in a worker, and nothing is done with it but to look at one byte of each piece.

import { answer_messages } from "./answer_messages.js";
import { read_by_slices, read_by_stream } from "./file_stream.js";

const MB = 1024 * 1024;

const WAYS = {
  "stream, 1 MB": (file, take) => read_by_stream(file, MB, take),
  "stream, 4 MB": (file, take) => read_by_stream(file, 4 * MB, take),
  "slices, 4 MB": (file, take) => read_by_slices(file, 4 * MB, take),
  "slices, 16 MB": (file, take) => read_by_slices(file, 16 * MB, take),
};

answer_messages({
  /** Milliseconds that each way takes. */
  async load(files) {
    const ways_ms = {};
    for (const [name, read] of Object.entries(WAYS)) {
      let n_bytes = 0;
      let seen = 0;
      const began = performance.now();
      for (const file of files) {
        await read(file, (bytes) => {
          n_bytes += bytes.length;
          seen ^= bytes[bytes.length - 1];
        });
      }
      ways_ms[name] = performance.now() - began;
      const n_bytes_wanted = files.reduce((sum, file) => sum + file.size, 0);
      if (n_bytes !== n_bytes_wanted || seen < 0) throw new Error(`${name}: ${n_bytes} of ${n_bytes_wanted} bytes`);
    }
    return { ways_ms };
  },
  forget() {},
});
