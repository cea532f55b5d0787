// @ts-check
// Single keys, outside of text fields; they can be switched off.

import { byId } from "./dom.js";

const KEPT = "winset-single-keys";

export class Keys {
  /**
   * `actions`: key to what it does; `sentence(step, further)`; `busy()`: a form is open.
   * @param {object} how
   * @param {Record<string, () => unknown>} how.actions
   * @param {(what: () => unknown) => unknown} how.attempt
   * @param {(step: number, further: boolean) => void} how.sentence
   * @param {() => boolean} how.busy
   */
  constructor({ actions, attempt, sentence, busy }) {
    this.actions = actions;
    this.attempt = attempt;
    this.sentence = sentence;
    this.busy = busy;
    this.box = byId("single", HTMLInputElement);
    const box = this.box;
    box.checked = localStorage.getItem(KEPT) !== "off";
    box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
    addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.busy()) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const writing = event.target instanceof Element && event.target.matches("input:not([type=checkbox]), textarea, select");
    if (writing || !this.box.checked) return;
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      // With a selection the arrows are the browser's own.
      if (getSelection()?.isCollapsed === false) return;
      event.preventDefault();
      this.sentence(event.key === "ArrowRight" ? 1 : -1, event.shiftKey);
      return;
    }
    const action = this.actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    this.attempt(action);
  }
}
