// @ts-check
// The form at the words: issue, kind, speaker, value, condition, note.

import { Refusal } from "./api.js";
import { byId, control, el, show, within } from "./dom.js";

const FIELDS = ["kind", "speaker", "value", "condition", "note"];

export class Slip {
  /** @param {Pages.Choices} given */
  constructor(given) {
    this.given = given;
    this.form = byId("form", HTMLFormElement);
    /** @type {Map<string, string>} */
    this.speakers = new Map();
    for (const { id, name, aliases } of given.actors) {
      for (const word of [...aliases, name, id]) this.speakers.set(word.toLowerCase(), id);
    }
    byId("form-kind").append(...given.kinds.map((kind) => el("option", { value: kind }, kind)));
    byId("form-issues").append(...[{ id: "", title: "none" }, ...given.issues].map((issue, k) => this.issue(issue, k)));
    byId("speakers").append(
      ...given.actors.map(({ id, name }) => el("option", { value: id, label: name })),
      el("option", { value: "author", label: "the author of the text" }),
      el("option", { value: "unresolved", label: "speaker not known" }),
    );
    byId("form-cancel").addEventListener("click", () => this.close());
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    /** @type {((fields: Record<string, string>) => Promise<boolean>) | null} */
    this.onSave = null;
    /** @type {Element | null} */
    this.origin = null;
  }

  /**
   * @param {{ id: string, title: string }} issue
   * @param {number} k
   */
  issue({ id, title }, k) {
    const key = k < 10 ? el("kbd", {}, String(k)) : null;
    const radio = el("input", { type: "radio", name: "issue", value: id, onchange: () => this.scale() });
    return el("label", { class: "choice" }, radio, key, el("span", {}, title));
  }

  /** The choices of an issue, the first for none. */
  get issues() {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (this.form.querySelectorAll("[name=issue]"))];
  }

  get chosen() {
    return this.issues.find(({ checked }) => checked)?.value ?? "";
  }

  get open() {
    return !this.form.hidden;
  }

  /**
   * `onSave(fields)` throws what went wrong; the form stays open then.
   * @param {object} what
   * @param {string} what.title
   * @param {string} what.words
   * @param {Record<string, string>} what.fields
   * @param {DOMRect} what.near
   * @param {(fields: Record<string, string>) => Promise<boolean>} what.onSave
   */
  ask({ title, words, fields, near, onSave }) {
    this.origin = document.activeElement;
    this.onSave = onSave;
    byId("form-title").textContent = title;
    byId("form-words").textContent = words;
    show(byId("form-trouble"), "");
    for (const name of FIELDS) control(this.form, name).value = fields[name] ?? "";
    const issues = this.issues;
    const chosen = issues.find(({ value }) => value === (fields.issue ?? "")) ?? issues[0];
    chosen.checked = true;
    this.scale();
    this.form.hidden = false;
    this.place(near);
    chosen.focus({ preventScroll: true });
    this.form.scrollIntoView({ block: "nearest" });
  }

  /**
   * Puts the form below the words that it is about.
   * @param {DOMRect} near
   */
  place(near) {
    const frame = within(document, ".page").getBoundingClientRect();
    this.form.style.setProperty("top", `${Math.max(0, near.bottom - frame.top + 8)}px`);
  }

  close() {
    this.form.hidden = true;
    if (this.origin instanceof HTMLElement) this.origin.focus({ preventScroll: true });
    if (document.activeElement !== this.origin || this.origin === document.body) byId("text").focus({ preventScroll: true });
  }

  scale() {
    const issue = this.given.issues.find(({ id }) => id === this.chosen);
    const points = (issue?.labels ?? []).map(([point, label]) => `${point} ${label}`);
    const unit = issue?.unit ? ` ${issue.unit}` : "";
    byId("form-scale").textContent = issue
      ? [`From ${issue.low} to ${issue.high}${unit}`, ...points].join(" · ") + ". A number, “30 to 50” or “30..40..60”."
      : "Choose an issue, so that the value can be used.";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      return;
    }
    const target = /** @type {Element} */ (event.target);
    if (event.key === "Enter" && target.matches("select")) {
      event.preventDefault();
      this.form.requestSubmit();
      return;
    }
    const writing = target.matches("input:not([type=radio])");
    if (writing || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    const radio = this.issues[Number(event.key)];
    if (radio === undefined) return;
    event.preventDefault();
    radio.checked = true;
    this.scale();
    byId("form-kind").focus();
  }

  /** @returns {Record<string, string>} */
  get fields() {
    const cells = Object.fromEntries(FIELDS.map((name) => [name, control(this.form, name).value.trim()]));
    const speaker = this.speakers.get(cells.speaker.toLowerCase()) ?? cells.speaker;
    return { ...cells, speaker: speaker || "unresolved", issue: this.chosen };
  }

  async submit() {
    const button = within(this.form, "[type=submit]", HTMLButtonElement);
    show(byId("form-trouble"), "");
    button.disabled = true;
    try {
      if (await this.onSave?.(this.fields)) this.close();
    } catch (error) {
      show(byId("form-trouble"), error instanceof Refusal ? error.words : String(error));
    } finally {
      button.disabled = false;
    }
  }
}
