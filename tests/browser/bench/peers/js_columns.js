// How the tuned JavaScript peer reads lines: a function made for the layout, with every field's loop written out, over
// typed arrays of one segment. It trusts its input, as a script made for one job does: nothing is checked, and no line
// is accounted for.

import { ADDRESSES, NUMBERS } from "./fields.js";

export const SEGMENT_ROWS = 65_536;

/** Absent values: no number of a log is one of these. */
const ABSENT = { small: -1, port: -1, seconds: 0xffff_ffff, large: Number.NaN };
const ARRAYS = { small: Int16Array, port: Int32Array, seconds: Uint32Array, large: Float64Array };

const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;

const kind_of = (field) => NUMBERS[field] ?? (ADDRESSES.has(field) ? "address" : "text");

/** A segment's arrays, in the order of the fields. */
export function new_segment(fields) {
  const array_of = (kind) => ARRAYS[kind] ?? (kind === "address" ? Uint32Array : Uint16Array);
  return { n_rows: 0, columns: fields.map((field) => new (array_of(kind_of(field)))(SEGMENT_ROWS)) };
}

/** `parse(bytes, at, end, segment, dictionaries, lasts)`: reads whole lines until `end` or until the segment is full,
 *  and gives where it stopped. `lasts` has for each field where its last text stood in its dictionary: most texts of a
 *  log are those of the line before. */
export function parser_of(fields) {
  const names = fields.map((_, index) => `c${index}`);
  const body = `
    const [${names}] = segment.columns;
    let row = segment.n_rows;
    while (at < end && row < ${SEGMENT_ROWS}) {
      ${fields.map(field_code).join("\n")}
      row += 1;
    }
    segment.n_rows = row;
    return at;`;
  return new Function("bytes", "at", "end", "segment", "dictionaries", "lasts", body);
}

function field_code(field, index) {
  const kind = kind_of(field);
  return kind in ARRAYS ? number_code(index, kind) : text_code(index, kind);
}

function number_code(index, kind) {
  const is_int = kind === "small" || kind === "port";
  const digit = is_int ? `value = (value * 10 + byte - ${ZERO}) | 0` : `value = value * 10 + (byte - ${ZERO})`;
  return `{
    let byte = bytes[at];
    let value = 0;
    if (byte === ${DASH}) {
      value = ${ABSENT[kind]};
      at += 1;
    } else {
      do { ${digit}; at += 1; byte = bytes[at]; } while (byte > ${SPACE});
    }
    c${index}[row] = value;
    at += 1;
  }`;
}

function text_code(index, kind) {
  const hashed = `
    let hash = ${0x811c_9dc5 | 0};
    for (byte = bytes[at]; byte > ${SPACE}; at += 1, byte = bytes[at]) hash = Math.imul(hash ^ byte, 16777619);
    code = dictionary.code_of(bytes, start, at, hash);`;
  const open = `{
    const dictionary = dictionaries[${index}];
    const start = at;
    let byte = 0;
    let code = 0;`;
  const close = `
    c${index}[row] = code;
    at += 1;
  }`;
  if (kind === "address") return `${open}${hashed}${close}`;
  return `${open}
    const last = lasts[${index}];
    let own = dictionary.starts[last];
    const own_end = dictionary.starts[last + 1];
    while (own < own_end && dictionary.bytes[own] === bytes[at]) { own += 1; at += 1; }
    if (own === own_end && own_end > dictionary.starts[last] && bytes[at] <= ${SPACE}) {
      code = last;
    } else {
      at = start;
      ${hashed}
      lasts[${index}] = code;
    }${close}`;
}
