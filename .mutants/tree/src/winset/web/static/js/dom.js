// Elements made of text: nothing that a case says is ever read as markup.

export const byId = (id) => document.getElementById(id);

// el("p", { class: "soft", onclick: f, "aria-label": "x" }, "text", child)
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") made[name] = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Puts the parts side by side at places in per cent; style attributes are not allowed, styles are.
export function at(element, places) {
  for (const [name, value] of Object.entries(places)) element.style.setProperty(name, value);
  return element;
}

export function show(element, text) {
  element.textContent = text;
  element.hidden = text === "";
}

// A table that becomes a list of rows in a narrow window. Cells: text, number or element.
export function table(columns, rows, caption) {
  const numeric = (cell) => typeof cell === "number";
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
                  { class: numeric(cell) ? "number" : null, "data-label": columns[k] },
                  cell instanceof Node ? cell : numeric(cell) ? figure(cell) : String(cell ?? ""),
                ),
          ),
        ),
      ),
    ),
  );
}

export const figure = (value) =>
  value === null ? "–" : Number(value.toPrecision(4)).toLocaleString("en-GB");

// A point of an issue's scale with as many digits as a hundredth of the scale is worth.
export function onScale(value, { bottom, top }) {
  if (value === null) return "–";
  const digits = Math.max(0, Math.ceil(1.5 - Math.log10(top - bottom)));
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function percent(share) {
  if (share === null) return "–";
  if (share > 0 && share < 0.005) return "under 1 %";
  if (share < 1 && share >= 0.995) return "over 99 %";
  return `${Math.round(100 * share)} %`;
}
