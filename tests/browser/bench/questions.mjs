// The questions that all are asked once a log is loaded, and whether they answer alike.

import { isDeepStrictEqual } from "node:util";

/** By name. The page answers more than was asked: each time it draws the whole screen anew, the chart and five lists
 *  among it. */
export const QUESTIONS = ["filtered count", "top sources", "substring", "rejected ports"];

/** What the page's screen asks the engine for each, by the names that the native engine's bench gives them. */
export const NATIVE_QUESTIONS = {
  "filtered count": ["timeline [dstport = 443]", "overview [dstport = 443]"],
  "top sources": ["timeline", "overview"],
  substring: ['timeline [any contains "10.0.1"]', 'overview [any contains "10.0.1"]'],
  "rejected ports": ["rejected"],
};

/** Who of those who loaded one log, `{ name, answer }`, does not answer as the first does: `{ name, error }` of each, in
 *  words. */
export function unlike_the_first([first = { answer: {} }, ...others]) {
  return others.flatMap(({ name, answer }) => {
    const shared = Object.keys(first.answer).filter((question) => question in answer);
    const wrong = shared.find((question) => !isDeepStrictEqual(answer[question], first.answer[question]));
    if (wrong === undefined) return [];
    const [own, wanted] = [answer, first.answer].map((answers) => JSON.stringify(answers[wrong]));
    return [{ name, error: `${wrong}: ${own}, where ${first.name} answers ${wanted}` }];
  });
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
