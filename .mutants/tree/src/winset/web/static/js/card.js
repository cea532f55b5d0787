// The chosen statement in words: who says what, who decided what on it, and what rests on it.

import { byId, el } from "./dom.js";

const SIGNS = { proposed: "? proposed", accepted: "✓ accepted", rejected: "✕ rejected" };
const EXCERPT = 90;

export class Card {
  // `given`: the choices of the case; `onActor(entry)`: enter its speaker as an actor.
  constructor(given, onActor) {
    this.given = given;
    this.onActor = onActor;
    this.actors = new Map(given.actors.map(({ id, name }) => [id, name]));
    this.issues = new Map(given.issues.map(({ id, title }) => [id, title]));
  }

  speaker(row) {
    const { speaker } = row.cells;
    if (this.actors.has(speaker)) return this.actors.get(speaker);
    return speaker === "unresolved" && row.name !== "" ? `${row.name} (no actor yet)` : speaker;
  }

  show(entry) {
    const place = byId("card");
    if (entry === null) {
      place.replaceChildren(el("p", { class: "soft" }, "Choose a statement, or select words in the text to code them."));
      return;
    }
    const { row } = entry;
    const said = [
      ["Speaker", this.speaker(row)],
      ["Issue", row.cells.issue === "" ? "none" : (this.issues.get(row.cells.issue) ?? row.cells.issue)],
      ["Kind", row.cells.kind],
      ["Value", row.cells.value === "" ? "none" : row.cells.value],
      ["Condition", row.cells.condition],
      ["Note", row.cells.note],
    ];
    place.replaceChildren(
      el("p", { class: `status ${row.status}` }, `${SIGNS[row.status]} by ${row.coder}`, el("code", {}, row.id)),
      el("blockquote", { dir: "auto" }, row.words || `Characters ${row.start} to ${row.end}; the text is not stored.`),
      row.intact ? "" : el("p", { class: "warning" }, "The text has changed at this place: run winset reanchor."),
      el("dl", { class: "cells" }, ...said.filter(([, text]) => text !== "").flatMap(([name, text]) => [
        el("dt", {}, name),
        el("dd", {}, text),
      ])),
      this.unknown(entry),
      ...entry.others.map((other) => el("p", { class: "soft" }, this.other(other))),
      this.rests(entry),
      this.idle(entry),
    );
  }

  unknown(entry) {
    const { row } = entry;
    if (row.cells.speaker !== "unresolved" || row.status === "rejected") return "";
    return el(
      "button",
      { type: "button", class: "link", id: "add-actor", onclick: () => this.onActor(entry) },
      row.name === "" ? "Add the speaker as an actor" : `Add ${row.name} as an actor`,
    );
  }

  other(row) {
    if (row.status === "rejected") return `${row.coder} rejected it.`;
    const value = row.cells.value === "" ? "" : ` ${row.cells.value}`;
    return `${row.coder}: ${row.cells.kind}${value}, ${this.speaker(row)}, ${this.issues.get(row.cells.issue) ?? "on no issue"}`;
  }

  rests(entry) {
    const found = new Map();
    for (const row of [entry.row, ...entry.others, entry.mine, entry.proposal]) {
      for (const number of row?.rests ?? []) found.set(number.what, number);
    }
    if (found.size === 0) return "";
    const link = (number) => {
      const words = number.weight === null ? number.what : `${number.what} (weight ${number.weight.toFixed(2)})`;
      if (number.actor === "") return el("li", {}, words);
      const href = `${this.given.address}/trace/${number.issue}/${number.actor}${number.quantity === "" ? "" : `#${number.quantity}`}`;
      return el("li", {}, el("a", { href }, words));
    };
    return el("div", { class: "rests" }, el("h3", {}, "Numbers based on it"), el("ul", {}, ...[...found.values()].map(link)));
  }

  // Why an accepted reading ends in no number, and what would make it count.
  idle(entry) {
    const reasons = new Set([entry.row, ...entry.others, entry.mine].map((row) => row?.idle).filter(Boolean));
    return reasons.size === 0 ? "" : el("div", { class: "idle" }, ...[...reasons].map((words) => el("p", { class: "warning" }, words)));
  }

  // Marks the chosen one in the list, and scrolls the list, never the page.
  choose(key) {
    const list = byId("list");
    for (const button of list.querySelectorAll("button")) {
      if (button.dataset.key !== key) {
        button.removeAttribute("aria-current");
        continue;
      }
      button.setAttribute("aria-current", "true");
      const [frame, place] = [list.getBoundingClientRect(), button.getBoundingClientRect()];
      if (place.top < frame.top) list.scrollTop -= frame.top - place.top;
      if (place.bottom > frame.bottom) list.scrollTop += place.bottom - frame.bottom;
    }
  }

  // The list of all statements of the document.
  list(entries, onChoose) {
    byId("list").replaceChildren(
      ...entries.map((entry) => {
        const { row } = entry;
        const words = row.words.length > EXCERPT ? `${row.words.slice(0, EXCERPT)} …` : row.words;
        const value = row.cells.value === "" ? "" : ` ${row.cells.value}`;
        return el(
          "li",
          {},
          el(
            "button",
            {
              type: "button",
              class: `entry ${row.status}`,
              "data-key": entry.key,
              onclick: () => onChoose(entry.key),
            },
            el("span", { class: "head" }, `${SIGNS[row.status].slice(0, 1)} ${row.cells.kind}${value} · ${this.speaker(row)}`),
            el("span", { class: "soft", dir: "auto" }, words || `characters ${row.start} to ${row.end}`),
          ),
        );
      }),
    );
  }
}
