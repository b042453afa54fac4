// What the bench does on the page once all is loaded, and how long the screen takes to show what came of it.

/** In the order in which they are done. Those with a `question` stand beside the peers' answers to it: the screen draws
 *  it, among other things, and has not asked it before. */
export const ACTIONS = [
  { name: "filter: dstport = 443", question: "filtered count", act: (glass) => filter(glass, "dstport = 443") },
  // Leaves every row, so the lists are those of all rows; the engine has to find that out.
  { name: "filter: packets > 0", question: "top sources", act: (glass) => filter(glass, "packets > 0") },
  { name: 'filter: any contains "10.0.1"', question: "substring", act: (glass) => filter(glass, 'any contains "10.0.1"') },
  { name: "filter: none", act: (glass) => filter(glass, "") },
  { name: "view: rejected", act: (glass) => press(glass, "#tab-rejected") },
  // The view itself was foreseen when the load ended. Under another filter it is not, and this one leaves every row.
  { name: "filter: bytes > 0, in rejected", question: "rejected ports", act: (glass) => filter(glass, "bytes > 0") },
  { name: "filter: none, in rejected", act: (glass) => filter(glass, "") },
  { name: "view: direction", act: (glass) => press(glass, "#tab-direction") },
  { name: "view: overview", act: (glass) => press(glass, "#tab-overview") },
  {
    name: "filter: srcaddr in 10.0.0.0/8 and reject",
    act: (glass) => filter(glass, "srcaddr in 10.0.0.0/8 and reject"),
  },
  { name: "filter: none again", act: (glass) => filter(glass, "") },
  { name: "brush: a third of the time", act: brush },
  { name: "brush: all of the time", act: (glass) => press(glass, '.timeline-head button:text-is("All time")') },
  { name: "facet: the first source", act: (glass) => press(glass, ".top-row button") },
  { name: "filter: none once more", act: (glass) => filter(glass, "") },
  { name: "view: records", act: (glass) => press(glass, "#tab-records") },
  { name: "sort: by bytes", act: (glass) => press(glass, sort_button("bytes")) },
  { name: "sort: by srcaddr", act: (glass) => press(glass, sort_button("srcaddr")) },
  { name: "scroll: to the middle", act: scroll },
];

const sort_button = (column) =>
  `.grid-head [role=columnheader]:has(.column-name:text-is("${column}")) button`;

/** In the page: defines how it is told that nothing on screen waits any more. A change asks in the next frame at the
 *  latest, so that the screen is quiet when it was for three frames; the time is that of the first of them. Looked for
 *  within `main` only: the text of the whole body has the page's program in it, and to search those megabytes in every
 *  frame takes a core away from what is measured. */
const WATCH = `
  const QUIET_FRAMES = 3;
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
  const waits = () =>
    document.querySelector(".is-pending, .is-waiting") || /Working it out …/.test(document.querySelector("main").textContent);
  const quiet_since = async () => {
    let quiet_ms = await frame();
    for (let n_quiet = 0; n_quiet < QUIET_FRAMES; ) {
      const is_waiting = waits();
      const now_ms = await frame();
      if (is_waiting) quiet_ms = now_ms;
      n_quiet = is_waiting ? 0 : n_quiet + 1;
    }
    return quiet_ms;
  };
  const times_since = (began_ms, quiet_ms) => {
    const answered_ms = globalThis.flowglass_last_answer_ms - began_ms;
    return { redrawn_ms: quiet_ms - began_ms, answered_ms: answered_ms > 0 ? answered_ms : undefined };
  };`;

/** To be run in the page before anything else: notes when the last message came from a worker. */
export function watch_workers() {
  globalThis.Worker = class extends globalThis.Worker {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", () => (globalThis.flowglass_last_answer_ms = performance.now()));
    }
  };
}

/** Runs `act` in the page and gives milliseconds from then: `redrawn_ms`, until the screen shows what came of it, and
 *  `answered_ms`, until the last answer for it came from a worker, `undefined` where none was needed. */
function timed(glass, act, argument) {
  // As text, which the DevTools run themselves: the page's policy allows no code made of text.
  return glass.page.evaluate(`(async () => {
    ${WATCH}
    const began = performance.now();
    (${act})(${JSON.stringify(argument)});
    return times_since(began, await quiet_since());
  })()`);
}

async function press(glass, selector) {
  const element = await glass.page.locator(selector).first().elementHandle();
  await element.evaluate((element) => (globalThis.flowglass_pressed = element));
  return timed(glass, () => globalThis.flowglass_pressed.click());
}

function filter(glass, text) {
  return timed(
    glass,
    (text) => {
      const field = document.getElementById("filter-input");
      field.focus();
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    },
    text,
  );
}

/** With a real mouse; the clock starts when the button is let go. */
async function brush(glass) {
  const { mouse } = glass.page;
  const { x, y, width, height } = await glass.page.locator(".timeline-surface").boundingBox();
  await mouse.move(x + width / 3, y + height / 2);
  await mouse.down();
  await mouse.move(x + width / 2, y + height / 2, { steps: 3 });
  await mouse.move(x + (width * 2) / 3, y + height / 2, { steps: 3 });
  // Not the promise itself, which would be waited for.
  await glass.page.evaluate(`(() => {
    ${WATCH}
    globalThis.flowglass_brushed = new Promise((resolve) => {
      addEventListener("pointerup", async () => {
        const began = performance.now();
        resolve(times_since(began, await quiet_since()));
      }, { capture: true, once: true });
    });
  })()`);
  await mouse.up();
  return glass.page.evaluate(() => globalThis.flowglass_brushed);
}

function scroll(glass) {
  return timed(glass, () => {
    const grid = document.querySelector(".grid");
    grid.scrollTop = grid.scrollHeight / 2;
  });
}
