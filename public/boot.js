// Starts Flowglass: unpacks and compiles the WebAssembly that this page carries, once, and runs it for the page.
// If this browser cannot do that, says so in #boot-message instead of leaving the page blank.
//
// What this file promises to Rust:
//  * It runs `main` on the page's thread after the document is parsed.
//  * `globalThis.flowglass_spawn_worker(): Worker` starts a worker that runs the same program. The worker gets the
//    compiled module as its first message, before `spawn` returns, and starts Rust inside that message's handler. So
//    whatever Rust posts to the worker right away arrives after the worker's `main` has run, at the handler that
//    `main` has set as the worker's `onmessage`. A worker that cannot start fires `error` on the Worker, as usual.
//
// A classic script, and classic Blob workers: modules in a Blob do not start from file://.
"use strict";
(() => {
  const text_of = (id) => document.getElementById(id).textContent;

  function say(title, ...sentences) {
    const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
    const alert = document.createElement("div");
    alert.setAttribute("role", "alert");
    alert.append(element("h1", title), ...sentences.map((sentence) => element("p", sentence)));
    // #boot-message is gone if the page had mounted before it failed.
    let message = document.getElementById("boot-message");
    if (message === null) {
      message = Object.assign(document.createElement("main"), { id: "boot-message" });
      document.body.prepend(message);
    }
    message.replaceChildren(alert);
  }

  // The smallest module with a 128-bit vector instruction: (func (result v128) (i8x16.splat (i32.const 0)))
  const SIMD_PROBE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
  ]);

  // What this browser lacks, in words to search for; null when it has all we need.
  function missing_feature() {
    if (typeof WebAssembly !== "object") return "WebAssembly";
    if (typeof DecompressionStream !== "function") return "DecompressionStream";
    if (!WebAssembly.validate(SIMD_PROBE)) return "WebAssembly SIMD";
    return null;
  }

  async function compile() {
    const gzip = Uint8Array.from(atob(text_of("wasm")), (char) => char.charCodeAt(0));
    const stream = new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"));
    return WebAssembly.compile(await new Response(stream).arrayBuffer());
  }

  function worker_spawner(module) {
    // One URL for all workers, never revoked: a worker may be started again long after the first.
    let url;
    return () => {
      url ??= URL.createObjectURL(
        new Blob([text_of("glue"), "\n", text_of("worker-boot")], { type: "text/javascript" }),
      );
      const worker = new Worker(url);
      worker.postMessage(module);
      return worker;
    };
  }

  async function start() {
    // Not in index.html, so that it is never beside the message for those without JavaScript.
    document.getElementById("boot-message").textContent = "Starting Flowglass…";
    const missing = missing_feature();
    if (missing !== null) {
      say(
        "This browser is too old for Flowglass",
        `It has no ${missing}.`,
        "Open the page in a version of Chrome, Edge, Firefox or Safari from 2023 or later.",
      );
      return;
    }
    try {
      const module = await compile();
      globalThis.flowglass_spawn_worker = worker_spawner(module);
      wasm_bindgen.initSync({ module });
    } catch (error) {
      say(
        "Flowglass could not start",
        `The browser says: ${error}`,
        "If WebAssembly is turned off for this page, allow it; if the file was cut short on its way, fetch it again.",
      );
      throw error;
    }
  }

  start();
})();
