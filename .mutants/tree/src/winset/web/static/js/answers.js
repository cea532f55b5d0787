// The answer in one sentence, the questions and the issues: what follows a slider at once.

import { at, byId, el, onScale, percent, show } from "./dom.js";

export class Answers {
  constructor(bench) {
    this.bench = bench;
    this.tiles = new Map();
    for (const { id, title } of bench.rows("issues")) this.tiles.set(id, this.tile(id, title));
    byId("issues").replaceChildren(
      ...[...this.tiles.values()].map(({ button }) => el("li", {}, button)),
    );
  }

  tile(id, title) {
    const parts = {
      big: el("span", { class: "big" }),
      low: el("span", { class: "soft" }),
      rail: el("span", { class: "rail open", "aria-hidden": "true" }),
    };
    const button = el(
      "button",
      { type: "button", class: "tile", onclick: () => this.bench.choose({ issue: id }) },
      el("strong", {}, title),
      parts.big,
      parts.rail,
      parts.low,
    );
    return { ...parts, button };
  }

  choose({ issue }) {
    for (const [id, { button }] of this.tiles) button.setAttribute("aria-pressed", id === issue);
    byId("pictures-issue").textContent = this.bench.rows("issues").find(({ id }) => id === issue).title;
  }

  show(told, coded) {
    show(byId("sentence"), told.sentence);
    this.headline(told.headline);
    byId("against").textContent = against(told, coded);
    for (const issue of told.issues) this.issue(issue, coded?.issues.find((i) => i.issue === issue.issue));
    this.questions(told.questions);
    const chosen = told.issues.find(({ issue }) => issue === this.bench.state.issue);
    byId("issue-words").textContent = chosen.words;
    byId("calibration").textContent = told.calibration;
  }

  // The range and what follows it take longer than a slider may: they come when it has stopped.
  headline({ probability, word, low, high, sentences }, whole = false) {
    byId("chance").hidden = probability === null;
    byId("chance").querySelector("b").textContent = probability === null ? "" : percent(probability);
    byId("chance").querySelector("span").textContent = word;
    let range = "";
    if (probability !== null && low !== null) {
      const ends = [low, high].map((value) => Math.round(100 * value));
      range = `Range ${ends[0]}–${ends[1]} % over what cannot be coded.`;
    } else if (probability !== null && !whole) {
      range = "The range is computed when you stop moving numbers.";
    }
    byId("range").textContent = range;
    byId("headline").replaceChildren(...sentences.slice(1).map((words) => el("li", {}, words)));
  }

  issue(told, coded) {
    const { big, low, rail } = this.tiles.get(told.issue);
    const share = (value) => `${(100 * (value - told.bottom)) / (told.top - told.bottom)}%`;
    const said = told.agreement === null ? "agreement assumed" : "chance of an agreement";
    big.replaceChildren(
      told.agreement === null ? onScale(told.middle, told) : percent(told.agreement),
      " ",
      el("small", {}, said),
    );
    rail.replaceChildren();
    if (told.middle === null) {
      low.textContent = "No simulated draw ends in an agreement.";
      return;
    }
    const width = `${(100 * (told.high - told.low)) / (told.top - told.bottom)}%`;
    rail.append(at(el("span", { class: "span" }), { left: share(told.low), width }));
    rail.append(at(el("span", { class: "dot" }), { left: share(told.middle) }));
    if (coded && coded.middle !== null && coded.middle !== told.middle) {
      rail.append(at(el("span", { class: "ghost" }), { left: share(coded.middle) }));
    }
    const unit = told.unit === "" ? "" : ` ${told.unit}`;
    const [from, middle, to] = [told.low, told.middle, told.high].map((value) => onScale(value, told));
    low.textContent = `settles at ${middle}${unit}; 80 % of draws from ${from} to ${to}`;
  }

  questions(answers) {
    byId("questions-part").hidden = answers.length === 0;
    byId("questions").replaceChildren(...answers.map(question));
  }
}

function question(answer) {
  const chances = answer.chances.filter(({ outcome }) => outcome !== "no" || answer.chances.length > 2);
  return el(
    "li",
    { class: "question" },
    el("div", {}, el("p", {}, answer.text), el("p", { class: "soft" }, answer.resolution)),
    el("div", {}, ...chances.map(chance)),
  );
}

// What other models give comes with the findings: they widen the chance of an agreement.
function chance({ outcome, probability, low, high }) {
  const rail = el("span", { class: "rail", "aria-hidden": "true" });
  if (probability !== null) {
    rail.append(at(el("span", { class: "fill" }), { width: `${100 * probability}%` }));
  }
  const said = probability === null ? "no answer" : percent(probability);
  const parts = [el("span", {}, outcome), rail, el("b", { class: "big" }, said)];
  if (low !== null) {
    rail.append(at(el("span", { class: "others" }), { left: `${100 * low}%`, width: `${100 * (high - low)}%` }));
    parts.push(el("small", { class: "soft" }, `other models: ${percent(low)} to ${percent(high)}`));
  }
  return el("div", { class: "chance" }, ...parts);
}

// What the changes do to the first number of the answer.
function against(told, coded) {
  if (told.made.scenario === "base") return "Move a number under “What if” to see how the forecast changes.";
  const first = (from) =>
    from.headline.probability ?? from.questions[0]?.chances[0]?.probability ?? from.issues[0].agreement;
  const [now, before] = [first(told), first(coded)];
  if (now === null || before === null) return "";
  const points = Math.round(1000 * (now - before)) / 10;
  if (points === 0) return `As coded: ${percent(before)}. The changes leave it the same.`;
  return `As coded: ${percent(before)}. The changes move it by ${points > 0 ? "+" : "−"}${Math.abs(points)} points.`;
}
