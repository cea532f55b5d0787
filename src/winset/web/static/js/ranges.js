// Numbers that say how sure they are: 40, 30 to 50, 30..40..60.

const NUMBER = "[+-]?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+)?";
const POINT = new RegExp(`^(${NUMBER}|inf)$`, "i");
const UNIFORM = new RegExp(`^(${NUMBER})\\s+to\\s+(${NUMBER})$`, "i");
const TRIANGLE = new RegExp(`^(${NUMBER})\\s*\\.\\.\\s*(${NUMBER})\\s*\\.\\.\\s*(${NUMBER})$`);

// Returns { low, mode, high }, mode null where all is as likely; null for no range at all.
export function parse(text) {
  const said = text.trim();
  let found = POINT.exec(said);
  if (found !== null) {
    const value = /^inf$/i.test(found[1]) ? Infinity : Number(found[1]);
    return { low: value, mode: value, high: value };
  }
  found = UNIFORM.exec(said);
  if (found !== null) return ordered(Number(found[1]), null, Number(found[2]));
  found = TRIANGLE.exec(said);
  if (found !== null) return ordered(Number(found[1]), Number(found[2]), Number(found[3]));
  return null;
}

function ordered(low, mode, high) {
  if (low > high || (mode !== null && (mode < low || mode > high))) return null;
  return { low, mode: low === high ? low : mode, high };
}

export function write({ low, mode, high }) {
  if (low === high) return number(low);
  return mode === null ? `${number(low)} to ${number(high)}` : [low, mode, high].map(number).join("..");
}

export const number = (value) =>
  value === Infinity ? "inf" : String(Number(value.toPrecision(10)));

export const middle = (range) => range.mode ?? (range.low + range.high) / 2;

// Moves the whole range so that its middle stands at `to`, its shape kept, inside the ends.
export function moved(range, to, { least, most, step }) {
  const by = to - middle(range);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)) + 1);
  const inside = (value) =>
    Number(Math.min(Math.max(value + by, least), most).toFixed(decimals));
  return {
    low: inside(range.low),
    mode: range.mode === null ? null : inside(range.mode),
    high: inside(range.high),
  };
}
