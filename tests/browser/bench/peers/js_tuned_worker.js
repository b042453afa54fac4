// What a good programmer makes by hand in plain JavaScript: bytes into typed arrays, texts into dictionaries, and
// questions as loops over them.

import { answer_messages } from "./answer_messages.js";
import { ADDRESSES, DSTPORT, NEEDLE, NUMBERS, TOP_ENTRIES, fields_of } from "./fields.js";
import { read_by_stream, read_gzip } from "./file_stream.js";
import { SEGMENT_ROWS, new_segment, parser_of } from "./js_columns.js";
import { Dictionary } from "./js_dictionary.js";

const BUFFER_BYTES = 1024 * 1024;
const LINE_END = 0x0a;
/** Codes of texts other than addresses are kept in 16 bits. */
const TEXTS_MAX = 65_536;

let log;
let parse;

answer_messages({
  async load(files) {
    const fields = await fields_of(files[0]);
    const addresses = new Dictionary();
    const dictionary_of = (field) => (ADDRESSES.has(field) ? addresses : new Dictionary());
    log = {
      fields,
      segments: [new_segment(fields)],
      dictionaries: fields.map((field) => (field in NUMBERS ? undefined : dictionary_of(field))),
      lasts: fields.map(() => 0),
    };
    parse = parser_of(fields);
    for (const file of files) await load_file(file);
    for (const [at, dictionary] of log.dictionaries.entries()) {
      if (dictionary && !ADDRESSES.has(fields[at]) && dictionary.n_values > TEXTS_MAX) {
        throw new Error(`more than ${TEXTS_MAX} different ${fields[at]}`);
      }
    }
    const ok = log.dictionaries[fields.indexOf("log-status")].find("OK");
    let n_rows = 0;
    each_segment(["log-status"], (length, [status]) => {
      for (let row = 0; row < length; row += 1) if (status[row] === ok) n_rows += 1;
    });
    return { n_rows };
  },
  ask: (question) => QUESTIONS[question](),
  forget() {
    log = undefined;
  },
});

/** Reads a file's lines, but for its header, into segments. */
async function load_file(file) {
  // The beginning of a line whose end comes with the next piece stands before that piece.
  let joined = new Uint8Array(BUFFER_BYTES * 2);
  let n_left = 0;
  let is_header_due = true;
  const take = (piece) => {
    if (n_left + piece.length > joined.length) {
      const larger = new Uint8Array(n_left + piece.length);
      larger.set(joined.subarray(0, n_left));
      joined = larger;
    }
    joined.set(piece, n_left);
    const length = n_left + piece.length;
    const end = joined.lastIndexOf(LINE_END, length - 1) + 1;
    let at = 0;
    if (is_header_due && end > 0) {
      at = joined.indexOf(LINE_END) + 1;
      is_header_due = false;
    }
    while (at < end) {
      let segment = log.segments.at(-1);
      if (segment.n_rows === SEGMENT_ROWS) log.segments.push((segment = new_segment(log.fields)));
      at = parse(joined, at, end, segment, log.dictionaries, log.lasts);
    }
    joined.copyWithin(0, end, length);
    n_left = length - end;
  };
  await (file.name.endsWith(".gz") ? read_gzip(file, take) : read_by_stream(file, BUFFER_BYTES, take));
  if (n_left > 0) take(Uint8Array.of(LINE_END));
}

const dictionary = (field) => log.dictionaries[log.fields.indexOf(field)];

function each_segment(fields, scan) {
  const at = fields.map((field) => log.fields.indexOf(field));
  for (const segment of log.segments) scan(segment.n_rows, at.map((index) => segment.columns[index]));
}

const top = (entries, by_name) =>
  entries.sort((a, b) => b[1] - a[1] || by_name(a[0], b[0])).slice(0, TOP_ENTRIES);

const QUESTIONS = {
  "filtered count"() {
    const actions = dictionary("action");
    const n_rows = new Float64Array(actions.n_values);
    const n_bytes = new Float64Array(actions.n_values);
    each_segment(["dstport", "action", "bytes"], (length, [dstport, action, bytes]) => {
      for (let row = 0; row < length; row += 1) {
        if (dstport[row] !== DSTPORT) continue;
        n_rows[action[row]] += 1;
        n_bytes[action[row]] += bytes[row];
      }
    });
    const found = [...n_rows.keys()].filter((code) => n_rows[code] > 0);
    return Object.fromEntries(found.map((code) => [actions.text(code), { rows: n_rows[code], bytes: n_bytes[code] }]));
  },
  "top sources"() {
    const addresses = dictionary("srcaddr");
    const sums = new Float64Array(addresses.n_values);
    const absent = addresses.find("-");
    each_segment(["srcaddr", "bytes"], (length, [srcaddr, bytes]) => {
      // `NaN || 0`: absent bytes are in no sum.
      for (let row = 0; row < length; row += 1) sums[srcaddr[row]] += bytes[row] || 0;
    });
    // The largest are picked before any text is made.
    const largest = [...sums.keys()].filter((code) => code !== absent && sums[code] > 0);
    largest.sort((a, b) => sums[b] - sums[a]);
    const entries = largest.slice(0, TOP_ENTRIES * 2).map((code) => [addresses.text(code), sums[code]]);
    return top(entries, (a, b) => (a < b ? -1 : 1));
  },
  "rejected ports"() {
    const reject = dictionary("action").find("REJECT");
    const n_rows = new Uint32Array(65_536);
    each_segment(["action", "dstport"], (length, [action, dstport]) => {
      for (let row = 0; row < length; row += 1) if (action[row] === reject && dstport[row] >= 0) n_rows[dstport[row]] += 1;
    });
    const ports = [...n_rows.keys()].filter((port) => n_rows[port] > 0);
    return top(ports.map((port) => [port, n_rows[port]]), (a, b) => a - b);
  },
  substring() {
    // Each text is looked at once, however many rows have it.
    const fields = log.fields.filter((field) => !(field in NUMBERS));
    const found_in = new Map();
    for (const field of fields) {
      const texts = dictionary(field);
      if (!found_in.has(texts)) found_in.set(texts, texts.having(NEEDLE));
    }
    // A field in which nothing is found need not be looked at.
    const hopeful = fields.filter((field) => found_in.get(dictionary(field)).includes(1));
    const founds = hopeful.map((field) => found_in.get(dictionary(field)));
    const ok = dictionary("log-status").find("OK");
    let n_rows = 0;
    each_segment(["log-status", ...hopeful], (length, [status, ...columns]) => {
      const hits = new Uint8Array(length);
      for (const [at, column] of columns.entries()) {
        const found = founds[at];
        for (let row = 0; row < length; row += 1) hits[row] |= found[column[row]];
      }
      for (let row = 0; row < length; row += 1) if (hits[row] === 1 && status[row] === ok) n_rows += 1;
    });
    return n_rows;
  },
};
