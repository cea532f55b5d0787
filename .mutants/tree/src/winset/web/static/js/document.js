// The page of a document: reading it, walking its statements, coding words of it.

import { ActorForm } from "./actor.js";
import { Refusal, send } from "./api.js";
import { Card } from "./card.js";
import { Coder } from "./coder.js";
import { Deciding } from "./deciding.js";
import { byId, show } from "./dom.js";
import { entriesOf } from "./entries.js";
import { Keys } from "./keys.js";
import { leaveNotice, showNotice } from "./notice.js";
import { selected } from "./offsets.js";
import { watch } from "./ready.js";
import { Slip } from "./slip.js";
import { DocumentText } from "./text.js";

const SPAN = /^(\d+)-(\d+)$/;

class Reading {
  constructor(given) {
    this.given = given;
    this.document = given.document;
    this.text = new DocumentText(byId("text"), this.document, (keys) => this.clicked(keys));
    this.coder = new Coder(given.names, () => this.show());
    this.card = new Card(given, (entry) => this.addActor(entry));
    this.slip = new Slip(given);
    this.actors = new ActorForm(given, (done) => this.actorAdded(done));
    this.deciding = new Deciding({
      address: given.address,
      document: this.document,
      coder: this.coder,
      onSaved: (saved, what) => this.saved(saved, what),
      onStale: (told) => this.fresh(told),
    });
    this.now = "";
    this.wire();
    this.open(new URLSearchParams(location.search));
  }

  wire() {
    const act = (id, what) => byId(id).addEventListener("click", () => this.attempt(what));
    this.actions = {
      a: () => this.decide("accept"),
      r: () => this.decide("reject"),
      e: () => this.edit(),
      u: () => this.undo(),
      j: () => this.walk(1),
      k: () => this.walk(-1),
      J: () => this.walk(1, true),
      K: () => this.walk(-1, true),
      n: () => this.code(),
    };
    const buttons = { accept: "a", reject: "r", edit: "e", undo: "u", following: "j", previous: "k", here: "n" };
    for (const [id, key] of Object.entries(buttons)) act(id, this.actions[key]);
    byId("others").addEventListener("change", () => this.show());
    new Keys({
      actions: this.actions,
      attempt: (what) => this.attempt(what),
      sentence: (step, further) => this.sentence(step, further),
      busy: () => this.slip.open,
    });
    // A press on the button must not take the selection away that it is about.
    byId("here").addEventListener("pointerdown", (event) => event.preventDefault());
    document.addEventListener("selectionchange", () => this.offer());
  }

  // What the address asks for: a statement, a stretch, or the first statement to decide.
  open(query) {
    const wanted = query.get("statement");
    const rows = this.document.statements.filter((row) => row.id === wanted);
    this.show();
    if (rows.length > 0 && this.entry(wanted) === null) {
      byId("others").checked = true;
      this.show();
    }
    const at = SPAN.exec(query.get("at") ?? "");
    if (this.entry(wanted)) this.choose(wanted);
    else if (at !== null) this.light({ start: Number(at[1]), end: Number(at[2]) });
    else this.choose((this.entries.find((entry) => entry.open) ?? this.entries[0])?.key ?? "", false);
    document.body.dataset.ready = "yes";
  }

  entry(key) {
    return this.entries.find((entry) => entry.key === key) ?? null;
  }

  // Says what went wrong, and does one thing after the other.
  attempt(what) {
    return this.deciding.after(async () => {
      show(byId("trouble"), "");
      try {
        await what();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        show(byId("trouble"), error.words);
      }
    });
  }

  fresh(told) {
    this.document = { ...this.document, statements: told.statements };
    this.show();
  }

  show() {
    this.entries = entriesOf(this.document.statements, this.coder.name, byId("others").checked);
    if (this.entry(this.now) === null) this.now = "";
    this.text.show(this.entries.filter((entry) => entry.row.intact), this.now);
    this.card.list(this.entries, (key) => this.choose(key));
    byId("others").parentElement.hidden = this.coder.name === "";
    this.showChosen();
  }

  showChosen() {
    const entry = this.entry(this.now);
    this.text.choose(this.now);
    this.card.show(entry);
    this.card.choose(this.now);
    const own = entry !== null && (this.coder.name === "" || entry.mine !== null || entry.proposal !== null);
    const mine = entry?.mine?.status;
    byId("accept").disabled = !own || mine === "accepted";
    byId("edit").disabled = !own;
    byId("reject").disabled = !own || entry.proposal === null || mine === "rejected";
  }

  choose(key, scroll = true) {
    this.now = key;
    this.text.mark(null);
    this.showChosen();
    const query = new URLSearchParams(location.search);
    query.delete("at");
    if (key === "") query.delete("statement");
    else query.set("statement", key);
    history.replaceState(null, "", `${location.pathname}${query.size === 0 ? "" : `?${query}`}`);
    const piece = key === "" ? null : this.text.first(key);
    if (scroll && piece !== null) piece.scrollIntoView({ block: "center" });
  }

  // Of several statements under a click, each click chooses the next.
  clicked(keys) {
    this.choose(keys[(keys.indexOf(this.now) + 1) % keys.length], false);
  }

  light(span) {
    this.text.mark(span);
    this.text.first(null)?.scrollIntoView({ block: "center" });
  }

  walk(step, open = false) {
    const among = open ? this.entries.filter((entry) => entry.open || entry.key === this.now) : this.entries;
    const at = among.findIndex((entry) => entry.key === this.now);
    const next = among[at < 0 ? 0 : at + step];
    if (next === undefined) {
      byId("saved").textContent = step > 0 ? "That was the last one here." : "That is the first one here.";
    } else this.choose(next.key);
  }

  async decide(verdict) {
    const key = this.now;
    if (key === "" || !(await this.coder.known())) return;
    const entry = this.held(key);
    if (entry === null || (verdict === "reject" && entry.proposal === null)) return;
    const waited = entry.open;
    const saved = await this.deciding.decide(entry, verdict);
    if (saved && waited && this.now === key) this.onwards(key);
  }

  // The statement `key`, if it is the coder's to decide on: proposed, or their own.
  held(key) {
    const entry = this.entry(key);
    if (entry !== null && (entry.proposal !== null || entry.mine !== null)) return entry;
    show(byId("trouble"), "Another coder coded these words. Select them to code them yourself.");
    return null;
  }

  // To the next one that waits, if there is one after this.
  onwards(key) {
    const at = this.entries.findIndex((entry) => entry.key === key);
    const next = this.entries.slice(at + 1).find((entry) => entry.open) ?? this.entries.find((entry) => entry.open);
    if (next !== undefined) this.choose(next.key);
  }

  async edit() {
    const key = this.now;
    if (key === "" || !(await this.coder.known())) return;
    const entry = this.held(key);
    if (entry === null) return;
    const base = entry.proposal ?? entry.mine;
    this.slip.ask({
      title: "Accept with changes",
      words: entry.row.words,
      fields: entry.row.cells,
      near: this.place(this.text.first(key)),
      onSave: (fields) => {
        const changes = Object.entries(fields).filter(([name, text]) => text !== base.cells[name]);
        return this.deciding.after(async () => {
          const saved = await this.deciding.decide(this.entry(key) ?? entry, "accept", Object.fromEntries(changes));
          if (saved && entry.open) this.onwards(key);
          return true;
        });
      },
    });
  }

  place(element) {
    return (element ?? byId("text")).getBoundingClientRect();
  }

  // The words selected, or else the current sentence.
  async code() {
    const span = selected(byId("text"), this.text.end) ?? this.text.sentence;
    if (this.document.digest === "") {
      show(byId("trouble"), "The text is not stored, so there are no words to code.");
      return;
    }
    if (span === null) {
      show(byId("trouble"), "Select words first, or move to a sentence with ← and →.");
      return;
    }
    const rects = getSelection().rangeCount > 0 && !getSelection().isCollapsed
      ? getSelection().getRangeAt(0).getBoundingClientRect()
      : this.place(this.text.first(null));
    if (!(await this.coder.known())) return;
    byId("here").hidden = true;
    this.text.mark(span);
    getSelection().removeAllRanges();
    const before = this.entry(this.now)?.row.cells;
    this.slip.ask({
      title: "Code these words",
      words: this.text.words(span),
      fields: { kind: "position", speaker: before?.speaker ?? "", issue: before?.issue ?? "" },
      near: rects,
      onSave: (fields) => this.deciding.after(() => this.deciding.make(span, fields)),
    });
  }

  undo() {
    return this.coder.known().then((known) => known && this.deciding.undo((id) => this.entry(id)));
  }

  saved(saved, what) {
    if (saved.copied !== "") {
      leaveNotice(saved.copied);
      location.assign(`${saved.case.address}/evidence/${saved.document}?statement=${saved.id}`);
      return;
    }
    const here = saved.document === this.document.id;
    const where = here ? "" : ` in “${saved.document}”`;
    if (here) {
      this.document = { ...this.document, statements: saved.statements };
      if (what === "coded") this.now = saved.id;
      this.show();
      if (what === "undone" && this.entry(saved.id) !== null) this.choose(saved.id);
      if (what === "coded") this.choose(saved.id, false);
    }
    byId("saved").textContent = `Saved: ${what} ${saved.id}${where}. ${saved.left} still to decide in this case.`;
  }

  sentence(step, further) {
    const top = this.document.blocks[this.shownFirst()]?.start ?? 0;
    const start = this.entry(this.now)?.start ?? top;
    const [from, next] = [this.text.sentence, this.text.beside(step, start)];
    if (next === null) return;
    const span =
      further && from !== null
        ? { start: Math.min(from.start, next.start), end: Math.max(from.end, next.end) }
        : { ...next };
    this.text.mark(span);
    this.text.first(null)?.scrollIntoView({ block: "nearest" });
  }

  // The first paragraph in the window.
  shownFirst() {
    return this.text.elements.findIndex((block) => block.getBoundingClientRect().bottom > 0);
  }

  // A button at the words selected.
  offer() {
    const span = this.document.digest === "" || this.slip.open ? null : selected(byId("text"), this.text.end);
    const button = byId("here");
    button.hidden = span === null;
    if (span === null) return;
    const rects = getSelection().getRangeAt(0).getClientRects();
    const last = rects[rects.length - 1];
    if (last === undefined) return;
    const frame = button.parentElement.getBoundingClientRect();
    button.style.setProperty("top", `${last.bottom - frame.top + 6}px`);
    button.style.setProperty("left", `${Math.max(0, Math.min(last.right - frame.left, frame.width) - 180)}px`);
  }

  addActor(entry) {
    this.actors.ask({ name: entry.row.name, issue: entry.row.cells.issue, position: entry.row.cells.value });
  }

  // Those who speak are known by another name now: propose again, and load the page again.
  async actorAdded({ address, id, words }) {
    const { document } = this.given;
    let again = "";
    try {
      const told = await send(`/api${address}/documents/${document.id}/proposals`);
      again = ` The text was searched again: ${told.changed} proposals changed, ${told.added} new.`;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      again = ` ${error.words}`;
    }
    leaveNotice(`${id} is now an actor.${again} ${words}`);
    const query = new URLSearchParams(location.search);
    if (this.now !== "") query.set("statement", this.now);
    location.assign(`${address}/evidence/${document.id}?${query}`);
    if (address === this.given.address) location.reload();
  }
}

showNotice();
watch();
new Reading(JSON.parse(byId("payload").textContent));
