// DuckDB-Wasm, as fast as we could make it: nothing is sniffed, the types are given and no wider than needed, the order
// of rows need not be kept, and the file is read through its handle rather than copied into memory first.

import * as duckdb from "@duckdb/duckdb-wasm";
import { DSTPORT, NEEDLE, NUMBERS, TOP_ENTRIES, fields_of } from "./fields.js";

const FOLDER = new URL("/node_modules/@duckdb/duckdb-wasm/dist/", location.href).href;
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

  let text_fields = [];
  let names = [];
  return {
    async load(files) {
      const fields = await fields_of(files[0]);
      text_fields = fields.filter((field) => !(field in NUMBERS));
      const columns = fields.map((field) => `'${field}': '${TYPES[NUMBERS[field]] ?? "VARCHAR"}'`);
      names = files.map((_, at) => `${at}.log${files[at].name.endsWith(".gz") ? ".gz" : ""}`);
      for (const [at, file] of files.entries()) {
        await database.registerFileHandle(names[at], file, duckdb.DuckDBDataProtocol.BROWSER_FILEREADER, true);
      }
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
