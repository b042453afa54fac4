// How much memory a page takes: the private memory of the process that draws it and runs its workers. Linux only;
// elsewhere there are no figures.

import { readFileSync } from "node:fs";

/** Private memory of each renderer of the browser, in bytes by process id. */
async function renderers(browser_session) {
  const { processInfo } = await browser_session.send("SystemInfo.getProcessInfo");
  const bytes = new Map();
  for (const { type, id } of processInfo) if (type === "renderer") bytes.set(id, private_bytes(id));
  return bytes;
}

function private_bytes(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const kilobytes = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)].map(([, number]) => Number(number));
    return 1024 * kilobytes.reduce((sum, number) => sum + number, 0);
  } catch {
    return 0;
  }
}

/** Begins to watch; the function that comes back gives the bytes of the renderer that grew most since then, in MB, or
 *  `undefined` where there is no /proc. Only one page may be at work meanwhile. */
export async function watch_memory(browser_session) {
  const before = await renderers(browser_session);
  return async () => {
    const after = [...(await renderers(browser_session))];
    const grown = after.map(([pid, bytes]) => ({ bytes, by: bytes - (before.get(pid) ?? 0) }));
    const most = grown.reduce((most, one) => (one.by > most.by ? one : most), { bytes: 0, by: 0 });
    return most.bytes > 0 ? most.bytes / 1e6 : undefined;
  };
}
