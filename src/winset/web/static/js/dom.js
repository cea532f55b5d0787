// @ts-check
// Elements made of text: nothing that a case says is ever read as markup.

/**
 * The element `id`, which must be there and of this kind.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function byId(id, kind) {
  const element = find(id, kind);
  if (element === null) throw new Error(`no ${kind?.name ?? "element"} “${id}” in this page`);
  return element;
}

/**
 * The element `id` if this page has it.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T | null}
 */
export function find(id, kind) {
  const element = document.getElementById(id);
  return kind === undefined || element instanceof kind ? /** @type {T | null} */ (element) : null;
}

/**
 * The control of a form that bears this name.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {HTMLInputElement}
 */
export const control = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/**
 * The first element below `place` that fits, which must be there.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} place
 * @param {string} selector
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function within(place, selector, kind) {
  const element = place.querySelector(selector);
  if (!(element instanceof (kind ?? HTMLElement))) throw new Error(`nothing fits “${selector}” here`);
  return /** @type {T} */ (element);
}

/**
 * What a page carries with it as JSON.
 * @param {string} [id]
 */
export const payload = (id = "payload") => JSON.parse(byId(id).textContent ?? "");

/**
 * el("p", { class: "soft", onclick: f, "aria-label": "x" }, "text", child)
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(string | Node | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Puts the parts side by side at places in per cent; style attributes are not allowed, styles are.
 * @template {HTMLElement} T
 * @param {T} element
 * @param {Record<string, string>} places
 * @returns {T}
 */
export function at(element, places) {
  for (const [name, value] of Object.entries(places)) element.style.setProperty(name, value);
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
export function show(element, text) {
  element.textContent = text;
  element.hidden = text === "";
}

/**
 * A table that becomes a list of rows in a narrow window.
 * @param {string[]} columns
 * @param {{ cells: Pages.Cell[], chosen?: boolean }[]} rows
 * @param {string} caption
 */
export function table(columns, rows, caption) {
  return el(
    "table",
    { class: "stacks" },
    el("caption", { class: "unseen" }, caption),
    el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))),
    el(
      "tbody",
      {},
      ...rows.map(({ cells, chosen }) =>
        el(
          "tr",
          { class: chosen ? "chosen" : null },
          ...cells.map((cell, k) =>
            k === 0
              ? el("th", { scope: "row" }, cell instanceof Node ? cell : String(cell))
              : el(
                  "td",
                  { class: typeof cell === "number" ? "number" : null, "data-label": columns[k] },
                  cell instanceof Node ? cell : typeof cell === "number" ? figure(cell) : String(cell ?? ""),
                ),
          ),
        ),
      ),
    ),
  );
}

/** @param {number | null} value */
export const figure = (value) =>
  value === null ? "–" : Number(value.toPrecision(4)).toLocaleString("en-GB");

/**
 * A point of an issue's scale with as many digits as a hundredth of the scale is worth.
 * @param {number | null} value
 * @param {{ bottom: number, top: number }} scale
 */
export function onScale(value, { bottom, top }) {
  if (value === null) return "–";
  const digits = Math.max(0, Math.ceil(1.5 - Math.log10(top - bottom)));
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {number | null} share */
export function percent(share) {
  if (share === null) return "–";
  if (share > 0 && share < 0.005) return "under 1 %";
  if (share < 1 && share >= 0.995) return "over 99 %";
  return `${Math.round(100 * share)} %`;
}
