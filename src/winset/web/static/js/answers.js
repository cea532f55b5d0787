// @ts-check
// The answer in one sentence, the questions and the issues: what follows a slider at once.

import { at, byId, el, onScale, percent, show, within } from "./dom.js";

export class Answers {
  /** @param {import("./bench.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    /** @type {Map<string, ReturnType<Answers["tile"]>>} */
    this.tiles = new Map();
    for (const { id, title } of bench.rows("issues")) this.tiles.set(id, this.tile(id, title));
    byId("issues").replaceChildren(
      ...[...this.tiles.values()].map(({ button }) => el("li", {}, button)),
    );
  }

  /**
   * @param {string} id
   * @param {string} title
   */
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

  /** @param {Pages.State} state */
  choose({ issue }) {
    for (const [id, { button }] of this.tiles) button.setAttribute("aria-pressed", String(id === issue));
    byId("pictures-issue").textContent = this.bench.row("issues", issue).title;
  }

  /**
   * @param {Api.ForecastResponse} forecast
   * @param {Api.ForecastResponse} coded
   */
  show(forecast, coded) {
    show(byId("sentence"), forecast.sentence);
    this.headline(forecast.headline);
    byId("against").textContent = against(forecast, coded);
    for (const issue of forecast.issues) this.issue(issue, coded?.issues.find((i) => i.issue === issue.issue));
    this.questions(forecast.questions);
    const chosen = forecast.issues.find(({ issue }) => issue === this.bench.state.issue);
    byId("issue-words").textContent = chosen?.words ?? "";
    byId("calibration").textContent = forecast.calibration;
  }

  /**
   * The range and what follows it take longer than a slider may: they come when it has stopped.
   * @param {Api.Headline} headline
   * @param {boolean} [whole]
   */
  headline({ probability, word, low, high, sentences }, whole = false) {
    byId("chance").hidden = probability === null;
    within(byId("chance"), "b").textContent = probability === null ? "" : percent(probability);
    within(byId("chance"), "span").textContent = word;
    let range = "";
    if (probability !== null && low !== null && high !== null) {
      const ends = [low, high].map((value) => Math.round(100 * value));
      range = `Range ${ends[0]}–${ends[1]} % over what cannot be coded.`;
    } else if (probability !== null && !whole) {
      range = "The range is computed when you stop moving numbers.";
    }
    byId("range").textContent = range;
    byId("headline").replaceChildren(...sentences.slice(1).map((words) => el("li", {}, words)));
  }

  /**
   * @param {Api.IssueResponse} now
   * @param {Api.IssueResponse | undefined} coded
   */
  issue(now, coded) {
    const tile = this.tiles.get(now.issue);
    if (tile === undefined) return;
    const { big, low, rail } = tile;
    const share = (/** @type {number} */ value) => `${(100 * (value - now.bottom)) / (now.top - now.bottom)}%`;
    const words = now.agreement === null ? "agreement assumed" : "chance of an agreement";
    big.replaceChildren(
      now.agreement === null ? onScale(now.middle, now) : percent(now.agreement),
      " ",
      el("small", {}, words),
    );
    rail.replaceChildren();
    if (now.low === null || now.middle === null || now.high === null) {
      low.textContent = "No simulated draw ends in an agreement.";
      return;
    }
    const width = `${(100 * (now.high - now.low)) / (now.top - now.bottom)}%`;
    rail.append(at(el("span", { class: "span" }), { left: share(now.low), width }));
    rail.append(at(el("span", { class: "dot" }), { left: share(now.middle) }));
    if (coded && coded.middle !== null && coded.middle !== now.middle) {
      rail.append(at(el("span", { class: "ghost" }), { left: share(coded.middle) }));
    }
    const unit = now.unit === "" ? "" : ` ${now.unit}`;
    const [from, middle, to] = [now.low, now.middle, now.high].map((value) => onScale(value, now));
    low.textContent = `settles at ${middle}${unit}; 80 % of draws from ${from} to ${to}`;
  }

  /** @param {Api.Answer[]} answers */
  questions(answers) {
    byId("questions-part").hidden = answers.length === 0;
    byId("questions").replaceChildren(...answers.map(question));
  }
}

/** @param {Api.Answer} answer */
function question(answer) {
  const chances = answer.chances.filter(({ outcome }) => outcome !== "no" || answer.chances.length > 2);
  return el(
    "li",
    { class: "question" },
    el("div", {}, el("p", {}, answer.text), el("p", { class: "soft" }, answer.resolution)),
    el("div", {}, ...chances.map(chance)),
  );
}

/**
 * What other models give comes with the findings: they widen the chance of an agreement.
 * @param {Api.Chance} chance
 */
function chance({ outcome, probability, low, high }) {
  const rail = el("span", { class: "rail", "aria-hidden": "true" });
  if (probability !== null) {
    rail.append(at(el("span", { class: "fill" }), { width: `${100 * probability}%` }));
  }
  const words = probability === null ? "no answer" : percent(probability);
  const parts = [el("span", {}, outcome), rail, el("b", { class: "big" }, words)];
  if (low !== null && high !== null) {
    rail.append(at(el("span", { class: "others" }), { left: `${100 * low}%`, width: `${100 * (high - low)}%` }));
    parts.push(el("small", { class: "soft" }, `other models: ${percent(low)} to ${percent(high)}`));
  }
  return el("div", { class: "chance" }, ...parts);
}

/**
 * What the changes do to the first number of the answer.
 * @param {Api.ForecastResponse} forecast
 * @param {Api.ForecastResponse} coded
 */
function against(forecast, coded) {
  if (forecast.made.scenario === "base") return "Move a number under “What if” to see how the forecast changes.";
  const first = (/** @type {Api.ForecastResponse} */ from) =>
    from.headline.probability ?? from.questions[0]?.chances[0]?.probability ?? from.issues[0].agreement;
  const [now, before] = [first(forecast), first(coded)];
  if (now === null || before === null) return "";
  const points = Math.round(1000 * (now - before)) / 10;
  if (points === 0) return `As coded: ${percent(before)}. The changes leave it the same.`;
  return `As coded: ${percent(before)}. The changes move it by ${points > 0 ? "+" : "−"}${Math.abs(points)} points.`;
}
