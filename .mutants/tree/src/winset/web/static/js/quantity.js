// One quantity that can be moved: a number field, a slider beside the coded value, and its range.

import { at, el, figure } from "./dom.js";
import { middle, moved, number, parse, write } from "./ranges.js";

let count = 0;

export class Quantity {
  // `onChange(text, settled)` hears the new text; null takes the change back.
  constructor(slider, onChange) {
    this.slider = slider;
    this.onChange = onChange;
    this.coded = parse(slider.text);
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
      this.slides() ? this.slide(id) : null,
      el("div", { class: "foot" }, this.note, this.back),
      this.ends(id),
    );
    this.put(null);
  }

  slides() {
    return this.coded !== null && Number.isFinite(this.coded.high);
  }

  slide(id) {
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
    this.belief = el("span", { class: "belief", "aria-hidden": "true" });
    const mark = el("span", { class: "mark", "aria-hidden": "true", title: `coded: ${this.slider.text}` });
    at(mark, { left: this.place(middle(this.coded)) });
    return el("div", { class: "slide" }, mark, this.belief, this.range);
  }

  // Where a value stands under the slider, whose thumb is about a rem wide.
  place(value) {
    const { least, most } = this.slider;
    const share = (Math.min(Math.max(value, least), most) - least) / (most - least);
    return `calc(.5rem + ${share} * (100% - 1rem))`;
  }

  ends(id) {
    this.limits = {};
    const fields = ["low", "mode", "high"].map((name) => {
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

  // Shows `text`; null stands for the coded one.
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
    for (const name of ["low", "mode", "high"]) {
      const value = range[name];
      this.limits[name].value = value === null ? "" : number(value);
    }
    if (this.range === undefined) return;
    this.range.value = middle(range);
    this.range.setAttribute("aria-valuetext", this.text);
    const [from, to] = [this.place(range.low), this.place(range.high)];
    at(this.belief, { left: from, width: `calc(${to} - ${from})` });
  }

  slid(settled) {
    const to = Number(this.range.value);
    this.set(write(moved(this.coded, to, this.slider)), settled);
  }

  typed(settled) {
    const said = this.field.value.trim();
    const range = said === "" ? null : parse(said);
    const wrong = said !== "" && (range === null || range.low < this.slider.least);
    this.field.setAttribute("aria-invalid", wrong);
    if (wrong) return;
    // What was never coded may be left empty; what was coded comes back.
    if (said === "") {
      if (settled) this.onChange(null, true);
      return;
    }
    this.set(write(range), settled);
  }

  ended() {
    const of = (name) => this.limits[name].value.trim();
    const text =
      of("low") === of("high")
        ? of("low")
        : of("mode") === ""
          ? `${of("low")} to ${of("high")}`
          : `${of("low")}..${of("mode")}..${of("high")}`;
    const wrong = parse(text) === null;
    for (const field of Object.values(this.limits)) field.setAttribute("aria-invalid", wrong);
    if (!wrong) this.set(write(parse(text)), true);
  }

  set(text, settled) {
    this.onChange(text, settled);
  }
}
