// Decisions: one after the other, each on disk before the page says so; both versions on a conflict.

import { read, send } from "./api.js";
import { choose } from "./conflict.js";

export class Deciding {
  // `onSaved(saved, words)` hears what is on disk; `onStale(document)` hears of other rows there.
  constructor({ address, document, coder, onSaved, onStale }) {
    this.api = `/api${address}`;
    this.document = document;
    this.coder = coder;
    this.onSaved = onSaved;
    this.onStale = onStale;
    this.past = [];
    this.work = Promise.resolve();
  }

  // Runs `what` when everything before it is done.
  after(what) {
    const done = this.work.then(what);
    this.work = done.catch(() => {});
    return done;
  }

  get name() {
    return this.coder.name;
  }

  // Accepts or rejects `entry`, with changes to its fields; returns whether that was saved.
  async decide(entry, verdict, changes = {}, undoing = false) {
    const body = (now) => ({
      coder: this.name,
      id: now.id,
      verdict,
      changes,
      proposal: now.proposal?.revision ?? null,
      decision: now.mine?.revision ?? null,
    });
    let [now, saved] = [entry, null];
    while (saved === null) {
      try {
        saved = await send(`${this.api}/decisions`, body(now));
      } catch (error) {
        if (error.status !== 409) throw error;
        const mine = await choose(error);
        now = (await this.stale(entry.id)) ?? now;
        if (!mine) return false;
      }
    }
    if (!undoing) this.past.push({ id: entry.id, before: now.mine });
    this.onSaved(saved, `${verdict}ed`);
    return true;
  }

  // Reads the statements anew and returns the rows of `id` among them.
  async stale(id) {
    const told = await read(`${this.api}/documents/${this.document.id}`);
    this.onStale(told);
    const rows = told.statements.filter((row) => row.id === id);
    const proposal = rows.find((row) => row.status === "proposed") ?? null;
    const mine = rows.find((row) => row.coder === this.name && row.status !== "proposed") ?? null;
    return proposal === null && mine === null ? null : { id, proposal, mine };
  }

  async make(span, fields) {
    const saved = await send(`${this.api}/statements`, {
      coder: this.name,
      document: this.document.id,
      ...span,
      text: this.document.digest,
      ...fields,
    });
    this.past.push({ id: saved.id, before: null });
    this.onSaved(saved, "coded");
    return true;
  }

  // Takes the last step back: of this page first, then of earlier sessions, as `winset code` does.
  async undo(find) {
    const step = this.past.pop();
    if (step === undefined) {
      this.onSaved(await send(`${this.api}/decisions/undo`, { coder: this.name }), "undone");
      return;
    }
    const now = find(step.id);
    if (step.before === null) {
      const body = { coder: this.name, id: step.id, revision: now?.mine?.revision ?? "" };
      try {
        this.onSaved(await send(`${this.api}/decisions/undo`, body), "undone");
      } catch (error) {
        if (error.status !== 409) throw error;
        await this.stale(step.id);
        throw error;
      }
    } else {
      const verdict = step.before.status === "rejected" ? "reject" : "accept";
      await this.decide(now, verdict, verdict === "accept" ? step.before.cells : {}, true);
    }
  }
}
