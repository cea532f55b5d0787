// Single keys, where nobody is writing; they can be switched off.

import { byId } from "./dom.js";

const KEPT = "winset-single-keys";

export class Keys {
  // `actions`: key to what it does; `sentence(step, further)`; `busy()`: a form is open.
  constructor({ actions, attempt, sentence, busy }) {
    Object.assign(this, { actions, attempt, sentence, busy });
    const box = byId("single");
    box.checked = localStorage.getItem(KEPT) !== "off";
    box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
    addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.busy()) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const writing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
    if (writing || !byId("single").checked) return;
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      // With a selection the arrows are the browser's own.
      if (!getSelection().isCollapsed) return;
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
