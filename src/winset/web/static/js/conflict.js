// @ts-check
// Both versions of what somebody changed meanwhile, to choose from.

import { byId, el, table } from "./dom.js";

/**
 * Resolves to true when the user's own version shall stand.
 * @param {import("./api.js").Refusal} refusal
 * @param {Record<string, any> | null} [own] what the user wrote, where the refusal does not say
 * @returns {Promise<boolean>}
 */
export function choose(refusal, own = null) {
  const dialog = byId("conflict", HTMLDialogElement);
  const [mine, theirs] = [own ?? refusal.yours ?? {}, refusal.theirs?.fields ?? {}];
  const names = Object.keys(mine).filter((name) => mine[name] !== "" || (theirs[name] ?? "") !== "");
  const words = (/** @type {any} */ value) => (value === undefined || value === null || value === "" ? "nothing" : plain(value));
  const rows = names.map((name) => ({ cells: [name, words(mine[name]), words(theirs[name])] }));
  byId("conflict-body").replaceChildren(
    el("p", {}, refusal.message),
    table(["What", "Yours", "Saved now"], rows, "Both versions"),
  );
  byId("conflict-yours", HTMLButtonElement).disabled = refusal.theirs === null;
  return new Promise((decide) => {
    const end = (/** @type {boolean} */ own) => {
      dialog.close();
      decide(own);
    };
    byId("conflict-theirs").onclick = () => end(false);
    byId("conflict-yours").onclick = () => end(true);
    dialog.oncancel = () => decide(false);
    dialog.showModal();
  });
}

const plain = (/** @type {any} */ value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
