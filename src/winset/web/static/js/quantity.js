// @ts-check
// One quantity that can be moved: a number field, a slider beside the coded value, and its range.

import { at, el, figure } from "./dom.js";
import { middle, moved, number, parse, write } from "./ranges.js";

/** @type {("low" | "mode" | "high")[]} */
const PARTS = ["low", "mode", "high"];

let count = 0;

export class Quantity {
  /**
   * `onChange(text, settled)` hears the new text; null takes the change back.
   * @param {Api.Slider} slider
   * @param {(text: string | null, settled: boolean) => void} onChange
   */
  constructor(slider, onChange) {
    this.slider = slider;
    this.onChange = onChange;
    this.coded = parse(slider.text);
    /** @type {Record<"low" | "mode" | "high", HTMLInputElement>} */
    this.limits = { low: el("input"), mode: el("input"), high: el("input") };
    /** @type {HTMLInputElement | null} */
    this.range = null;
    this.belief = el("span", { class: "belief", "aria-hidden": "true" });
    this.text = slider.text;
    const id = `quantity-${(count += 1)}`;
    this.field = el("input", {
      id,
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "not coded",
      "aria-describedby": `${id}-note`,
      title: slider.means,
      oninput: () => this.typed(false),
      onchange: () => this.typed(true),
    });
    this.note = el("span", { id: `${id}-note` });
    this.back = el(
      "button",
      { type: "button", class: "link", onclick: () => this.onChange(null, true) },
      "undo",
    );
    this.element = el(
      "div",
      { class: "quantity" },
      el("div", { class: "head" }, el("label", { for: id, title: slider.means }, slider.label), this.field),
      this.coded !== null && Number.isFinite(this.coded.high) ? this.slide(id, this.coded) : null,
      el("div", { class: "foot" }, this.note, this.back),
      this.ends(id),
    );
    this.put(null);
  }

  /**
   * @param {string} id
   * @param {import("./ranges.js").Range} coded
   */
  slide(id, coded) {
    const { least, most, step, label, whose } = this.slider;
    this.range = el("input", {
      type: "range",
      min: least,
      max: most,
      step,
      "aria-label": `${label}, ${whose}`,
      oninput: () => this.slid(false),
      onchange: () => this.slid(true),
    });
    this.range.id = `${id}-slider`;
    const mark = el("span", { class: "mark", "aria-hidden": "true", title: `coded: ${this.slider.text}` });
    at(mark, { left: this.place(middle(coded)) });
    return el("div", { class: "slide" }, mark, this.belief, this.range);
  }

  /**
   * Where a value stands under the slider, whose thumb is about a rem wide.
   * @param {number} value
   */
  place(value) {
    const { least, most } = this.slider;
    const share = (Math.min(Math.max(value, least), most) - least) / (most - least);
    return `calc(.5rem + ${share} * (100% - 1rem))`;
  }

  /** @param {string} id */
  ends(id) {
    const fields = PARTS.map((name) => {
      this.limits[name] = el("input", {
        id: `${id}-${name}`,
        inputmode: "decimal",
        autocomplete: "off",
        onchange: () => this.ended(),
      });
      const word = { low: "Lowest", mode: "Likeliest", high: "Highest" }[name];
      return el("div", {}, el("label", { for: `${id}-${name}` }, word), this.limits[name]);
    });
    return el(
      "details",
      {},
      el("summary", {}, "Range", el("span", { class: "unseen" }, ` of ${this.slider.label}`)),
      el("div", { class: "ends" }, ...fields),
    );
  }

  /**
   * Shows `text`; null stands for the coded one.
   * @param {string | null} text
   */
  put(text) {
    const moved = text !== null && text !== this.slider.text;
    this.text = text ?? this.slider.text;
    const range = parse(this.text);
    if (document.activeElement !== this.field) this.field.value = this.text;
    this.field.setAttribute("aria-invalid", "false");
    this.element.classList.toggle("moved", moved);
    this.back.hidden = !moved;
    const { least, most, unit } = this.slider;
    this.note.textContent = moved
      ? `coded ${this.slider.text || "nothing"}`
      : `${figure(least)} to ${figure(most)}${unit ? ` ${unit}` : ""}`;
    if (range === null) return;
    for (const name of PARTS) {
      const value = range[name];
      this.limits[name].value = value === null ? "" : number(value);
    }
    if (this.range === null) return;
    this.range.value = String(middle(range));
    this.range.setAttribute("aria-valuetext", this.text);
    const [from, to] = [this.place(range.low), this.place(range.high)];
    at(this.belief, { left: from, width: `calc(${to} - ${from})` });
  }

  /** @param {boolean} settled */
  slid(settled) {
    if (this.range === null || this.coded === null) return;
    const to = Number(this.range.value);
    this.set(write(moved(this.coded, to, this.slider)), settled);
  }

  /** @param {boolean} settled */
  typed(settled) {
    const text = this.field.value.trim();
    const range = parse(text);
    const wrong = text !== "" && (range === null || range.low < this.slider.least);
    this.field.setAttribute("aria-invalid", String(wrong));
    if (wrong) return;
    // What was never coded may be left empty; what was coded comes back.
    if (range !== null) this.set(write(range), settled);
    else if (settled) this.onChange(null, true);
  }

  ended() {
    const of = (/** @type {"low" | "mode" | "high"} */ name) => this.limits[name].value.trim();
    const text =
      of("low") === of("high")
        ? of("low")
        : of("mode") === ""
          ? `${of("low")} to ${of("high")}`
          : `${of("low")}..${of("mode")}..${of("high")}`;
    const range = parse(text);
    for (const field of Object.values(this.limits)) field.setAttribute("aria-invalid", String(range === null));
    if (range !== null) this.set(write(range), true);
  }

  /**
   * @param {string} text
   * @param {boolean} settled
   */
  set(text, settled) {
    this.onChange(text, settled);
  }
}
