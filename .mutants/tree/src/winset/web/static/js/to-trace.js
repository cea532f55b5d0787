// From a coded number to the page that leads to its sentences.

import { el } from "./dom.js";

// Shows `text` as the way to where the number comes from; one that is not coded is only text.
export function traced(bench, stance, quantity, text) {
  const plain = bench.rows("stances").some(
    (row) => row.issue === stance.issue && row.actor === stance.actor && !row.condition,
  );
  if (text === "" || !plain) return text;
  const href = `${bench.given.address}/trace/${stance.issue}/${stance.actor}#${quantity}`;
  const name = bench.name(stance.actor);
  return el("a", { class: "to-trace", href, title: `Where ${name}’s ${quantity.replaceAll("_", " ")} comes from` }, text);
}
