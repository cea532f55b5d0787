// Scenarios side by side, draw by draw.

import { Refusal, send } from "./api.js";
import { byId, el, figure, onScale, percent, show, table } from "./dom.js";

const YOURS = "what-if";

export class Comparing {
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
    byId("compare").elements.scenario.forEach((box) => (box.checked = true));
    byId("compare").addEventListener("submit", (event) => {
      event.preventDefault();
      this.compare();
    });
  }

  show() {
    const box = byId("compare").querySelector(`[value="${YOURS}"]`);
    box.disabled = !this.bench.changed;
  }

  async compare() {
    const boxes = [...byId("compare").elements.scenario];
    const scenarios = boxes.filter((box) => box.checked && !box.disabled).map((box) => box.value);
    const trouble = byId("trouble");
    show(trouble, "");
    try {
      const told = await send(`${this.bench.api}/compare`, { ...this.bench.asked(), scenarios });
      this.tell(told);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      show(trouble, error.words);
    }
  }

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

const short = (value) => (value === null ? "?" : figure(Number(value.toPrecision(2))));

function row(side, issue, effects) {
  const told = side.issues.find((entry) => entry.issue === issue);
  const effect = effects.find(
    (entry) => entry.issue === issue && !entry.part && entry.name === side.scenario,
  );
  const difference = (found, times) =>
    found === undefined || found === null || found.value === null
      ? ""
      : `${found.value < 0 ? "−" : "+"}${short(times * Math.abs(found.value))} ± ${short(times * found.error)}`;
  return {
    cells: [
      side.title,
      told.agreement === null ? "assumed" : percent(told.agreement),
      difference(effect?.agreement, 100),
      onScale(told.middle, told),
      told.low === null ? "" : `${onScale(told.low, told)} to ${onScale(told.high, told)}`,
      difference(effect?.settlement, 1),
    ],
  };
}
