// @ts-check
// Talks to the server; a refusal comes back as an error with the server's own words.

import { proofHeaders } from "./proof.js";

export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {Partial<Api.Trouble>} body
   */
  constructor(status, body) {
    super(body.error ?? "The workbench sent no answer.");
    this.status = status;
    this.problems = body.problems ?? [];
    this.yours = body.yours ?? null;
    this.theirs = body.theirs ?? null;
  }

  get words() {
    return [this.message, ...this.problems.map((problem) => problem.text)].join("\n");
  }
}

/**
 * @param {string} method
 * @param {string} address
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
async function ask(method, address, body) {
  let answer;
  try {
    answer = await fetch(address, {
      method,
      headers: {
        ...(method === "GET" ? {} : proofHeaders()),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, { error: "The workbench does not answer: is `winset serve` still running?" });
  }
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, json);
  return json;
}

export const read = (/** @type {string} */ address) => ask("GET", address);
export const send = (/** @type {string} */ address, /** @type {unknown} */ body = undefined) => ask("POST", address, body);
export const patch = (/** @type {string} */ address, /** @type {unknown} */ body) => ask("PATCH", address, body);
export const remove = (/** @type {string} */ address, /** @type {unknown} */ body = undefined) => ask("DELETE", address, body);

// Runs one request at a time and always the newest: what is overtaken while waiting is dropped.
/** @template T */
export class Latest {
  /** @param {(what: T, overtaken: () => boolean) => Promise<void>} run */
  constructor(run) {
    this.run = run;
    this.busy = false;
    /** @type {{ what: T } | null} */
    this.next = null;
  }

  /** @param {T} what */
  ask(what) {
    this.next = { what };
    if (!this.busy) this.work();
  }

  async work() {
    this.busy = true;
    while (this.next !== null) {
      const { what } = this.next;
      this.next = null;
      await this.run(what, () => this.next !== null);
    }
    this.busy = false;
  }
}
