// The page that holds one peer at a time: makes it, gives it the files that the bench has put in the input, and takes
// the time of what it does. The bench calls these functions by name.

const MAKERS = {
  "duckdb-eh": async () => (await import("./duckdb.js")).start({ bundle: "eh" }),
  "duckdb-threads": async () => (await import("./duckdb.js")).start({ bundle: "coi" }),
  "js-tuned": async () => start_worker("js_tuned_worker.js"),
  "file-read": async () => start_worker("file_read_worker.js"),
  memcpy: async () => start_worker("memcpy_worker.js"),
};

let peer;

globalThis.start_peer = async (name) => {
  peer = await MAKERS[name]();
};

/** Loads the input's files, to the point where every row can be asked for. */
globalThis.load_files = () => timed("load", [...document.querySelector("input").files]);

/** Asks a question by its name. */
globalThis.ask = (question) => timed("ask", question);

/** Forgets what was loaded, so that the next load starts from an empty peer whose code is warm. */
globalThis.forget = () => peer.forget();

async function timed(method, argument) {
  const began = performance.now();
  const answer = await peer[method](argument);
  return { ms: performance.now() - began, answer };
}

/** A peer that lives in a worker, called by messages `{ method, argument }`, one at a time. */
function start_worker(file) {
  const worker = new Worker(new URL(file, import.meta.url), { type: "module" });
  const call = (method) => (argument) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.answer));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage({ method, argument });
    });
  return { load: call("load"), ask: call("ask"), forget: call("forget") };
}
