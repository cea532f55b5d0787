// The forecast over time: one picture and its table.

import { Refusal, send } from "./api.js";
import { Charts, whenResized } from "./charts.js";
import { byId, show } from "./dom.js";
import { watch } from "./ready.js";

const given = JSON.parse(byId("payload").textContent);
const charts = new Charts(["timeline"], new Set(), () => {});
watch();
try {
  const ask = () =>
    send(`/api${given.address}/timeline`, { issue: given.issue, model: given.model, width: charts.width });
  const told = await ask();
  await charts.show({ timeline: told.picture });
  whenResized(
    () => charts.width,
    async () => charts.show({ timeline: (await ask()).picture }),
  );
  byId("progress").textContent =
    told.days === 1 ? "Nothing dated has been accepted yet: one forecast, on the day of the case." : "";
  document.body.dataset.drawn = told.issue;
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  byId("progress").textContent = "";
  show(byId("trouble"), error.words);
}
