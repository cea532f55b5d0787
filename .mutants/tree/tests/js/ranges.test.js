import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { middle, moved, number, parse, write } from "../../src/winset/web/static/js/ranges.js";

const table = JSON.parse(readFileSync(new URL("../ranges.json", import.meta.url), "utf8"));
const wanted = (value) => ({ inf: Infinity, "-inf": -Infinity })[value] ?? value;

for (const { text, range } of table) {
  test(`${JSON.stringify(text).slice(0, 60)} is ${range === null ? "refused" : "read as Python reads it"}`, () => {
    const read = parse(text);
    const numbers = read === null ? null : [read.low, read.mode, read.high].map((value) => value && value + 0);
    assert.deepEqual(numbers?.map((value) => (value === 0 ? 0 : value)) ?? null, range?.map(wanted) ?? null);
  });
}

test("writing and reading a range gives it back", () => {
  for (const text of ["40", "-0.5", "30 to 50", "30..40..60", "inf", "-inf", "1e+30"]) {
    const range = parse(text);
    assert.deepEqual(parse(write(range)), range);
  }
});

test("an infinite number is written as the case files write it", () => {
  assert.equal(number(Infinity), "inf");
  assert.equal(number(-Infinity), "-inf");
});

test("the middle of a range is its likeliest value, or half way between its ends", () => {
  assert.equal(middle(parse("30..40..60")), 40);
  assert.equal(middle(parse("30 to 50")), 40);
});

test("a moved range has the same shape, and no part of it leaves the slider", () => {
  const slider = { least: 0, most: 100, step: 1 };
  assert.deepEqual(moved(parse("30..40..60"), 50, slider), parse("40..50..70"));
  assert.deepEqual(moved(parse("30 to 50"), 45, slider), parse("35 to 55"));
  assert.deepEqual(moved(parse("30..40..60"), 95, slider), parse("85..95..100"));
});
