// @ts-check
// What the page shows, in one place: every change is made here, and every part of the page hears of it.

import { addressOf, readAddress, writeAddress } from "./address.js";

const TOGETHER = 1000; // milliseconds

export class Bench {
  /** @param {Api.CaseResponse} given */
  constructor(given) {
    this.given = given;
    this.sliders = new Map(given.sliders.map((slider) => [slider.id, slider]));
    this.usual = { model: given.default_model, scenario: "base", issue: given.rows.issues[0].key.id };
    /** @type {((state: Pages.State, how: { settled: boolean }) => void)[]} */
    this.hearers = [];
    /** @type {Pages.Changes[]} */
    this.past = [];
    this.lately = { id: "", at: 0 };
    /** @type {Pages.Changes[]} */
    this.future = [];
    this.state = this.sound(readAddress(this.sliders));
    this.settled = this.state.changes;
    addEventListener("popstate", () => {
      this.state = this.sound(readAddress(this.sliders));
      this.settled = this.state.changes;
      this.tell({ settled: true });
    });
  }

  /** @param {string} collection */
  rows(collection) {
    return this.given.rows[collection].map((row) => row.fields);
  }

  /**
   * The fields of the row `id`, which the case has.
   * @param {string} collection
   * @param {string} id
   */
  row(collection, id) {
    const row = this.rows(collection).find((fields) => fields.id === id);
    if (row === undefined) throw new Error(`no row “${id}” in ${collection}`);
    return row;
  }

  /** @param {string} id */
  slider(id) {
    const slider = this.sliders.get(id);
    if (slider === undefined) throw new Error(`no slider “${id}”`);
    return slider;
  }

  /**
   * Puts something sensible in place of what the address leaves open or gets wrong.
   * @param {Pages.Asked} state
   * @returns {Pages.State}
   */
  sound(state) {
    const has = (/** @type {Record<string, any>[]} */ rows, /** @type {string} */ id) => rows.some((row) => row.id === id);
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

  /** @param {(state: Pages.State, how: { settled: boolean }) => void} hearer */
  hear(hearer) {
    this.hearers.push(hearer);
  }

  /**
   * `settled`: the user has let go, so that the address and the steps to undo may follow; `push`:
   * as a step of their own.
   * @param {{ settled: boolean, push?: boolean }} how
   */
  tell({ settled, push = settled }) {
    if (settled) writeAddress(this.address(), push);
    for (const hearer of this.hearers) hearer(this.state, { settled });
  }

  /** @param {Partial<Pages.State>} [changed] */
  address(changed = {}) {
    return addressOf({ ...this.state, ...changed }, this.usual);
  }

  /** @param {Partial<Pages.State>} part */
  choose(part) {
    const actor = this.state.picked ? this.state.actor : "";
    this.state = this.sound({ ...this.state, actor, ...part });
    this.tell({ settled: true });
  }

  /**
   * Text null or the coded one takes the change back.
   * @param {string} id
   * @param {string | null} text
   * @param {boolean} settled
   */
  change(id, text, settled) {
    const changes = { ...this.state.changes };
    if (text === null || text === this.sliders.get(id)?.text) delete changes[id];
    else changes[id] = text;
    this.put(changes, settled, id);
  }

  /**
   * One quantity moved again and again, by an arrow key held down, is one step.
   * @param {Pages.Changes} changes
   */
  put(changes, settled = true, id = "") {
    this.state = { ...this.state, changes };
    const now = performance.now();
    const together = id !== "" && id === this.lately.id && now - this.lately.at < TOGETHER;
    if (settled && JSON.stringify(changes) !== JSON.stringify(this.settled)) {
      if (!together) this.past.push(this.settled);
      this.future = [];
      this.settled = changes;
      this.lately = { id, at: now };
    }
    this.tell({ settled, push: settled && !together });
  }

  /**
   * @param {Pages.Changes[]} from
   * @param {Pages.Changes[]} to
   */
  step(from, to) {
    if (from.length === 0) return;
    to.push(this.settled);
    this.settled = from.pop() ?? {};
    this.lately = { id: "", at: 0 };
    this.state = { ...this.state, changes: this.settled };
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
      const { quantity, party, actor, source, target, issue } = this.slider(id);
      const owners = Object.entries({ party, actor, source, target, issue }).filter(([, owner]) => owner !== "");
      return { quantity, ...Object.fromEntries(owners), set: text };
    });
  }

  asked() {
    const { model, scenario } = this.state;
    return { model, scenario, changes: this.changes() };
  }

  get api() {
    return `/api${this.given.address}`;
  }

  /**
   * @param {string} actor
   * @returns {string}
   */
  name(actor) {
    return this.rows("actors").find(({ id }) => id === actor)?.name ?? actor;
  }
}
