// Shows a log of any length: lines are grouped in chunks, and only chunks near the viewport contain elements. The others
// keep the height that they last had, or that their text is estimated to need.
// biome-ignore lint/correctness/noUnusedVariables: a later part of this script uses it
function createLogWindow(scroll, list, { maxLines, classesOf }) {
  const linesInChunk = 100;
  /** How far beyond the viewport chunks are filled, so that a turn of the wheel does not reach an empty one. */
  const marginPx = 1500;
  const marks = ["is-hit", "is-current", "is-shown-error"];

  /** { element, first, lines, isPainted }; `first` is the number of its first line. All chunks but the last are full. */
  let chunks = [];
  let next = 0;
  let longest = 0;
  let isWrapped = true;
  let metrics = measure();

  const chunkAt = new WeakMap();
  const seen = new IntersectionObserver(onSeen, { root: scroll, rootMargin: `${marginPx}px 0px` });

  function onSeen(entries) {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const chunk = chunkAt.get(target);
      if (!chunk) continue;
      if (isIntersecting) paint(chunk);
      // Selected text stays, so that it can be copied.
      else if (chunk.isPainted && !getSelection()?.containsNode(target, true)) empty(chunk, boundingClientRect.height);
    }
  }

  function paint(chunk) {
    if (chunk.isPainted) return;
    chunk.isPainted = true;
    chunk.element.style.blockSize = "";
    chunk.element.replaceChildren(...chunk.lines.map((line, index) => elementOf(line, chunk.first + index)));
  }

  function empty(chunk, height) {
    chunk.isPainted = false;
    chunk.element.replaceChildren();
    chunk.element.style.blockSize = `${height}px`;
  }

  function elementOf(line, number) {
    const element = logLines.toElement(line);
    element.classList.add(...classesOf(number));
    return element;
  }

  // Heights. The font is monospaced, so the length of the text nearly always tells the number of rows.

  function measure() {
    const probe = document.createElement("li");
    probe.className = "line";
    const text = document.createElement("span");
    text.textContent = "0000000000";
    probe.append(text);
    list.append(probe);
    const style = getComputedStyle(probe);
    const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
    const character = text.getBoundingClientRect().width / text.textContent.length || 8;
    const rowHeight = Number.parseFloat(style.lineHeight) || 20;
    const width = list.clientWidth - padding;
    probe.remove();
    return { columns: Math.max(10, Math.floor(width / character)), rowHeight, padding };
  }

  function estimate({ lines }) {
    const rows = lines.reduce((sum, { text }) => sum + Math.max(1, Math.ceil(text.length / metrics.columns)), 0);
    return (isWrapped ? rows : lines.length) * metrics.rowHeight;
  }

  function keepWidth() {
    list.style.minWidth = isWrapped ? "" : `calc(${longest}ch + ${metrics.padding}px)`;
  }

  /** Lays everything out again, and keeps the line at the top in place. */
  function layOut() {
    const top = topLine();
    const before = top?.getBoundingClientRect().top;
    metrics = measure();
    keepWidth();
    for (const chunk of chunks) if (!chunk.isPainted) chunk.element.style.blockSize = `${estimate(chunk)}px`;
    if (top) scroll.scrollTop += top.getBoundingClientRect().top - before;
  }

  function topLine() {
    const edge = scroll.getBoundingClientRect().top;
    for (const { element, isPainted } of chunks) {
      if (!isPainted || element.getBoundingClientRect().bottom <= edge) continue;
      return [...element.children].find((line) => line.getBoundingClientRect().bottom > edge);
    }
  }

  // Lines.

  function add(lines) {
    const isEndSeen = chunks.length === 0 || chunks.at(-1).isPainted;
    const changed = new Set();
    for (const line of lines) {
      let chunk = chunks.at(-1);
      if (!chunk || chunk.lines.length === linesInChunk) chunk = begin();
      chunk.lines.push(line);
      if (chunk.isPainted) chunk.element.append(elementOf(line, next));
      else changed.add(chunk);
      longest = Math.max(longest, line.text.length);
      next += 1;
    }
    for (const chunk of changed) chunk.element.style.blockSize = `${estimate(chunk)}px`;
    // A reader at the end must see the new lines at once, not a frame later.
    if (isEndSeen) for (const chunk of chunks.slice(-2)) paint(chunk);
    keepWidth();
    while (next - chunks[0]?.first > maxLines && chunks.length > 1) drop();
  }

  function begin() {
    const element = document.createElement("ol");
    element.className = "log-chunk";
    const chunk = { element, first: next, lines: [], isPainted: false };
    chunkAt.set(element, chunk);
    chunks.push(chunk);
    list.append(element);
    seen.observe(element);
    return chunk;
  }

  function drop() {
    const { element } = chunks.shift();
    seen.unobserve(element);
    element.remove();
  }

  function clear() {
    seen.disconnect();
    list.replaceChildren();
    [chunks, next, longest] = [[], 0, 0];
  }

  const chunkOf = (number) => chunks[Math.floor((number - chunks[0].first) / linesInChunk)];

  /** Scrolls a line into the middle. */
  function show(number) {
    const chunk = chunkOf(number);
    paint(chunk);
    const middle = () => chunk.element.children[number - chunk.first]?.scrollIntoView({ block: "center" });
    middle();
    // Chunks that were filled on the way may have moved the line.
    requestAnimationFrame(middle);
  }

  /** Updates the marks of all visible lines. */
  function mark() {
    for (const { element, first, isPainted } of chunks) {
      if (!isPainted) continue;
      for (const [index, line] of [...element.children].entries()) {
        const has = classesOf(first + index);
        for (const name of marks) line.classList.toggle(name, has.includes(name));
      }
    }
  }

  function wrap(is) {
    isWrapped = is;
    layOut();
  }

  /** Returns the numbers of the lines that match, starting at `from`. */
  function find(holds, from = 0) {
    const found = [];
    for (const { first, lines } of chunks) {
      if (first + lines.length <= from) continue;
      for (const [index, line] of lines.entries()) if (first + index >= from && holds(line)) found.push(first + index);
    }
    return found;
  }

  let width = list.clientWidth;
  new ResizeObserver(() => {
    if (scroll.clientWidth !== width) layOut();
    width = scroll.clientWidth;
  }).observe(scroll);

  return { add, clear, find, show, mark, wrap, first: () => chunks[0]?.first ?? next, next: () => next };
}
