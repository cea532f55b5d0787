// @ts-check
// The panel in which the numbers of the chosen actor, issue, party and ties are moved.

import { byId, el, within } from "./dom.js";
import { Quantity } from "./quantity.js";

export class WhatIf {
  /** @param {import("./bench.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.built = "";
    /** @type {Map<string, Quantity>} */
    this.quantities = new Map();
    const choices = { actor: byId("choose-actor", HTMLSelectElement), scenario: byId("choose-scenario", HTMLSelectElement), model: byId("choose-model", HTMLSelectElement) };
    this.choices = choices;
    const option = (/** @type {string} */ value, /** @type {string} */ text) => el("option", { value }, text);
    choices.actor.append(...bench.rows("actors").map(({ id, name }) => option(id, name)));
    const titles = new Map(bench.rows("scenarios").map(({ id, title }) => [id, title || id]));
    choices.scenario.append(
      ...bench.given.scenarios.map((id) => option(id, titles.get(id) ?? "As coded")),
    );
    choices.model.append(
      ...bench.given.models.map(({ name, idea }) => {
        const entry = option(name, name);
        entry.title = idea;
        return entry;
      }),
    );
    for (const [part, choice] of Object.entries(choices)) {
      choice.addEventListener("change", () => bench.choose({ [part]: choice.value }));
    }
    byId("undo").addEventListener("click", () => bench.undo());
    byId("redo").addEventListener("click", () => bench.redo());
    byId("reset").addEventListener("click", () => bench.put({}));
    addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const typing = event.target instanceof Element && event.target.matches("input:not([type=range]), textarea");
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || typing) return;
    event.preventDefault();
    if (event.shiftKey) this.bench.redo();
    else this.bench.undo();
  }

  /** @param {Pages.State} state */
  show(state) {
    for (const part of /** @type {const} */ (["actor", "scenario", "model"])) this.choices[part].value = state[part];
    const wanted = `${state.actor} ${state.issue}`;
    if (wanted !== this.built) {
      this.built = wanted;
      this.build(state);
    }
    for (const [id, quantity] of this.quantities) quantity.put(state.changes[id] ?? null);
    const count = Object.keys(state.changes).length;
    byId("count").textContent =
      count === 0 ? "" : `${count} ${count === 1 ? "number is" : "numbers are"} moved.`;
    byId("undo", HTMLButtonElement).disabled = this.bench.past.length === 0;
    byId("redo", HTMLButtonElement).disabled = this.bench.future.length === 0;
    byId("reset", HTMLButtonElement).disabled = count === 0;
    within(byId("save"), "button", HTMLButtonElement).disabled = count === 0;
    byId("adopt", HTMLButtonElement).disabled = count === 0;
  }

  /** @param {Pages.State} state */
  build({ actor, issue }) {
    const all = this.bench.given.sliders;
    const party = this.bench.rows("actors").find(({ id }) => id === actor)?.party ?? "";
    const title = this.bench.row("issues", issue).title;
    /** @type {[string, Api.Slider[]][]} */
    const groups = [
      [`${this.bench.name(actor)} on ${title}`, all.filter((s) => s.actor === actor && s.issue === issue)],
      [title, all.filter((s) => s.quantity === "reversion" && s.issue === issue)],
      [all.find((s) => s.party === party)?.whose ?? "", all.filter((s) => party !== "" && s.party === party)],
      ["Ties", all.filter((s) => s.source !== "" && (s.source === actor || s.target === actor))],
    ];
    this.quantities = new Map();
    /** @type {HTMLElement[]} */
    const parts = groups.filter(([, own]) => own.length > 0).map(([name, own]) => this.group(name, own));
    if (groups[0][1].length === 0) {
      parts.unshift(el("p", { class: "note" }, `${this.bench.name(actor)} has no stance on this issue.`));
    }
    if (this.conditional(actor, issue)) {
      parts.splice(1, 0, el("p", { class: "note" }, "This actor's stance depends on another issue. A number moved here applies in every case."));
    }
    byId("sliders").replaceChildren(...parts);
  }

  /**
   * @param {string} actor
   * @param {string} issue
   */
  conditional(actor, issue) {
    return this.bench
      .rows("stances")
      .some((s) => s.actor === actor && s.issue === issue && s.condition);
  }

  /**
   * @param {string} name
   * @param {Api.Slider[]} sliders
   */
  group(name, sliders) {
    const tie = (/** @type {Api.Slider} */ slider) => (slider.source === "" ? slider : { ...slider, label: `${slider.label}: ${slider.whose}` });
    /** @type {[Api.Slider, HTMLElement][]} */
    const controls = sliders.map((slider) => {
      const quantity = new Quantity(tie(slider), (text, settled) => this.bench.change(slider.id, text, settled));
      this.quantities.set(slider.id, quantity);
      return [slider, quantity.element];
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
