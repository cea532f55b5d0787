// An id made of words: what files are called by.

export const slug = (words) =>
  words.normalize("NFKD").replace(/[^\w\s.-]/g, "").trim().replace(/\s+/g, "-").toLowerCase().slice(0, 60);

// Lets `id` follow `name` until it is written by hand.
export function follows(name, id) {
  let own = false;
  id.addEventListener("input", () => (own = id.value !== ""));
  name.addEventListener("input", () => {
    if (!own) id.value = slug(name.value);
  });
  return { reset: () => (own = false) };
}
