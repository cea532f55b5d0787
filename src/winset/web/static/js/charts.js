// @ts-check
// Pictures: the frame is drawn once, and then only its numbers change.

import settings from "./chart-settings.js";
import { byId, table, within } from "./dom.js";

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

/** @param {number} room */
export function fitting(room) {
  return WIDTHS.filter((width) => width <= room).at(-1) ?? WIDTHS[0];
}

/**
 * Says how much room the first of `places` has; where it is not shown yet, what it stands in.
 * @param {ArrayLike<HTMLElement>} places
 * @returns {number}
 */
export function room(places) {
  for (let at = /** @type {HTMLElement | null} */ (places[0] ?? null); at !== null; at = at.parentElement) {
    if (at.clientWidth > 0) return at.clientWidth;
  }
  return document.documentElement.clientWidth;
}

/**
 * Calls `again` when the window has come to fit wider or narrower pictures than before.
 * @param {() => number} measure
 * @param {() => unknown} again
 */
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
  /**
   * `onActor(name)` hears which actor's mark was clicked; `names` holds those that can be.
   * @param {string[]} views
   * @param {Set<string>} names
   * @param {(name: string) => void} onActor
   */
  constructor(views, names, onActor) {
    this.names = names;
    this.onActor = onActor;
    this.chosen = "";
    /** @type {Map<string, { frame: string, embedded: any }>} */
    this.drawn = new Map(views.map((view) => [view, { frame: "", embedded: null }]));
  }

  get views() {
    return [...this.drawn.keys()];
  }

  // Pixels that the page has for a picture.
  get width() {
    return room(this.views.map((view) => within(byId(`view-${view}`), ".chart")));
  }

  get known() {
    return Object.fromEntries([...this.drawn].map(([view, { frame }]) => [view, frame]));
  }

  /** @param {Record<string, Api.Picture>} pictures */
  async show(pictures) {
    for (const view of this.views) {
      const figure = byId(`view-${view}`);
      const picture = pictures[view];
      figure.hidden = picture === undefined;
      if (picture !== undefined) await this.draw(view, figure, picture);
    }
    this.choose(this.chosen);
  }

  /**
   * @param {string} view
   * @param {HTMLElement} figure
   * @param {Api.Picture} picture
   */
  async draw(view, figure, picture) {
    const place = within(figure, ".chart");
    within(figure, "h3").textContent = picture.title;
    within(figure, "figcaption").textContent = picture.caption;
    place.setAttribute("aria-label", picture.description);
    const twin = within(figure, ".table");
    twin.replaceChildren(
      table(picture.columns, picture.rows.map((cells) => ({ cells })), picture.title),
    );
    const drawn = this.drawn.get(view) ?? { frame: "", embedded: null };
    this.drawn.set(view, drawn);
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
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
    drawn.embedded.view.addEventListener("click", (/** @type {unknown} */ _, /** @type {any} */ item) => {
      const name = nameOf(item?.datum);
      if (this.names.has(name)) this.onActor(name);
    });
  }

  /**
   * The chosen actor stands out in every picture that has it.
   * @param {string} name
   */
  choose(name) {
    this.chosen = name;
    for (const [view, { embedded }] of this.drawn) {
      if (embedded === null) continue;
      const marks = [...byId(`view-${view}`).querySelectorAll("svg .mark-symbol path, svg .mark-text text, svg .mark-rule line, svg .mark-rect path")];
      /** @type {[Element, string][]} */
      const named = marks.map((mark) => [mark, nameOf(/** @type {any} */ (mark).__data__?.datum)]);
      const here = name !== "" && named.some(([, actor]) => actor === name);
      for (const [mark, actor] of named) {
        const known = this.names.has(actor);
        mark.classList.toggle("reach", known);
        mark.classList.toggle("away", here && known && actor !== name);
      }
    }
  }
}

/**
 * @param {any} datum
 * @returns {string}
 */
function nameOf(datum) {
  if (!datum) return "";
  return datum.full ?? (typeof datum.name === "string" ? datum.name : "");
}
