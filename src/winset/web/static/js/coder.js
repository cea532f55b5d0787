// @ts-check
// Whose decisions these are: asked for once, kept in this browser and in the address.

import { byId, el } from "./dom.js";

const STORED = "winset-coder";

export class Coder {
  /**
   * @param {string[]} names
   * @param {() => void} onChange
   */
  constructor(names, onChange) {
    this.onChange = onChange;
    const named = new URLSearchParams(location.search).get("coder");
    if (named !== null) localStorage.setItem(STORED, named);
    this.name = named ?? localStorage.getItem(STORED) ?? "";
    /** @type {((known: boolean) => void) | null} */
    this.waiting = null;
    this.dialog = byId("who", HTMLDialogElement);
    this.field = byId("who-name", HTMLInputElement);
    byId("coders").append(...names.map((value) => el("option", { value })));
    byId("coder-change").addEventListener("click", () => this.ask());
    byId("who-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.set(this.field.value.trim());
      this.dialog.close();
    });
    this.dialog.addEventListener("close", () => {
      const go = this.waiting;
      this.waiting = null;
      go?.(this.name !== "");
    });
    this.show();
  }

  /** @param {string} name */
  set(name) {
    this.name = name;
    localStorage.setItem(STORED, name);
    const query = new URLSearchParams(location.search);
    query.delete("coder");
    history.replaceState(null, "", `${location.pathname}${query.size === 0 ? "" : `?${query}`}`);
    this.show();
    this.onChange();
  }

  show() {
    byId("coder").replaceChildren(
      ...(this.name === "" ? ["All decisions"] : ["Coding as ", el("strong", {}, this.name)]),
    );
  }

  /** @returns {Promise<boolean>} */
  ask() {
    this.field.value = this.name;
    this.dialog.showModal();
    this.field.select();
    return new Promise((go) => (this.waiting = go));
  }

  // Whether somebody codes; asks if it is not known who.
  async known() {
    return this.name !== "" || (await this.ask());
  }
}
