// Shows the decision that is chosen, and sorts and searches the table of all.
{
  const decisions = read("data");
  const place = document.getElementById("detail-chart");
  const scatter = document.querySelector('[data-specification="specification-scatter"]');
  const body = document.querySelector("#issues tbody");
  const rows = [...body.rows];
  const views = { detail: null, scatter: null };
  let chosen = 0;

  const cell = (name, text) => {
    const element = document.createElement(name);
    element.textContent = text;
    if (name === "th") element.scope = "row";
    else element.className = "number";
    return element;
  };
  const line = (who, ...numbers) => {
    const row = document.createElement("tr");
    row.append(cell("th", who), ...numbers.map((text) => cell("td", text)));
    return row;
  };

  const fill = () => {
    const decision = decisions[chosen];
    const actors = decision.a.map(([name, at, x, y, weight]) => ({ name, at, x, y, weight }));
    const models = decision.m.map(([name, x, low, high, y]) => ({ name, x, low, high, y }));
    const forecasts = models.map((m) => `${m.name} forecast ${m.x}, ${m.low} to ${m.high}`);
    document.getElementById("detail-title").textContent = `${decision.i}: ${decision.t}`;
    place.setAttribute(
      "aria-label",
      `${decision.i}: the outcome is ${decision.o} of 100; ${forecasts.join("; ")}.`,
    );
    document
      .querySelector("#detail-table tbody")
      .replaceChildren(
        line("Outcome", decision.o, "", "", ""),
        ...models.map((m) => line(m.name, m.x, m.low, m.high, "")),
        ...actors.map((a) => line(a.name, a.at, "", "", a.weight)),
      );
    for (const row of rows) {
      const own = Number(row.dataset.number) === chosen;
      row.classList.toggle("chosen", own);
      const button = row.querySelector("button");
      if (own) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (views.detail !== null) {
      const { y, end } = views.detail.data("outcome")[0];
      views.detail
        .data("actors", actors)
        .data("models", models)
        .data("outcome", [{ x: decision.o, y, end }])
        .runAsync();
    }
    if (views.scatter !== null) views.scatter.signal("chosen", chosen).runAsync();
  };

  const choose = (number, { remember = true } = {}) => {
    chosen = number;
    fill();
    if (remember) history.replaceState(null, "", `#decision=${chosen + 1}`);
  };
  const named = () => {
    const match = /^#decision=(\d+)$/.exec(location.hash);
    const number = match === null ? -1 : Number(match[1]) - 1;
    return number >= 0 && number < decisions.length ? number : null;
  };

  const onceDrawn = (chart, then) => {
    // It may have been drawn before this script was read, and is drawn again at another width.
    if (chart.view !== undefined) then(chart.view);
    chart.addEventListener("drawn", () => then(chart.view));
  };
  window.addEventListener("hashchange", () => {
    if (named() !== null) choose(named(), { remember: false });
  });

  const visible = () => [...body.rows].filter((row) => !row.hidden);
  const step = (from, by) => {
    const shown = visible();
    const at = shown.findIndex((row) => Number(row.dataset.number) === from);
    return shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
  };
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row !== null) choose(Number(row.dataset.number));
  });
  body.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("tr");
    if (by === undefined || row === null) return;
    event.preventDefault();
    const next = step(Number(row.dataset.number), by);
    next.querySelector("button").focus();
    choose(Number(next.dataset.number));
  });
  for (const [id, by] of [["before", -1], ["after", 1]]) {
    document.getElementById(id).addEventListener("click", () => {
      const next = step(chosen, by);
      if (next !== undefined) choose(Number(next.dataset.number));
    });
  }

  const find = document.getElementById("find");
  const search = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const count = visible().length;
    document.getElementById("found").textContent =
      words.length > 0 ? `${count} of ${rows.length}` : "";
  };
  find.addEventListener("input", search);

  const compare = new Intl.Collator("en", { numeric: true }).compare;
  for (const button of document.querySelectorAll("#issues thead button")) {
    button.addEventListener("click", () => {
      const heading = button.closest("th");
      const falling = heading.getAttribute("aria-sort") === "ascending";
      for (const other of document.querySelectorAll("#issues thead th")) {
        other.removeAttribute("aria-sort");
      }
      heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const column = Number(button.dataset.column);
      const key = (row) => row.cells[column].textContent;
      // Rows without a value come last, whichever way the rest is sorted.
      body.append(
        ...rows.sort((one, other) => {
          if (key(one) === "" || key(other) === "") return key(one) === "" ? 1 : -1;
          return compare(key(one), key(other)) * (falling ? -1 : 1);
        }),
      );
    });
  }

  choose(named() ?? 0, { remember: false });
  onceDrawn(place, (view) => {
    views.detail = view;
    fill();
  });
  if (scatter !== null) {
    onceDrawn(scatter, (view) => {
      views.scatter = view;
      view.addEventListener("click", (_, item) => {
        if (item?.datum?.d !== undefined) choose(item.datum.d);
      });
      fill();
    });
  }
}
