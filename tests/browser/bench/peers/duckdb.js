// DuckDB-Wasm, as fast as we could make it: nothing is sniffed, the types are given and no wider than needed, the order
// of rows need not be kept, and one thread reads the file through its handle. Several threads are given a copy of it
// where it fits in their memory: by handle they fail in one load of two or three ("No HTML5 file registered", "Input is
// not a GZIP stream", rows that are missing), and where they do not they are at best a fifth faster.

import * as duckdb from "@duckdb/duckdb-wasm";
import { DSTPORT, NEEDLE, NUMBERS, TOP_ENTRIES, fields_of } from "./fields.js";

const FOLDER = new URL("/node_modules/@duckdb/duckdb-wasm/dist/", location.href).href;
/** Copies of larger files are refused: "offset is out of bounds". */
const COPIED_BYTES_MAX = 500e6;
const TYPES = { small: "UTINYINT", port: "USMALLINT", seconds: "UINTEGER", large: "UBIGINT" };

/** `bundle` is "eh", one thread, or "coi", threads: the page must be cross-origin isolated. */
export async function start({ bundle }) {
  const worker = new Worker(`${FOLDER}duckdb-browser-${bundle}.worker.js`);
  const database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
  const pthread_worker = bundle === "coi" ? `${FOLDER}duckdb-browser-coi.pthread.worker.js` : null;
  await database.instantiate(`${FOLDER}duckdb-${bundle}.wasm`, pthread_worker);
  const n_threads = bundle === "coi" ? navigator.hardwareConcurrency : 1;
  await database.open({ path: ":memory:", maximumThreads: n_threads, query: { castBigIntToDouble: true } });
  const connection = await database.connect();
  await connection.query("SET preserve_insertion_order = false");
  const rows_of = async (query) => (await connection.query(query)).toArray().map((row) => row.toJSON());
  const [{ threads }] = await rows_of("SELECT current_setting('threads') AS threads");
  if (Number(threads) !== n_threads) throw new Error(`${threads} threads, not ${n_threads}`);

  const register = async (name, file) =>
    bundle === "coi" && file.size <= COPIED_BYTES_MAX
      ? database.registerFileBuffer(name, new Uint8Array(await file.arrayBuffer()))
      : database.registerFileHandle(name, file, duckdb.DuckDBDataProtocol.BROWSER_FILEREADER, true);

  let text_fields = [];
  let names = [];
  let n_loads = 0;
  return {
    async load(files) {
      const fields = await fields_of(files[0]);
      text_fields = fields.filter((field) => !(field in NUMBERS));
      const columns = fields.map((field) => `'${field}': '${TYPES[NUMBERS[field]] ?? "VARCHAR"}'`);
      // Names that were never used: its threads remember the old ones.
      n_loads += 1;
      names = files.map((file, at) => `${n_loads}-${at}.log${file.name.endsWith(".gz") ? ".gz" : ""}`);
      for (const [at, file] of files.entries()) await register(names[at], file);
      await connection.query(`
        CREATE TABLE log AS SELECT * FROM read_csv([${names.map((name) => `'${name}'`)}],
          auto_detect = false, delim = ' ', quote = '', escape = '', header = true, nullstr = '-', new_line = '\\n',
          columns = {${columns}})`);
      const [{ n }] = await rows_of(`SELECT count(*) AS n FROM log WHERE "log-status" = 'OK'`);
      return { n_rows: Number(n) };
    },
    async ask(question) {
      return QUESTIONS[question](rows_of, text_fields);
    },
    async forget() {
      await connection.query("DROP TABLE log");
      await database.dropFiles(names);
    },
  };
}

const QUESTIONS = {
  async "filtered count"(rows_of) {
    const rows = await rows_of(`
      SELECT action, count(*) AS n, sum(bytes) AS bytes FROM log WHERE dstport = ${DSTPORT} GROUP BY action`);
    return Object.fromEntries(rows.map(({ action, n, bytes }) => [action, { rows: Number(n), bytes: Number(bytes) }]));
  },
  async "top sources"(rows_of) {
    const rows = await rows_of(`
      SELECT srcaddr, sum(bytes) AS bytes FROM log WHERE srcaddr IS NOT NULL
      GROUP BY srcaddr ORDER BY bytes DESC, srcaddr LIMIT ${TOP_ENTRIES}`);
    return rows.map(({ srcaddr, bytes }) => [srcaddr, Number(bytes)]);
  },
  async "rejected ports"(rows_of) {
    const rows = await rows_of(`
      SELECT dstport, count(*) AS n FROM log WHERE action = 'REJECT' AND dstport IS NOT NULL
      GROUP BY dstport ORDER BY n DESC, dstport LIMIT ${TOP_ENTRIES}`);
    return rows.map(({ dstport, n }) => [Number(dstport), Number(n)]);
  },
  async substring(rows_of, text_fields) {
    // No number of a flow log has a dot in it, so the text fields are all that can hold the needle.
    const tests = text_fields.map((field) => `contains("${field}", '${NEEDLE}')`);
    const [{ n }] = await rows_of(`
      SELECT count(*) AS n FROM log WHERE "log-status" = 'OK' AND (${tests.join(" OR ")})`);
    return Number(n);
  },
};
