// Numbers that nobody coded: a stance's note marks them, “[assumed: salience, influence]”.

// Returns the number of a stance as text, with a word beside it where it is assumed.
export function withAssumed(stance, quantity) {
  const value = stance[quantity] ?? "";
  const marked = /\[assumed: ([a-z_, ]*)\]/.exec(stance.note ?? "");
  const assumed = marked !== null && marked[1].split(",").some((name) => name.trim() === quantity);
  return assumed && value !== "" ? `${value} (assumed)` : value;
}
