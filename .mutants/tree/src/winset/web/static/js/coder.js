// Whose decisions these are: asked for once, kept in this browser and in the address.

import { byId, el } from "./dom.js";

const KEPT = "winset-coder";

export class Coder {
  constructor(names, onChange) {
    this.onChange = onChange;
    const asked = new URLSearchParams(location.search).get("coder");
    if (asked !== null) localStorage.setItem(KEPT, asked);
    this.name = asked ?? localStorage.getItem(KEPT) ?? "";
    this.waiting = null;
    byId("coders").append(...names.map((value) => el("option", { value })));
    byId("coder-change").addEventListener("click", () => this.ask());
    byId("who-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.set(byId("who-name").value.trim());
      byId("who").close();
    });
    byId("who").addEventListener("close", () => {
      const go = this.waiting;
      this.waiting = null;
      go?.(this.name !== "");
    });
    this.show();
  }

  set(name) {
    this.name = name;
    localStorage.setItem(KEPT, name);
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

  ask() {
    byId("who-name").value = this.name;
    byId("who").showModal();
    byId("who-name").select();
    return new Promise((go) => (this.waiting = go));
  }

  // Whether somebody codes; asks if it is not known who.
  async known() {
    return this.name !== "" || (await this.ask());
  }
}
