// The end of every worker's script, after the glue. The first message is the compiled module; Rust's `main` runs while
// it is handled, so messages posted right behind it wait and find the handler that `main` has set.
addEventListener("message", (event) => wasm_bindgen.initSync({ module: event.data }), { once: true });
