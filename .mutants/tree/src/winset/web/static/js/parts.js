// Parties, issues, actors and stances: shown as tables, added, edited and removed row by row.

import { patch, read, Refusal, remove } from "./api.js";
import { choose } from "./conflict.js";
import { byId, el, show, table } from "./dom.js";
import { leaveNotice, showNotice } from "./notice.js";
import { formsOf } from "./part-forms.js";
import { watch } from "./ready.js";

const given = JSON.parse(byId("payload").textContent);
const forms = formsOf(given);

class Part {
  constructor(name) {
    this.name = name;
    this.kind = forms[name];
    this.form = byId(`${name}-form`);
    this.row = null;
    this.inputs = new Map();
    this.build();
    this.list();
    this.fill(null);
  }

  build() {
    const fields = this.kind.fields.map((field) => {
      const id = `${this.name}-field-${field.name}`;
      const input = field.make(id);
      this.inputs.set(field.name, { field, input });
      const note = field.note ? el("p", { class: "note", id: `${id}-note` }, field.note) : null;
      if (field.note) input.setAttribute("aria-describedby", `${id}-note`);
      const label = field.group ? el("legend", {}, field.label) : el("label", { for: id }, field.label);
      return el(field.group ? "fieldset" : "div", { class: `field ${field.wide ? "wide" : ""}` }, label, input, note);
    });
    this.trouble = el("div", { class: "trouble", role: "alert", hidden: true });
    this.submit = el("button", { class: "main", type: "submit" }, "Add");
    const cancel = el("button", { type: "button", onclick: () => this.fill(null) }, "Clear");
    this.form.append(el("div", { class: "grid" }, ...fields), this.trouble, el("div", { class: "tools" }, this.submit, cancel));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.attempt(() => this.save());
    });
    this.kind.wire?.(this.inputs);
  }

  list() {
    const rows = given.rows[this.name].map((row) => ({
      cells: [
        ...this.kind.cells(row.fields),
        el(
          "span",
          { class: "row-tools" },
          el("button", { type: "button", class: "link", "aria-label": `Edit ${this.kind.called(row)}`, onclick: () => this.fill(row) }, "Edit"),
          el("button", { type: "button", class: "link", "aria-label": `Remove ${this.kind.called(row)}`, onclick: () => this.attempt(() => this.remove(row)) }, "Remove"),
        ),
      ],
    }));
    byId(`${this.name}-rows`).replaceChildren(
      rows.length === 0 ? el("p", {}, "There are none yet.") : table([...this.kind.columns, ""], rows, this.kind.title),
    );
    byId(`${this.name}-part`).open = rows.length === 0 && !this.kind.waits;
    if (this.kind.waits && rows.length === 0) byId(`${this.name}-rows`).replaceChildren(el("p", {}, this.kind.waits));
  }

  fill(row) {
    this.row = row;
    for (const { field, input } of this.inputs.values()) field.put(input, row?.fields ?? {});
    for (const name of this.kind.fixed) {
      const { input } = this.inputs.get(name);
      input.disabled = row !== null;
    }
    byId(`${this.name}-summary`).textContent = row === null ? `Add ${this.kind.one}` : `Edit ${this.kind.called(row)}`;
    this.submit.textContent = row === null ? "Add" : "Save";
    show(this.trouble, "");
    if (row === null) return;
    byId(`${this.name}-part`).open = true;
    this.form.querySelector("input:not(:disabled), select:not(:disabled)").focus();
  }

  async attempt(what) {
    show(this.trouble, "");
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      byId(`${this.name}-part`).open = true;
      show(this.trouble, error.words);
    }
  }

  async save() {
    const fields = {};
    for (const { field, input } of this.inputs.values()) field.take(input, fields, this.row?.fields ?? {});
    const key = this.row?.key ?? this.kind.key(fields);
    for (const name of Object.keys(key)) delete fields[name];
    const write = (revision) => patch(`/api${given.address}/rows/${this.name}`, { key, revision, fields });
    await this.settle(write, this.row?.revision ?? null, `Saved ${this.kind.called({ key, fields })}.`);
  }

  async remove(row) {
    const write = (revision) => remove(`/api${given.address}/rows/${this.name}`, { key: row.key, revision });
    await this.settle(write, row.revision, `Removed ${this.kind.called(row)}.`);
  }

  // Writes, asks on a conflict, and shows what is on disk then.
  async settle(write, revision, words) {
    let saved = null;
    try {
      saved = await write(revision);
    } catch (error) {
      if (error.status !== 409 || error.theirs === null) throw error;
      if (await choose(error)) saved = await write(error.theirs.revision);
    }
    if (saved !== null && saved.case.address !== given.address) {
      leaveNotice(`${words} ${saved.copied}`);
      location.assign(`${saved.case.address}/parts#${this.name}`);
      return;
    }
    await refresh();
    this.fill(null);
    if (saved !== null) show(byId("notice"), words);
  }
}

async function refresh() {
  const told = await read(`/api${given.address}`);
  for (const name of Object.keys(given.rows)) given.rows[name] = told.rows[name];
  given.issues = told.rows.issues.map(({ fields }) => ({
    id: fields.id,
    low: fields.scale?.low ?? "0",
    high: fields.scale?.high ?? "100",
  }));
  for (const part of parts) {
    part.list();
    part.kind.follow?.(part.inputs);
  }
  sayNext();
}

// How far the way to a forecast still is.
function sayNext() {
  const { issues, actors, stances } = given.rows;
  const link = (href, words) => el("a", { href }, words);
  const place = byId("ready");
  if (issues.length === 0) place.replaceChildren("Next: add an issue.");
  else if (actors.length === 0) place.replaceChildren("Next: add the actors.");
  else if (stances.length === 0) {
    place.replaceChildren("Next: add a stance for each actor, by hand or from what they said: ", link(`${given.address}/evidence`, "search the texts again and code them"), ".");
  } else place.replaceChildren("Ready: ", link(given.address, "see the forecast"), ".");
}

// A link from elsewhere names a field: `?table=issues&row=price&field=reversion`. No row: a new one.
function openAsked() {
  const asked = new URLSearchParams(location.search);
  const part = parts.find(({ name }) => name === asked.get("table"));
  if (part === undefined) return;
  const row = given.rows[part.name].find(({ key }) => key.id === asked.get("row"));
  part.fill(row ?? null);
  byId(`${part.name}-part`).open = true;
  const place = byId(`${part.name}-field-${asked.get("field")}`);
  const input = place?.matches("input, select") ? place : place?.querySelector("input");
  input?.focus();
  input?.scrollIntoView({ block: "center" });
}

const parts = Object.keys(given.rows).map((name) => new Part(name));
sayNext();
openAsked();
showNotice();
watch();
document.body.dataset.ready = "yes";
