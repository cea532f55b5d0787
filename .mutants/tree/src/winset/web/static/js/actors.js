// Who is there: the stances on the chosen issue, and the actors without one.

import { at, byId, el, table } from "./dom.js";
import { withAssumed } from "./assumed.js";
import { traced } from "./to-trace.js";

const COLUMNS = ["Actor", "Position", "Salience", "Influence", "Price", "Accepts from", "Accepts up to"];
const QUANTITIES = ["position", "salience", "influence", "price", "red_line_low", "red_line_high"];

export function showActors(bench) {
  const { issue, actor, changes } = bench.state;
  const cell = (stance, quantity) => {
    const changed = changes[`${quantity}:${stance.actor}:${issue}`];
    const coded = withAssumed(stance, quantity);
    return changed === undefined || stance.condition ? coded : `${changed} (coded ${coded || "nothing"})`;
  };
  const stances = bench.rows("stances").filter((stance) => stance.issue === issue);
  const rows = stances.map((stance) => ({
    chosen: stance.actor === actor,
    cells: [button(bench, stance), ...QUANTITIES.map((quantity) => traced(bench, stance, quantity, cell(stance, quantity)))],
  }));
  // Rebuilding takes the focus away: give it back to the same actor's button.
  const place = byId("actors");
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.row : null;
  place.replaceChildren(table(COLUMNS, rows, "Actors and their stances, as coded"));
  if (focused !== null) place.querySelector(`[data-row="${CSS.escape(focused)}"]`)?.focus();
}

function button(bench, stance) {
  const row = bench.rows("actors").find(({ id }) => id === stance.actor);
  const colour = bench.given.colours[row.party ?? ""] ?? bench.given.colours[""];
  const party = bench.rows("parties").find(({ id }) => id === row.party);
  const swatch = at(el("span", { class: "swatch", "aria-hidden": "true" }), { background: colour });
  const name = stance.condition ? `${row.name}, if ${stance.condition}` : row.name;
  return el(
    "span",
    { class: "who" },
    swatch,
    el(
      "button",
      {
        type: "button",
        class: "link",
        title: party?.name ?? party?.id ?? "no party",
        "data-row": `${stance.actor} ${stance.condition ?? ""}`,
        "aria-pressed": String(stance.actor === bench.state.actor),
        onclick: () => bench.choose({ actor: stance.actor }),
      },
      name,
    ),
  );
}
