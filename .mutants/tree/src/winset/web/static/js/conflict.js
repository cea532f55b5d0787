// Both versions of what somebody changed meanwhile, to choose from.

import { byId, el, table } from "./dom.js";

// Resolves to true when the user's own version shall stand.
export function choose(refusal) {
  const dialog = byId("conflict");
  const [mine, theirs] = [refusal.yours ?? {}, refusal.theirs?.fields ?? {}];
  const names = Object.keys(mine).filter((name) => mine[name] !== "" || (theirs[name] ?? "") !== "");
  const said = (value) =>
    value === undefined || value === null || value === "" ? "nothing" : plain(value);
  const rows = names.map((name) => ({ cells: [name, said(mine[name]), said(theirs[name])] }));
  byId("conflict-body").replaceChildren(
    el("p", {}, refusal.message),
    table(["What", "Yours", "Saved now"], rows, "Both versions"),
  );
  byId("conflict-yours").disabled = refusal.theirs === null;
  return new Promise((decide) => {
    const end = (own) => {
      dialog.close();
      decide(own);
    };
    byId("conflict-theirs").onclick = () => end(false);
    byId("conflict-yours").onclick = () => end(true);
    dialog.oncancel = () => decide(false);
    dialog.showModal();
  });
}

const plain = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
