// @ts-check
// Numbers that say how sure they are: 40, 30 to 50, 30..40..60.
// The grammar is that of `winset.case.ranges`; tests/ranges.json is read by both.

/**
 * @typedef {object} Range
 * @property {number} low
 * @property {number | null} mode null where every value is as likely
 * @property {number} high
 */

// What Python takes for white space; JavaScript's own `\s` is another set.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const EXPONENT = "(?:[eE][+-]?\\p{Nd}+)?";
const NUMBER = `[+-]?(?:\\p{Nd}+(?:\\.\\p{Nd}*)?|\\.\\p{Nd}+)${EXPONENT}`;
// Two dots separate the parts, so a part may not end in a bare dot there.
const PART = `[+-]?(?:\\p{Nd}+(?:\\.\\p{Nd}+)?|\\.\\p{Nd}+)${EXPONENT}`;
const BETWEEN = `${SPACE}*\\.\\.${SPACE}*`;
const ENDS = new RegExp(`^${SPACE}+|${SPACE}+$`, "gu");
const INFINITE = /^([+-]?)[iI][nN][fF]$/u;
const POINT = new RegExp(`^(${NUMBER})$`, "u");
const UNIFORM = new RegExp(`^(${NUMBER})${SPACE}+[tT][oO]${SPACE}+(${NUMBER})$`, "u");
const TRIANGULAR = new RegExp(`^(${PART})${BETWEEN}(${PART})${BETWEEN}(${PART})$`, "u");
const DIGIT = /\p{Nd}/u;

/**
 * Returns the range that a text writes; null for a text that writes none.
 * @param {string} text
 * @returns {Range | null}
 */
export function parse(text) {
  const words = text.replace(ENDS, "");
  const infinite = INFINITE.exec(words);
  if (infinite !== null) return single(infinite[1] === "-" ? -Infinity : Infinity);
  const match = POINT.exec(words) ?? UNIFORM.exec(words) ?? TRIANGULAR.exec(words);
  if (match === null) return null;
  const numbers = match.slice(1).map(value);
  if (!numbers.every(Number.isFinite)) return null; // larger than a computer can hold
  if (numbers.length === 1) return single(numbers[0]);
  const [low, high] = [numbers[0], numbers[numbers.length - 1]];
  const mode = numbers.length === 3 ? numbers[1] : null;
  if (low > high || (mode !== null && (mode < low || mode > high))) return null;
  return { low, mode: low === high ? low : mode, high };
}

/**
 * @param {number} value
 * @returns {Range}
 */
function single(value) {
  return { low: value, mode: value, high: value };
}

/**
 * The number that a text writes, whatever the script of its digits.
 * @param {string} text
 */
function value(text) {
  return Number(text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0))));
}

/**
 * Digits stand in runs of ten, nought first; a run begins where no digit stands before.
 * @param {number} code
 */
function digitValue(code) {
  let first = code;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

/**
 * @param {Range} range
 * @returns {string}
 */
export function write({ low, mode, high }) {
  if (low === high) return number(low);
  return mode === null ? `${number(low)} to ${number(high)}` : [low, mode, high].map(number).join("..");
}

/**
 * @param {number} value
 * @returns {string}
 */
export function number(value) {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return String(Number(value.toPrecision(10)));
}

/** @param {Range} range */
export const middle = (range) => range.mode ?? (range.low + range.high) / 2;

/**
 * Moves the whole range so that its middle stands at `to`, its shape unchanged, inside the ends.
 * @param {Range} range
 * @param {number} to
 * @param {{ least: number, most: number, step: number }} slider
 * @returns {Range}
 */
export function moved(range, to, { least, most, step }) {
  const by = to - middle(range);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)) + 1);
  const inside = (/** @type {number} */ value) =>
    Number(Math.min(Math.max(value + by, least), most).toFixed(decimals));
  return {
    low: inside(range.low),
    mode: range.mode === null ? null : inside(range.mode),
    high: inside(range.high),
  };
}
