import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, viewQuery } from "../../src/winset/web/static/js/address.js";
import { Latest, Refusal } from "../../src/winset/web/static/js/api.js";
import { withAssumed } from "../../src/winset/web/static/js/assumed.js";
import { figure, onScale, percent } from "../../src/winset/web/static/js/dom.js";
import { entriesOf } from "../../src/winset/web/static/js/entries.js";
import { length } from "../../src/winset/web/static/js/offsets.js";
import { slug } from "../../src/winset/web/static/js/slug.js";

test("a share is a whole per cent, and is never rounded to certainty", () => {
  assert.deepEqual([0, 0.004, 0.005, 0.5, 0.994, 0.999, 1, null].map(percent), [
    "0 %", "under 1 %", "1 %", "50 %", "99 %", "over 99 %", "100 %", "–",
  ]);
});

test("a point of a scale has as many digits as a hundredth of the scale is worth", () => {
  assert.equal(onScale(42.123, { bottom: 0, top: 100 }), "42");
  assert.equal(onScale(0.42123, { bottom: 0, top: 1 }), "0.42");
  assert.equal(onScale(1234567, { bottom: 0, top: 2e6 }), "1,234,567");
  assert.equal(onScale(null, { bottom: 0, top: 1 }), "–");
  assert.equal(figure(12345.678), "12,350");
});

test("an id is made of the letters and digits of a title", () => {
  assert.equal(slug("  Who gets the Pie?  "), "who-gets-the-pie");
  assert.equal(slug("Élysée – 2015"), "elysee-2015");
});

test("the length of a text counts characters as the files do", () => {
  assert.equal(length("a𝛼ü"), 3);
  assert.equal("a𝛼ü".length, 4);
});

test("a number that is only assumed is marked as such", () => {
  const stance = { salience: "50", influence: "100", note: "early [assumed: salience]" };
  assert.equal(withAssumed(stance, "salience"), "50 (assumed)");
  assert.equal(withAssumed(stance, "influence"), "100");
  assert.equal(withAssumed({}, "price"), "");
});

test("the address leaves out what is usual and holds every change", () => {
  globalThis.location = { pathname: "/cases/own/pie" };
  const state = {
    issue: "pie", actor: "ann", model: "mean", scenario: "base", picked: false,
    changes: { "position:ann:pie": "30 to 50" },
  };
  const usual = { issue: "pie", model: "two-level", scenario: "base" };
  assert.equal(addressOf(state, usual), "/cases/own/pie?model=mean&set=position%3Aann%3Apie%3A30+to+50");
  assert.equal(viewQuery(state), "issue=pie&model=mean&scenario=base&set=position%3Aann%3Apie%3A30+to+50");
});

const row = (more) => ({ id: "s1", start: 3, end: 9, coder: "rules", status: "proposed", cells: { kind: "position" }, ...more });

test("a coder sees the proposal and the own row, and those of others only when asked", () => {
  const rows = [row(), row({ coder: "noor", status: "accepted" }), row({ coder: "max", status: "rejected" })];
  const [entry] = entriesOf(rows, "noor", false);
  assert.equal(entry.status, "accepted");
  assert.equal(entry.open, false);
  assert.deepEqual(entry.others, []);
  assert.equal(entriesOf(rows, "noor", true)[0].others[0].coder, "max");
  assert.equal(entriesOf([row()], "noor", false)[0].open, true);
});

test("statements stand in the order of the text, the shorter first", () => {
  const rows = [row({ id: "b", start: 5 }), row({ id: "c", start: 3, end: 20 }), row({ id: "a", start: 3, end: 8 })];
  assert.deepEqual(entriesOf(rows, "", false).map(({ id }) => id), ["a", "c", "b"]);
});

test("of many questions only the newest is asked while one is under way", async () => {
  const asked = [];
  let release;
  const latest = new Latest(async (what) => {
    asked.push(what);
    if (what === 1) await new Promise((done) => (release = done));
  });
  for (const what of [1, 2, 3]) latest.ask(what);
  release();
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(asked, [1, 3]);
});

test("a refusal reads as the sentence and every problem of it", () => {
  const refusal = new Refusal(422, { error: "2 problems.", problems: [{ text: "one" }, { text: "two" }] });
  assert.equal(refusal.words, "2 problems.\none\ntwo");
  assert.equal(new Refusal(500, {}).words, "The workbench sent no answer.");
});
