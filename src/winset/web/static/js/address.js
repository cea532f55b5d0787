// @ts-check
// The address bar holds what the page shows: issue, actor, model, scenario and every change.

/** @type {("issue" | "actor" | "model" | "scenario")[]} */
const SINGLE = ["issue", "actor", "model", "scenario"];

/**
 * Changes: a slider's id (position:ann:pie) to the text that stands there instead of the coded one.
 * @param {Map<string, unknown>} known sliders by id
 * @returns {Pages.Asked}
 */
export function readAddress(known) {
  const query = new URLSearchParams(location.search);
  const text = (/** @type {string} */ name) => query.get(name) ?? "";
  /** @type {Pages.Asked} */
  const state = { issue: text("issue"), actor: text("actor"), model: text("model"), scenario: text("scenario"), changes: {} };
  for (const entry of query.getAll("set")) {
    const cut = entry.lastIndexOf(":");
    const id = entry.slice(0, cut);
    if (known.has(id)) state.changes[id] = entry.slice(cut + 1);
  }
  return state;
}

/**
 * @param {Pages.State} state
 * @param {Pages.Usual} usual
 * @returns {string}
 */
export function addressOf(state, usual) {
  const query = new URLSearchParams();
  for (const name of SINGLE) {
    const plain = name === "actor" ? !state.picked : state[name] === /** @type {Record<string, string>} */ (usual)[name];
    if (state[name] && !plain) query.set(name, state[name]);
  }
  for (const [id, text] of Object.entries(state.changes)) query.append("set", `${id}:${text}`);
  const text = query.toString();
  return location.pathname + (text === "" ? "" : `?${text}`);
}

/**
 * The query that asks the view “forecast” for the same numbers.
 * @param {Pages.State} state
 */
export function viewQuery({ issue, model, scenario, changes }) {
  const query = new URLSearchParams({ issue, model, scenario });
  for (const [id, text] of Object.entries(changes)) query.append("set", `${id}:${text}`);
  return query.toString();
}

/**
 * `push` makes a step for the back button; without, the last step is another one now.
 * @param {string} address
 * @param {boolean} push
 */
export function writeAddress(address, push) {
  if (address === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}
