// What a load costs in the page: something once, and something for each byte. Fitted to the sizes of the bench, and told
// back beside what was measured, so that a bend (memory, caches) shows as an error.

/** `{ layout, fixed_ms, ns_per_byte, sizes: [{ log, measured_ms, foretold_ms }] }` for each layout of which at least
 *  three plain logs were loaded. */
export function fit_page(logs, figures) {
  const layouts = [...new Set(logs.map(({ layout }) => layout))];
  return layouts.flatMap((layout) => {
    const points = logs
      .filter((log) => log.layout === layout && log.kind === "plain")
      .map((log) => ({ log: log.name, bytes: log.n_text_bytes, ms: figures.median(log, "page", "load") }))
      .filter(({ ms }) => ms !== undefined);
    if (points.length < 3) return [];
    const { fixed, slope } = fit_line(points.map(({ bytes, ms }) => [bytes, ms]));
    const sizes = points.map(({ log, bytes, ms }) => ({ log, measured_ms: ms, foretold_ms: fixed + slope * bytes }));
    return [{ layout, fixed_ms: fixed, ns_per_byte: slope * 1e6, sizes }];
  });
}

/** The line through points `[x, y]` whose errors are least in shares of y: a tenth of a short load counts as much as a
 *  tenth of a long one. */
export function fit_line(points) {
  // Weighted least squares, the weight of a point 1 / y².
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const weight = 1 / (y * y);
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  return { fixed: (wy - slope * wx) / w, slope };
}
