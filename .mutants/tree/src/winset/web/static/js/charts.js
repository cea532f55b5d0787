// Pictures: the frame is drawn once, and then only its numbers change.

import settings from "./chart-settings.js";
import { byId, table } from "./dom.js";

export const OPTIONS = {
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  ast: true,
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
  config: settings,
};

// The widths at which pictures are drawn: text is never scaled. As in charts/canvas.py.
const WIDTHS = [288, 430, 660, 815];

export function fitting(room) {
  return WIDTHS.filter((width) => width <= room).at(-1) ?? WIDTHS[0];
}

// Says how much room the first of `places` has; where it is not shown yet, what it stands in.
export function room(places) {
  for (let at = places[0] ?? null; at !== null; at = at.parentElement) {
    if (at.clientWidth > 0) return at.clientWidth;
  }
  return document.documentElement.clientWidth;
}

// Calls `again` when the window has come to fit wider or narrower pictures than before.
export function whenResized(measure, again) {
  let before = fitting(measure());
  addEventListener("resize", () => {
    const now = fitting(measure());
    if (now === before) return;
    before = now;
    again();
  });
}

export class Charts {
  // `onActor(name)` hears which actor's mark was clicked; `names` holds those that can be.
  constructor(views, names, onActor) {
    this.names = names;
    this.onActor = onActor;
    this.chosen = "";
    this.drawn = new Map(views.map((view) => [view, { frame: "", embedded: null }]));
  }

  get views() {
    return [...this.drawn.keys()];
  }

  // Pixels that the page has for a picture.
  get width() {
    return room(this.views.map((view) => byId(`view-${view}`).querySelector(".chart")));
  }

  get known() {
    return Object.fromEntries([...this.drawn].map(([view, { frame }]) => [view, frame]));
  }

  async show(pictures) {
    for (const view of this.views) {
      const figure = byId(`view-${view}`);
      const picture = pictures[view];
      figure.hidden = picture === undefined;
      if (picture !== undefined) await this.draw(view, figure, picture);
    }
    this.choose(this.chosen);
  }

  async draw(view, figure, picture) {
    const place = figure.querySelector(".chart");
    figure.querySelector("h3").textContent = picture.title;
    figure.querySelector("figcaption").textContent = picture.caption;
    place.setAttribute("aria-label", picture.description);
    const twin = figure.querySelector(".table");
    twin.replaceChildren(
      table(picture.columns, picture.rows.map((cells) => ({ cells })), picture.title),
    );
    const drawn = this.drawn.get(view);
    if (picture.specification === null && drawn.frame === picture.frame && drawn.embedded) {
      const chart = drawn.embedded.view;
      for (const [name, rows] of Object.entries(picture.values)) chart.data(name, rows);
      await chart.runAsync();
      return;
    }
    drawn.embedded?.finalize();
    drawn.frame = "";
    const specification = { ...picture.specification, datasets: picture.values };
    drawn.embedded = await window.vegaEmbed(place, specification, OPTIONS);
    drawn.frame = picture.frame;
    // The place says what the picture shows; its lines and letters would only be noise.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    drawn.embedded.view.addEventListener("click", (event, item) => {
      const name = nameOf(item?.datum);
      if (this.names.has(name)) this.onActor(name);
    });
  }

  // The chosen actor stands out in every picture that has it.
  choose(name) {
    this.chosen = name;
    for (const [view, { embedded }] of this.drawn) {
      if (embedded === null) continue;
      const marks = [...byId(`view-${view}`).querySelectorAll("svg .mark-symbol path, svg .mark-text text, svg .mark-rule line, svg .mark-rect path")];
      const named = marks.map((mark) => [mark, nameOf(mark.__data__?.datum)]);
      const here = name !== "" && named.some(([, found]) => found === name);
      for (const [mark, found] of named) {
        const actor = this.names.has(found);
        mark.classList.toggle("reach", actor);
        mark.classList.toggle("away", here && actor && found !== name);
      }
    }
  }
}

function nameOf(datum) {
  if (!datum) return "";
  return datum.full ?? (typeof datum.name === "string" ? datum.name : "");
}
