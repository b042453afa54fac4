// The questions that all are asked once a log is loaded, and whether they answer alike.

import assert from "node:assert/strict";

/** By name. The page answers more than was asked: each time it draws the whole screen anew, the chart and five lists
 *  among it. Its press is one that it cannot know the answer of. */
export const QUESTIONS = ["filtered count", "top sources", "substring", "rejected ports"];

/** What the same questions are for the native engine, by the names that its bench gives them. */
export const NATIVE_QUESTIONS = {
  "filtered count": "overview [dstport = 443]",
  "top sources": "overview",
  substring: 'overview [any contains "10.0.1"]',
  "rejected ports": "rejected",
};

/** Fails unless `answers`, `{ name, answer }` of all who loaded one log, agree in what they have in common. */
export function assert_alike(log, answers) {
  const [first, ...others] = answers;
  for (const other of others) {
    for (const question of Object.keys(first.answer)) {
      if (!(question in other.answer)) continue;
      const names = `${log.name}: ${question}, ${other.name} beside ${first.name}`;
      assert.deepEqual(other.answer[question], first.answer[question], names);
    }
  }
}

/** The answers that a summary export of the whole load holds, and of the rows that two filters leave. */
export function answers_of_summaries({ all, filtered, searched }) {
  const { ACCEPT, REJECT } = filtered.action;
  const of_action = ({ rows, bytes }) => ({ rows, bytes });
  return {
    rows: all.rows,
    "filtered count": { ACCEPT: of_action(ACCEPT), REJECT: of_action(REJECT) },
    "top sources": all.top_sources.map(({ srcaddr, bytes }) => [srcaddr, bytes]),
    substring: searched.rows,
  };
}
