// What a load costs the machine: time on its cores, by who spent it. On a machine with few cores this is what bounds a
// load, and it is steadier than the time on the wall. Linux only; elsewhere there are no figures.

import { readFileSync, readdirSync } from "node:fs";

/** Whose work a thread's is. A process's first thread has its number; in a renderer that is the page's. */
function part_of({ type, is_first, name }) {
  if (type === "browser") return "browser";
  if (type === "renderer" && name.startsWith("DedicatedWorker")) return "workers";
  return type === "renderer" && is_first ? "page" : "drawing";
}

/** Nanoseconds on a core of each thread of the browser, with the part that it belongs to. */
async function threads(browser_session) {
  const { processInfo } = await browser_session.send("SystemInfo.getProcessInfo");
  const all = new Map();
  for (const { type, id } of processInfo) {
    for (const thread of entries(`/proc/${id}/task`)) {
      const folder = `/proc/${id}/task/${thread}`;
      const [name, schedule] = [read(`${folder}/comm`), read(`${folder}/schedstat`)];
      const part = part_of({ type, is_first: thread === String(id), name });
      all.set(thread, { part, ns: Number(schedule.split(" ")[0] || 0) });
    }
  }
  return all;
}

// Threads end while they are looked at.
function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

/** Begins to watch; the function that comes back gives milliseconds by part since then, and `all` of them. `undefined`
 *  where there is no /proc. Only one page may be at work meanwhile. */
export async function watch_cpu(browser_session) {
  const before = await threads(browser_session);
  return async () => {
    const spent = { all: 0, workers: 0, page: 0, drawing: 0, browser: 0 };
    for (const [thread, { part, ns }] of await threads(browser_session)) {
      const ms = (ns - (before.get(thread)?.ns ?? 0)) / 1e6;
      spent[part] += ms;
      spent.all += ms;
    }
    return spent.all > 0 ? spent : undefined;
  };
}
