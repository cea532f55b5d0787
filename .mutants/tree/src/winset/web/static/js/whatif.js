// The panel in which the numbers of the chosen actor, issue, party and ties are moved.

import { byId, el } from "./dom.js";
import { Quantity } from "./quantity.js";

export class WhatIf {
  constructor(bench) {
    this.bench = bench;
    this.shown = "";
    this.quantities = new Map();
    const option = (value, text) => el("option", { value }, text);
    byId("choose-actor").append(...bench.rows("actors").map(({ id, name }) => option(id, name)));
    const titles = new Map(bench.rows("scenarios").map(({ id, title }) => [id, title || id]));
    byId("choose-scenario").append(
      ...bench.given.scenarios.map((id) => option(id, titles.get(id) ?? "As coded")),
    );
    byId("choose-model").append(
      ...bench.given.models.map(({ name, idea }) => {
        const made = option(name, name);
        made.title = idea;
        return made;
      }),
    );
    for (const part of ["actor", "scenario", "model"]) {
      byId(`choose-${part}`).addEventListener("change", (event) =>
        bench.choose({ [part]: event.target.value }),
      );
    }
    byId("undo").addEventListener("click", () => bench.undo());
    byId("redo").addEventListener("click", () => bench.redo());
    byId("reset").addEventListener("click", () => bench.put({}));
    addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const typing = event.target.matches?.("input:not([type=range]), textarea");
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || typing) return;
    event.preventDefault();
    if (event.shiftKey) this.bench.redo();
    else this.bench.undo();
  }

  show(state) {
    for (const part of ["actor", "scenario", "model"]) byId(`choose-${part}`).value = state[part];
    const wanted = `${state.actor} ${state.issue}`;
    if (wanted !== this.shown) {
      this.shown = wanted;
      this.build(state);
    }
    for (const [id, quantity] of this.quantities) quantity.put(state.changes[id] ?? null);
    const count = Object.keys(state.changes).length;
    byId("count").textContent =
      count === 0 ? "" : `${count} ${count === 1 ? "number is" : "numbers are"} moved.`;
    byId("undo").disabled = this.bench.past.length === 0;
    byId("redo").disabled = this.bench.future.length === 0;
    byId("reset").disabled = count === 0;
    byId("save").querySelector("button").disabled = count === 0;
    byId("adopt").disabled = count === 0;
  }

  build({ actor, issue }) {
    const all = this.bench.given.sliders;
    const party = this.bench.rows("actors").find(({ id }) => id === actor)?.party ?? "";
    const title = this.bench.rows("issues").find(({ id }) => id === issue).title;
    const groups = [
      [`${this.bench.name(actor)} on ${title}`, all.filter((s) => s.actor === actor && s.issue === issue)],
      [title, all.filter((s) => s.quantity === "reversion" && s.issue === issue)],
      [all.find((s) => s.party === party)?.whose ?? "", all.filter((s) => party !== "" && s.party === party)],
      ["Ties", all.filter((s) => s.source !== "" && (s.source === actor || s.target === actor))],
    ];
    this.quantities = new Map();
    const made = groups.filter(([, found]) => found.length > 0).map(([name, found]) => this.group(name, found));
    if (groups[0][1].length === 0) {
      made.unshift(el("p", { class: "note" }, `${this.bench.name(actor)} has no stance on this issue.`));
    }
    if (this.conditional(actor, issue)) {
      made.splice(1, 0, el("p", { class: "note" }, "This actor's stance depends on another issue. A number moved here applies in every case."));
    }
    byId("sliders").replaceChildren(...made);
  }

  conditional(actor, issue) {
    return this.bench
      .rows("stances")
      .some((s) => s.actor === actor && s.issue === issue && s.condition);
  }

  group(name, sliders) {
    const tie = (slider) => (slider.source === "" ? slider : { ...slider, label: `${slider.label}: ${slider.whose}` });
    const controls = sliders.map((slider) => {
      const made = new Quantity(tie(slider), (text, settled) => this.bench.change(slider.id, text, settled));
      this.quantities.set(slider.id, made);
      return [slider, made.element];
    });
    const coded = controls.filter(([slider]) => slider.text !== "").map(([, element]) => element);
    const open = controls.filter(([slider]) => slider.text === "").map(([, element]) => element);
    return el(
      "fieldset",
      { class: "group" },
      el("legend", {}, name),
      ...coded,
      open.length === 0 ? null : el("details", {}, el("summary", {}, "Not coded"), ...open),
    );
  }
}
