// The form at the words: issue, kind, speaker, value, condition, note.

import { byId, el, show } from "./dom.js";

const FIELDS = ["kind", "speaker", "value", "condition", "note"];

export class Slip {
  constructor(given) {
    this.given = given;
    this.form = byId("form");
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
    this.onSave = null;
    this.origin = null;
  }

  issue({ id, title }, k) {
    const key = k < 10 ? el("kbd", {}, String(k)) : null;
    const radio = el("input", { type: "radio", name: "issue", value: id, onchange: () => this.scale() });
    return el("label", { class: "choice" }, radio, key, el("span", {}, title));
  }

  get open() {
    return !this.form.hidden;
  }

  // `onSave(fields)` throws what went wrong; the form stays open then.
  ask({ title, words, fields, near, onSave }) {
    this.origin = document.activeElement;
    this.onSave = onSave;
    byId("form-title").textContent = title;
    byId("form-words").textContent = words;
    show(byId("form-trouble"), "");
    for (const name of FIELDS) this.form.elements[name].value = fields[name] ?? "";
    const issues = [...this.form.querySelectorAll("[name=issue]")];
    const chosen = issues.find(({ value }) => value === (fields.issue ?? "")) ?? issues[0];
    chosen.checked = true;
    this.scale();
    this.form.hidden = false;
    this.place(near);
    chosen.focus({ preventScroll: true });
    this.form.scrollIntoView({ block: "nearest" });
  }

  // Puts the form below the words that it is about.
  place(near) {
    const frame = this.form.parentElement.getBoundingClientRect();
    this.form.style.setProperty("top", `${Math.max(0, near.bottom - frame.top + 8)}px`);
  }

  close() {
    this.form.hidden = true;
    this.origin?.focus({ preventScroll: true });
    if (document.activeElement !== this.origin || this.origin === document.body) byId("text").focus({ preventScroll: true });
  }

  scale() {
    const id = this.form.elements.issue.value;
    const issue = this.given.issues.find((entry) => entry.id === id);
    const points = (issue?.labels ?? []).map(([point, label]) => `${point} ${label}`);
    const unit = issue?.unit ? ` ${issue.unit}` : "";
    byId("form-scale").textContent = issue
      ? [`From ${issue.low} to ${issue.high}${unit}`, ...points].join(" · ") + ". A number, “30 to 50” or “30..40..60”."
      : "Choose an issue, so that the value can be used.";
  }

  key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      return;
    }
    if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault();
      this.form.requestSubmit();
      return;
    }
    const writing = event.target.matches("input:not([type=radio])");
    if (writing || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    const radio = this.form.querySelectorAll("[name=issue]")[Number(event.key)];
    if (radio === undefined) return;
    event.preventDefault();
    radio.checked = true;
    this.scale();
    byId("form-kind").focus();
  }

  get fields() {
    const said = Object.fromEntries(FIELDS.map((name) => [name, this.form.elements[name].value.trim()]));
    const speaker = this.speakers.get(said.speaker.toLowerCase()) ?? said.speaker;
    return { ...said, speaker: speaker || "unresolved", issue: this.form.elements.issue.value };
  }

  async submit() {
    const button = this.form.querySelector("[type=submit]");
    show(byId("form-trouble"), "");
    button.disabled = true;
    try {
      if (await this.onSave(this.fields)) this.close();
    } catch (error) {
      show(byId("form-trouble"), error.words ?? String(error));
    } finally {
      button.disabled = false;
    }
  }
}
