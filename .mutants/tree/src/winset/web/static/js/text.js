// The text of a document: paragraphs, cut where statements begin and end. Text only, never markup.

import { el } from "./dom.js";
import { length } from "./offsets.js";

const SIGNS = { proposed: "?", accepted: "✓", rejected: "✕" };

export class DocumentText {
  // `blocks` come from the server; `sentences` is a flat list of starts and ends.
  constructor(article, { blocks, sentences }, onChoose) {
    this.article = article;
    this.blocks = blocks.map((block) => ({ ...block, end: block.start + length(block.text) }));
    this.sentences = [];
    for (let k = 0; k < sentences.length; k += 2) {
      this.sentences.push({ start: sentences[k], end: sentences[k + 1] });
    }
    this.elements = this.blocks.map((block) =>
      el("p", { class: `block ${block.role}`, dir: "auto", "data-start": block.start }, block.text),
    );
    article.replaceChildren(...this.elements);
    this.entries = [];
    this.cut = new Set(); // numbers of blocks that are not one piece
    this.now = "";
    this.sentence = null;
    article.addEventListener("click", (event) => {
      const keys = event.target.closest?.("[data-keys]")?.dataset.keys.split(" ");
      if (keys && getSelection().isCollapsed) onChoose(keys);
    });
  }

  get end() {
    return this.blocks.at(-1)?.end ?? 0;
  }

  words(span) {
    return this.blocks
      .filter((block) => block.start < span.end && span.start < block.end)
      .map((block) => {
        const letters = Array.from(block.text);
        return letters.slice(Math.max(0, span.start - block.start), span.end - block.start).join("");
      })
      .join(" ");
  }

  // Entries are statements: { key, start, end, status, kind }.
  show(entries, now) {
    this.entries = entries;
    this.now = now;
    const touched = new Set(entries.flatMap((entry) => this.touched(entry)));
    for (const k of this.cut) if (!touched.has(k)) this.whole(k);
    for (const k of touched) this.pieces(k);
    if (this.sentence !== null) this.mark(this.sentence);
  }

  choose(now) {
    this.now = now;
    for (const piece of this.article.querySelectorAll("[data-keys]")) {
      piece.classList.toggle("now", piece.dataset.keys.split(" ").includes(now));
    }
  }

  // The numbers of the blocks that a span touches.
  touched({ start, end }) {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.blocks[middle].end <= start) low = middle + 1;
      else high = middle;
    }
    const found = [];
    for (let k = low; k < this.blocks.length && this.blocks[k].start < end; k += 1) found.push(k);
    return found;
  }

  whole(k) {
    this.elements[k].replaceChildren(this.blocks[k].text);
    this.cut.delete(k);
  }

  pieces(k) {
    const block = this.blocks[k];
    const here = this.entries.filter((e) => e.start < block.end && block.start < e.end);
    const sentence = this.sentence;
    const lit = sentence !== null && sentence.start < block.end && block.start < sentence.end;
    if (here.length === 0 && !lit) {
      this.whole(k);
      return;
    }
    const inside = (offset) => Math.min(Math.max(offset, block.start), block.end);
    const spans = lit ? [...here, sentence] : here;
    const cuts = new Set([block.start, block.end, ...spans.flatMap((s) => [inside(s.start), inside(s.end)])]);
    const places = [...cuts].sort((a, b) => a - b);
    const letters = Array.from(block.text);
    const made = [];
    for (let c = 0; c + 1 < places.length; c += 1) {
      const [from, to] = [places[c], places[c + 1]];
      const words = letters.slice(from - block.start, to - block.start).join("");
      const over = here.filter((e) => e.start < to && from < e.end);
      const current = lit && sentence.start < to && from < sentence.end;
      made.push(this.piece(words, over, from, current));
    }
    this.elements[k].replaceChildren(...made);
    this.cut.add(k);
  }

  piece(words, over, from, current) {
    if (over.length === 0 && !current) return document.createTextNode(words);
    const classes = ["piece"];
    if (current) classes.push("sentence-now");
    if (over.length === 0) return el("span", { class: classes.join(" ") }, words);
    // The shortest statement is the innermost one: its looks win.
    const inner = over.reduce((a, b) => (b.end - b.start < a.end - a.start ? b : a));
    classes.push("coded", inner.status);
    if (over.length > 1) classes.push("several");
    if (over.some((entry) => entry.key === this.now)) classes.push("now");
    const begun = over.filter((entry) => entry.start === from);
    return el(
      "span",
      {
        class: classes.join(" "),
        "data-keys": over.map((entry) => entry.key).join(" "),
        "data-tag": begun.map((entry) => `${SIGNS[entry.status]} ${entry.kind}`).join(", ") || null,
      },
      words,
    );
  }

  // Makes `span` the current sentence; null for none.
  mark(span) {
    const before = this.sentence === null ? [] : this.touched(this.sentence);
    this.sentence = span;
    const after = span === null ? [] : this.touched(span);
    for (const k of new Set([...before, ...after])) this.pieces(k);
  }

  // The sentence `step` after the current one; from `place` where there is none.
  beside(step, place) {
    const at = this.sentence?.start ?? place;
    let k = this.sentences.findIndex((s) => s.end > at);
    if (k < 0) k = this.sentences.length - 1;
    if (this.sentence !== null) k += step;
    return this.sentences[Math.min(Math.max(k, 0), this.sentences.length - 1)] ?? null;
  }

  elementAt(offset) {
    const [k] = this.touched({ start: offset, end: offset + 1 });
    return this.elements[k ?? 0];
  }

  // The first piece of a statement, or of the current sentence.
  first(key) {
    const name = key === null ? ".sentence-now" : `[data-keys~="${CSS.escape(key)}"]`;
    return this.article.querySelector(name);
  }
}
