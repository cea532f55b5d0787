// Statements as a reader sees them: one entry an id, with the rows of all who read it.

// `coder` "" reads what everybody decided; a coder sees proposals and their own rows, and those of
// others only when `others` is true.
export function entriesOf(statements, coder, others) {
  const byId = new Map();
  for (const row of statements) {
    if (!byId.has(row.id)) byId.set(row.id, []);
    byId.get(row.id).push(row);
  }
  const made = [];
  for (const [id, rows] of byId) {
    const proposal = rows.find((row) => row.status === "proposed") ?? null;
    const decided = rows.filter((row) => row.status !== "proposed");
    const mine = decided.find((row) => row.coder === coder) ?? null;
    const theirs = decided.filter((row) => row !== mine);
    const shown = coder === "" || others ? theirs : [];
    const own = coder === "" ? (shown.find((row) => row.status === "accepted") ?? shown[0]) : mine;
    const row = own ?? proposal ?? shown[0];
    if (!row) continue;
    made.push({
      key: id,
      id,
      row,
      mine,
      proposal,
      others: shown.filter((other) => other !== row),
      start: row.start,
      end: row.end,
      status: row.status,
      kind: row.cells.kind,
      open: coder !== "" && proposal !== null && mine === null,
    });
  }
  return made.sort((a, b) => a.start - b.start || a.end - b.end || (a.id < b.id ? -1 : 1));
}
