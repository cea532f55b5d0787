// The address bar holds what the page shows: issue, actor, model, scenario and every change.

const SINGLE = ["issue", "actor", "model", "scenario"];

// Changes: a slider's id (position:ann:pie) to the text that stands there instead of the coded one.
export function readAddress(known) {
  const query = new URLSearchParams(location.search);
  const state = { changes: {} };
  for (const name of SINGLE) state[name] = query.get(name) ?? "";
  for (const entry of query.getAll("set")) {
    const cut = entry.lastIndexOf(":");
    const id = entry.slice(0, cut);
    if (known.has(id)) state.changes[id] = entry.slice(cut + 1);
  }
  return state;
}

export function addressOf(state, usual) {
  const query = new URLSearchParams();
  for (const name of SINGLE) {
    const plain = name === "actor" ? !state.picked : state[name] === usual[name];
    if (state[name] && !plain) query.set(name, state[name]);
  }
  for (const [id, text] of Object.entries(state.changes)) query.append("set", `${id}:${text}`);
  const said = query.toString();
  return location.pathname + (said === "" ? "" : `?${said}`);
}

// The query that asks the view “forecast” for the same numbers.
export function viewQuery({ issue, model, scenario, changes }) {
  const query = new URLSearchParams({ issue, model, scenario });
  for (const [id, text] of Object.entries(changes)) query.append("set", `${id}:${text}`);
  return query.toString();
}

// `push` makes a step for the back button; without, the last step is another one now.
export function writeAddress(address, push) {
  if (address === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}
