// @ts-check
// Decisions: one after the other, each on disk before the page says so; both versions on a conflict.

import { read, Refusal, send } from "./api.js";
import { choose } from "./conflict.js";

export class Deciding {
  /**
   * `onSaved(saved, words)` hears what is on disk; `onStale(document)` hears of other rows there.
   * @param {object} page
   * @param {string} page.address
   * @param {Api.DocumentResponse} page.document
   * @param {import("./coder.js").Coder} page.coder
   * @param {(saved: Api.DecisionSaved, what: string) => void} page.onSaved
   * @param {(document: Api.DocumentResponse) => void} page.onStale
   */
  constructor({ address, document, coder, onSaved, onStale }) {
    this.api = `/api${address}`;
    this.document = document;
    this.coder = coder;
    this.onSaved = onSaved;
    this.onStale = onStale;
    /** @type {{ id: string, before: Pages.Row | null }[]} */
    this.past = [];
    /** @type {Promise<unknown>} */
    this.work = Promise.resolve();
  }

  /**
   * Runs `what` when everything before it is done.
   * @template T
   * @param {() => T | Promise<T>} what
   * @returns {Promise<T>}
   */
  after(what) {
    const done = this.work.then(what);
    this.work = done.catch(() => {});
    return done;
  }

  get name() {
    return this.coder.name;
  }

  /**
   * Accepts or rejects `entry`, with changes to its fields; returns whether that was saved.
   * @param {Pages.Decidable} entry
   * @param {string} verdict
   * @param {Record<string, string>} [changes]
   * @param {boolean} [undoing]
   */
  async decide(entry, verdict, changes = {}, undoing = false) {
    const body = (/** @type {Pages.Decidable} */ now) => ({
      coder: this.name,
      id: now.id,
      verdict,
      changes,
      proposal: now.proposal?.revision ?? null,
      decision: now.mine?.revision ?? null,
    });
    let now = entry;
    /** @type {Api.DecisionSaved | null} */
    let saved = null;
    while (saved === null) {
      try {
        saved = await send(`${this.api}/decisions`, body(now));
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 409) throw error;
        const mine = await choose(error);
        now = (await this.stale(entry.id)) ?? now;
        if (!mine) return false;
      }
    }
    if (!undoing) this.past.push({ id: entry.id, before: now.mine });
    this.onSaved(saved, `${verdict}ed`);
    return true;
  }

  /**
   * Reads the statements again and returns the rows of `id` among them.
   * @param {string} id
   * @returns {Promise<Pages.Decidable | null>}
   */
  async stale(id) {
    /** @type {Api.DocumentResponse} */
    const document = await read(`${this.api}/documents/${this.document.id}`);
    this.onStale(document);
    const rows = document.statements.filter((row) => row.id === id);
    const proposal = rows.find((row) => row.status === "proposed") ?? null;
    const mine = rows.find((row) => row.coder === this.name && row.status !== "proposed") ?? null;
    return proposal === null && mine === null ? null : { id, proposal, mine };
  }

  /**
   * @param {Pages.Span} span
   * @param {Record<string, string>} fields
   */
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

  /**
   * Takes the last step back: of this page first, then of earlier sessions, as `winset code` does.
   * @param {(id: string) => Pages.Decidable | null} find
   */
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
        if (!(error instanceof Refusal) || error.status !== 409) throw error;
        await this.stale(step.id);
        throw error;
      }
    } else {
      const verdict = step.before.status === "rejected" ? "reject" : "accept";
      if (now !== null) await this.decide(now, verdict, verdict === "accept" ? step.before.cells : {}, true);
    }
  }
}
