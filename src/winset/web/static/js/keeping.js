// @ts-check
// Keeps changes: as a scenario of the case, or as its numbers. What was written meanwhile stays.

import { patch, Refusal } from "./api.js";
import { choose } from "./conflict.js";
import { byId, control, show } from "./dom.js";
import { go } from "./notice.js";
import { slug } from "./slug.js";

export class Keeping {
  /** @param {import("./bench.js").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    const form = byId("save", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.attempt(() => this.scenario(control(form, "title").value.trim()));
    });
    byId("adopt").addEventListener("click", () => this.attempt(() => this.numbers()));
  }

  /** @param {() => Promise<void>} what */
  async attempt(what) {
    const trouble = byId("keep-trouble");
    show(trouble, "");
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      show(trouble, error.words);
    }
  }

  /** @param {string} title */
  async scenario(title) {
    const id = slug(title);
    if (id === "") throw new Refusal(0, { error: "Give the scenario a name." });
    const under = this.bench.rows("scenarios").find((row) => row.id === this.bench.state.scenario);
    const changes = [...(under?.changes ?? []), ...this.bench.changes()];
    const saved = await patch(`${this.bench.api}/rows/scenarios`, {
      key: { id },
      revision: null,
      fields: { title, changes },
    });
    const query = this.bench.address({ changes: {}, scenario: id }).replace(/^[^?]*/, "");
    go(saved.case.address + query, `Saved as the scenario “${title}”. ${saved.copied}`);
  }

  async numbers() {
    let address = this.bench.given.address;
    const copied = [];
    for (const { collection, row, fields } of this.rows()) {
      const saved = await this.row(address, collection, row, fields);
      if (saved === null) continue;
      address = saved.case.address;
      copied.push(saved.copied);
    }
    const query = this.bench.address({ changes: {} }).replace(/^[^?]*/, "");
    go(address + query, `Written into the case. ${copied.join("")}`);
  }

  // Groups the changes by the row that they are of.
  rows() {
    /** @type {Map<string, { collection: string, row: Api.RowResponse, fields: Record<string, string> }>} */
    const groups = new Map();
    for (const [id, text] of Object.entries(this.bench.state.changes)) {
      const { collection, key, field } = homeOf(this.bench.slider(id));
      const row = this.bench.given.rows[collection].find((entry) =>
        Object.entries(key).every(([name, value]) => entry.key[name] === value),
      );
      if (row === undefined) throw new Error(`no row ${JSON.stringify(key)} in ${collection}`);
      const name = `${collection} ${JSON.stringify(key)}`;
      const group = groups.get(name) ?? { collection, row, fields: {} };
      groups.set(name, { ...group, fields: { ...group.fields, [field]: text } });
    }
    return groups.values();
  }

  /**
   * @param {string} address
   * @param {string} collection
   * @param {Api.RowResponse} row
   * @param {Record<string, string>} fields
   * @returns {Promise<Api.RowSaved | null>}
   */
  async row(address, collection, row, fields) {
    const write = (/** @type {string} */ revision) =>
      patch(`/api${address}/rows/${collection}`, { key: row.key, revision, fields });
    try {
      return await write(row.revision);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 409) throw error;
      const mine = await choose(error, fields);
      return mine && error.theirs !== null ? write(error.theirs.revision) : null;
    }
  }
}

/**
 * @param {Api.Slider} slider
 * @returns {{ collection: string, key: Record<string, string>, field: string }}
 */
function homeOf(slider) {
  const { quantity, actor, issue, party, source, target } = slider;
  if (actor !== "") return { collection: "stances", key: { issue, actor, condition: "" }, field: quantity };
  if (party !== "") return { collection: "parties", key: { id: party }, field: quantity };
  if (source !== "") return { collection: "ties", key: { source, target, kind: quantity }, field: "weight" };
  return { collection: "issues", key: { id: issue }, field: quantity };
}
