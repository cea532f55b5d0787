// Keeps changes: as a scenario of the case, or as its numbers. What was written meanwhile stays.

import { patch, Refusal } from "./api.js";
import { byId, el, show, table } from "./dom.js";

const NOTICE = "winset-notice";

export function showNotice() {
  show(byId("notice"), sessionStorage.getItem(NOTICE) ?? "");
  sessionStorage.removeItem(NOTICE);
}

// Loads the page anew from what is on disk now, with a word about what was done.
function reload(address, query, words) {
  sessionStorage.setItem(NOTICE, words);
  const target = address + query;
  if (target === location.pathname + location.search) location.reload();
  else location.assign(target);
}

const slug = (title) =>
  title.normalize("NFKD").replace(/[^\w\s.-]/g, "").trim().replace(/\s+/g, "-").toLowerCase().slice(0, 60);

export class Keeping {
  constructor(bench) {
    this.bench = bench;
    byId("save").addEventListener("submit", (event) => {
      event.preventDefault();
      this.attempt(() => this.scenario(event.target.elements.title.value.trim()));
    });
    byId("adopt").addEventListener("click", () => this.attempt(() => this.numbers()));
  }

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
    reload(saved.case.address, query, `Saved as the scenario “${title}”. ${saved.copied}`);
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
    reload(address, query, `Written into the case. ${copied.join("")}`);
  }

  // Groups the changes by the row that they are of.
  rows() {
    const found = new Map();
    for (const [id, text] of Object.entries(this.bench.state.changes)) {
      const slider = this.bench.sliders.get(id);
      const { collection, key, field } = homeOf(slider);
      const row = this.bench.given.rows[collection].find((entry) =>
        Object.entries(key).every(([name, value]) => entry.key[name] === value),
      );
      const name = `${collection} ${JSON.stringify(key)}`;
      if (!found.has(name)) found.set(name, { collection, row, fields: {} });
      found.get(name).fields[field] = text;
    }
    return found.values();
  }

  async row(address, collection, row, fields) {
    const write = (revision) =>
      patch(`/api${address}/rows/${collection}`, { key: row.key, revision, fields });
    try {
      return await write(row.revision);
    } catch (error) {
      if (error.status !== 409) throw error;
      const mine = await choose(error, fields);
      return mine && error.theirs !== null ? write(error.theirs.revision) : null;
    }
  }
}

function homeOf(slider) {
  const { quantity, actor, issue, party, source, target } = slider;
  if (actor !== "") return { collection: "stances", key: { issue, actor, condition: "" }, field: quantity };
  if (party !== "") return { collection: "parties", key: { id: party }, field: quantity };
  if (source !== "") return { collection: "ties", key: { source, target, kind: quantity }, field: "weight" };
  return { collection: "issues", key: { id: issue }, field: quantity };
}

// Shows both versions of a row and returns whether the user's own shall stand.
function choose(conflict, fields) {
  const dialog = byId("conflict");
  const theirs = conflict.theirs?.fields ?? {};
  const rows = Object.keys(fields).map((name) => ({
    cells: [name, fields[name], theirs[name] ?? "nothing"],
  }));
  byId("conflict-body").replaceChildren(
    el("p", {}, conflict.message),
    table(["What", "Yours", "Saved now"], rows, "Both versions"),
  );
  byId("conflict-yours").disabled = conflict.theirs === null;
  return new Promise((decide) => {
    const end = (mine) => {
      dialog.close();
      decide(mine);
    };
    byId("conflict-theirs").onclick = () => end(false);
    byId("conflict-yours").onclick = () => end(true);
    dialog.oncancel = () => decide(false);
    dialog.showModal();
  });
}
