// Talks to the server; a refusal comes back as an error with the server's own words.

import { proofHeaders } from "./proof.js";

export class Refusal extends Error {
  constructor(status, told) {
    super(told.error ?? "The workbench sent no answer.");
    this.status = status;
    this.problems = told.problems ?? [];
    this.yours = told.yours ?? null;
    this.theirs = told.theirs ?? null;
  }

  get words() {
    return [this.message, ...this.problems.map((problem) => problem.text)].join("\n");
  }
}

async function ask(method, address, body, signal) {
  let answer;
  try {
    answer = await fetch(address, {
      method,
      signal,
      headers: {
        ...(method === "GET" ? {} : proofHeaders()),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, { error: "The workbench does not answer: is `winset serve` still running?" });
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, told);
  return told;
}

export const read = (address, signal) => ask("GET", address, undefined, signal);
export const send = (address, body, signal) => ask("POST", address, body, signal);
export const patch = (address, body) => ask("PATCH", address, body);
export const remove = (address, body) => ask("DELETE", address, body);

// Runs one request at a time and always the newest: what is overtaken while waiting is dropped.
export class Latest {
  constructor(run) {
    this.run = run;
    this.busy = false;
    this.next = null;
  }

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
