// Figures as they are taken, run by run, and what is made of several.

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Figures by log, contender and name, in the order in which they came. */
export class Figures {
  #runs = new Map();

  /** Notes the figure of one run; what could not be measured is left out. */
  note(log, contender, name, value, unit) {
    if (value === undefined || Number.isNaN(value)) return;
    const key = JSON.stringify([log.name, contender, name]);
    const figure = this.#runs.get(key) ?? { log: log.name, contender, name, unit, values: [] };
    figure.values.push(value);
    this.#runs.set(key, figure);
  }

  /** The median, or `undefined`. */
  median(log, contender, name) {
    const figure = this.#runs.get(JSON.stringify([log.name, contender, name]));
    return figure && median(figure.values);
  }

  /** The largest, or `undefined`. */
  worst(log, contender, name) {
    const figure = this.#runs.get(JSON.stringify([log.name, contender, name]));
    return figure && Math.max(...figure.values);
  }

  /** `{ log, contender, name, unit, values, median, min, max }` for each figure. */
  all() {
    return [...this.#runs.values()].map((figure) => ({
      ...figure,
      median: median(figure.values),
      min: Math.min(...figure.values),
      max: Math.max(...figure.values),
    }));
  }
}
