// @ts-check
// Scenarios side by side, draw by draw.

import { Refusal, send } from "./api.js";
import { byId, el, figure, onScale, percent, show, table, within } from "./dom.js";

const YOURS = "what-if";

export class Comparing {
  /** @param {import("./bench.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    const titles = new Map(bench.rows("scenarios").map(({ id, title }) => [id, title || id]));
    const choices = [
      ...bench.given.scenarios.map((id) => [id, titles.get(id) ?? "As coded"]),
      [YOURS, "Your changes"],
    ];
    byId("compare-choices").append(
      ...choices.map(([value, text]) =>
        el("label", { class: "choice" }, el("input", { type: "checkbox", name: "scenario", value }), text),
      ),
    );
    for (const box of this.boxes) box.checked = true;
    byId("compare").addEventListener("submit", (event) => {
      event.preventDefault();
      this.compare();
    });
  }

  get boxes() {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (byId("compare").querySelectorAll("[name=scenario]"))];
  }

  show() {
    within(byId("compare"), `[value="${YOURS}"]`, HTMLInputElement).disabled = !this.bench.changed;
  }

  async compare() {
    const scenarios = this.boxes.filter((box) => box.checked && !box.disabled).map((box) => box.value);
    const trouble = byId("trouble");
    show(trouble, "");
    try {
      this.tell(await send(`${this.bench.api}/compare`, { ...this.bench.asked(), scenarios }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      show(trouble, error.words);
    }
  }

  /** @param {Api.CompareResponse} comparison */
  tell({ sides, effects }) {
    const titles = new Map(sides.map(({ scenario, title }) => [scenario, title]));
    const parts = sides[0].issues.map(({ issue, title }) =>
      el(
        "div",
        { class: "table" },
        el("h3", {}, title),
        table(COLUMNS, sides.map((side) => row(side, issue, effects)), title),
      ),
    );
    byId("compared-tables").replaceChildren(
      ...parts,
      el(
        "p",
        { class: "note" },
        `Differences are against “${titles.get(sides[0].scenario)}”, on the same draws; ± is the Monte Carlo error.`,
      ),
    );
    byId("compared").hidden = false;
    byId("compared-title").focus();
    byId("compared").scrollIntoView();
  }
}

const COLUMNS = ["Scenario", "Agreement", "Difference, points", "Median", "80 %", "Difference, settlement"];

const short = (/** @type {number | null} */ value) => (value === null ? "?" : figure(Number(value.toPrecision(2))));

/**
 * @param {Api.SideResponse} side
 * @param {string} issue
 * @param {Api.Effect[]} effects
 */
function row(side, issue, effects) {
  const own = side.issues.find((entry) => entry.issue === issue);
  if (own === undefined) throw new Error(`no issue “${issue}” in “${side.title}”`);
  const effect = effects.find(
    (entry) => entry.issue === issue && !entry.part && entry.name === side.scenario,
  );
  const difference = (/** @type {Api.Difference | null | undefined} */ change, /** @type {number} */ times) =>
    change === undefined || change === null || change.value === null
      ? ""
      : `${change.value < 0 ? "−" : "+"}${short(times * Math.abs(change.value))} ± ${short(times * change.error)}`;
  return {
    cells: [
      side.title,
      own.agreement === null ? "assumed" : percent(own.agreement),
      difference(effect?.agreement, 100),
      onScale(own.middle, own),
      own.low === null ? "" : `${onScale(own.low, own)} to ${onScale(own.high, own)}`,
      difference(effect?.settlement, 1),
    ],
  };
}
