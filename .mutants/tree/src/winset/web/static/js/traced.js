// Pages without life of their own: only the state of the server, and the place that the address names.

import { watch } from "./ready.js";

const place = location.hash === "" ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
place?.focus();
watch();
