// What the page shows, in one place: every change is made here, and every part of the page hears of it.

import { addressOf, readAddress, writeAddress } from "./address.js";

const TOGETHER = 1000; // milliseconds

export class Bench {
  constructor(given) {
    this.given = given;
    this.sliders = new Map(given.sliders.map((slider) => [slider.id, slider]));
    this.usual = { model: given.default_model, scenario: "base", issue: given.rows.issues[0].key.id };
    this.hearers = [];
    this.past = [];
    this.lately = { id: "", at: 0 };
    this.future = [];
    this.state = this.sound(readAddress(this.sliders));
    this.kept = this.state.changes;
    addEventListener("popstate", () => {
      this.state = this.sound(readAddress(this.sliders));
      this.kept = this.state.changes;
      this.tell({ settled: true });
    });
  }

  rows(collection) {
    return this.given.rows[collection].map((row) => row.fields);
  }

  // Puts something sensible in place of what the address leaves open or gets wrong.
  sound(state) {
    const has = (rows, id) => rows.some((row) => row.id === id);
    const issues = this.rows("issues");
    const issue = has(issues, state.issue) ? state.issue : issues[0].id;
    const actors = this.given.sliders.filter((s) => s.issue === issue && s.actor !== "");
    const actor = has(this.rows("actors"), state.actor) ? state.actor : (actors[0]?.actor ?? "");
    const model = this.given.models.some(({ name }) => name === state.model);
    const scenario = this.given.scenarios.includes(state.scenario);
    return {
      issue,
      actor,
      // Only an actor that somebody chose stands out in the pictures.
      picked: actor !== "" && actor === state.actor,
      model: model ? state.model : this.usual.model,
      scenario: scenario ? state.scenario : "base",
      changes: state.changes,
    };
  }

  hear(hearer) {
    this.hearers.push(hearer);
  }

  // `settled`: the user has let go, so that the address and the steps to undo may follow; `push`:
  // as a step of their own.
  tell({ settled, push = settled }) {
    if (settled) writeAddress(this.address(), push);
    for (const hearer of this.hearers) hearer(this.state, { settled });
  }

  address(changed = {}) {
    return addressOf({ ...this.state, ...changed }, this.usual);
  }

  choose(part) {
    const actor = this.state.picked ? this.state.actor : "";
    this.state = this.sound({ ...this.state, actor, ...part });
    this.tell({ settled: true });
  }

  // Text null or the coded one takes the change back.
  change(id, text, settled) {
    const changes = { ...this.state.changes };
    if (text === null || text === this.sliders.get(id).text) delete changes[id];
    else changes[id] = text;
    this.put(changes, settled, id);
  }

  // One quantity moved again and again, by an arrow key held down, is one step.
  put(changes, settled = true, id = "") {
    this.state = { ...this.state, changes };
    const now = performance.now();
    const together = id !== "" && id === this.lately.id && now - this.lately.at < TOGETHER;
    if (settled && JSON.stringify(changes) !== JSON.stringify(this.kept)) {
      if (!together) this.past.push(this.kept);
      this.future = [];
      this.kept = changes;
      this.lately = { id, at: now };
    }
    this.tell({ settled, push: settled && !together });
  }

  step(from, to) {
    if (from.length === 0) return;
    to.push(this.kept);
    this.kept = from.pop();
    this.lately = { id: "", at: 0 };
    this.state = { ...this.state, changes: this.kept };
    this.tell({ settled: true });
  }

  undo() {
    this.step(this.past, this.future);
  }

  redo() {
    this.step(this.future, this.past);
  }

  get changed() {
    return Object.keys(this.state.changes).length > 0;
  }

  // The changes in the words of a scenario.
  changes() {
    return Object.entries(this.state.changes).map(([id, text]) => {
      const slider = this.sliders.get(id);
      const change = { quantity: slider.quantity };
      for (const name of ["party", "actor", "source", "target", "issue"]) {
        if (slider[name] !== "") change[name] = slider[name];
      }
      return { ...change, set: text };
    });
  }

  asked() {
    const { model, scenario } = this.state;
    return { model, scenario, changes: this.changes() };
  }

  get api() {
    return `/api${this.given.address}`;
  }

  name(actor) {
    return this.rows("actors").find(({ id }) => id === actor)?.name ?? actor;
  }
}
