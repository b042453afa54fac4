// What was asked for on the command line.

export const HELP = `cargo xtask bench [OPTION…]: the page, the native engine and their peers over the same generated logs

  --rows N,N,…       sizes of the logs (100000,1000000,10000000)
  --layout A,B       v2, v5 (all 29 fields), v5-ipv6 (v2)
  --gz               one .log.gz for each size
  --files N          a folder of N .log.gz of about 2 MB of text each, instead of --rows and --gz
  --runs N           runs of each (5)
  --only A,B         only these: page, native, duckdb-eh, duckdb-threads, js-tuned, file-read, memcpy, model
  --quick            100,000 rows, one run: does it all still work?
  --json FILE        where the figures go (target/bench/results.json)
  --markdown         tables for docs/performance.md
  --stream N         none of the above: N rows generated into the native engine, their text never stored
`;

const DEFAULT_ROWS = [100_000, 1_000_000, 10_000_000];
const QUICK_ROWS = [100_000];
const DEFAULT_RUNS = 5;

export const CONTENDERS = ["page", "native", "duckdb-eh", "duckdb-threads", "js-tuned", "file-read", "memcpy", "model"];
const LAYOUTS = ["v2", "v5", "v5-ipv6"];

/** `{ rows, layouts, gz, n_files, n_runs, only, json, markdown }`; throws in words for a person. */
export function read_options(words) {
  const rest = [...words];
  const flag = (name) => {
    const at = rest.indexOf(name);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  };
  const value = (name, otherwise) => {
    const at = rest.indexOf(name);
    if (at < 0) return otherwise;
    const [, given] = rest.splice(at, 2);
    if (given === undefined) throw new Error(`${name} needs a value`);
    return given;
  };
  const count = (name, text) => {
    const number = Number(text.replaceAll("_", ""));
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${name} takes whole numbers, not ${text}`);
    return number;
  };
  const one_of = (name, allowed, given) => {
    if (!allowed.includes(given)) throw new Error(`${name} takes ${allowed.join(", ")}; not ${given}`);
    return given;
  };
  const quick = flag("--quick");
  const rows = value("--rows")?.split(",").map((text) => count("--rows", text)) ?? (quick ? QUICK_ROWS : DEFAULT_ROWS);
  const n_files = value("--files");
  const options = {
    rows,
    layouts: value("--layout", "v2").split(",").map((name) => one_of("--layout", LAYOUTS, name)),
    gz: flag("--gz"),
    n_files: n_files === undefined ? undefined : count("--files", n_files),
    n_runs: count("--runs", value("--runs", String(quick ? 1 : DEFAULT_RUNS))),
    only: (value("--only")?.split(",") ?? CONTENDERS).map((name) => one_of("--only", CONTENDERS, name)),
    json: value("--json"),
    markdown: flag("--markdown"),
  };
  if (rest.length > 0) throw new Error(`${rest.join(" ")} means nothing here\n\n${HELP}`);
  return options;
}
