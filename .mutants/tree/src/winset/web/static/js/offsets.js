// Offsets in code points, as the files count them; the strings of a page count UTF-16 units.

export const length = (text) => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

// Where a place in the page stands in the document; `article` holds the blocks.
export function offsetOf(article, node, offset) {
  const inside = node instanceof Element ? node : node.parentElement;
  const block = inside?.closest("[data-start]");
  if (block && article.contains(block)) {
    const before = document.createRange();
    before.setStart(block, 0);
    before.setEnd(node, offset);
    return Number(block.dataset.start) + length(before.toString());
  }
  if (node !== article) return null;
  const next = article.children[offset];
  return next ? Number(next.dataset.start) : Number.MAX_SAFE_INTEGER;
}

// What is selected in the text, from its first character up to, and without, the last; or null.
export function selected(article, end) {
  const selection = getSelection();
  if (selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(article)) return null;
  const from = article.contains(range.startContainer)
    ? offsetOf(article, range.startContainer, range.startOffset)
    : 0;
  const to = article.contains(range.endContainer)
    ? offsetOf(article, range.endContainer, range.endOffset)
    : end;
  if (from === null || to === null) return null;
  const span = { start: from, end: Math.min(to, end) };
  return span.start < span.end ? span : null;
}
