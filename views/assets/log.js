// Logs: new lines, searching, holding, following. A log is readable without any of it.
(() => {
  const linesInChunk = 200;
  // What a browser still scrolls smoothly, since it lays out only the chunks that are seen; older lines go.
  const maxLines = 100_000;

  function startLog(log) {
    const find = (name) => log.querySelector(`[data-log-${name}]`);
    const [scroll, chunks, incoming] = [find("scroll"), find("chunks"), document.getElementById("log-incoming")];
    const [follow, pause, search, hits] = [find("follow"), find("pause"), find("search"), find("hits")];
    let count = chunks.querySelectorAll(".line").length;
    let isHeld = false;
    let isStale = false;
    let found = [];
    let at = -1;

    // New lines: the stream puts them into a hidden list, and from there they come into chunks.

    function takeIn() {
      if (isHeld) {
        pause.textContent = `Resume (${incoming.childElementCount})`;
        while (incoming.childElementCount > maxLines) incoming.firstElementChild.remove();
        return;
      }
      const words = search.value.trim().toLowerCase();
      let chunk = chunks.lastElementChild;
      for (const line of [...incoming.children]) {
        if ("logRestart" in line.dataset) {
          isStale = true;
          line.remove();
          continue;
        }
        // What was shown goes only when there is something to show instead.
        if (isStale) {
          chunks.replaceChildren();
          [chunk, count, found, at, isStale] = [null, 0, [], -1, false];
        }
        if (!chunk || chunk.childElementCount >= linesInChunk) {
          chunk?.classList.add("full");
          chunk = document.createElement("ol");
          chunk.className = "log-chunk";
          chunks.append(chunk);
        }
        chunk.append(line);
        count += 1;
        if (words !== "" && isHit(line, words)) mark(line);
      }
      while (count > maxLines && chunks.firstElementChild !== chunk) {
        count -= chunks.firstElementChild.childElementCount;
        chunks.firstElementChild.remove();
      }
      showHits();
      toEnd();
    }

    // Following: whoever scrolls up wants to read; whoever comes back to the end wants to follow.

    function toEnd() {
      if (follow.checked) scroll.scrollTop = scroll.scrollHeight;
    }

    // Searching.

    const isHit = (line, words) => line.textContent.toLowerCase().includes(words);

    function mark(line) {
      line.classList.add("is-hit");
      found.push(line);
    }

    function searchAll() {
      for (const line of found) line.classList.remove("is-hit", "is-current");
      found = [];
      at = -1;
      const words = search.value.trim().toLowerCase();
      if (words !== "") {
        for (const line of chunks.querySelectorAll(".line")) if (isHit(line, words)) mark(line);
      }
      if (found.length > 0) step(1);
      showHits();
    }

    function showHits() {
      const isOn = search.value.trim() !== "";
      const text = found.length === 0 ? "No hits" : `${at + 1} of ${found.length}`;
      if (hits.textContent !== (isOn ? text : "")) hits.textContent = isOn ? text : "";
    }

    function step(by) {
      if (found.length === 0) return;
      found[at]?.classList.remove("is-current");
      at = (at + by + found.length) % found.length;
      found[at].classList.add("is-current");
      show(found[at]);
      showHits();
    }

    function show(line) {
      follow.checked = false;
      line.scrollIntoView({ block: "center" });
      // What was laid out on the way may have moved it.
      requestAnimationFrame(() => line.scrollIntoView({ block: "center" }));
    }

    let typing = 0;
    search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(searchAll, 150);
    });
    search.form.addEventListener("submit", (event) => {
      event.preventDefault();
      step(1);
    });
    find("previous").addEventListener("click", () => step(-1));

    let errorAt = -1;
    const errorButton = find("error");
    errorButton.addEventListener("click", () => {
      const errors = [...chunks.querySelectorAll(".is-error")];
      chunks.querySelector(".is-shown-error")?.classList.remove("is-shown-error");
      if (errors.length === 0) {
        errorButton.textContent = "No errors";
        return;
      }
      errorAt = (errorAt + 1) % errors.length;
      errorButton.textContent = errors.length === 1 ? "First error" : `Error ${errorAt + 1} of ${errors.length}`;
      errors[errorAt].classList.add("is-shown-error");
      show(errors[errorAt]);
    });

    find("wrap").addEventListener("change", (event) => {
      log.classList.toggle("no-wrap", !event.target.checked);
      toEnd();
    });

    pause?.addEventListener("click", () => {
      isHeld = !isHeld;
      pause.setAttribute("aria-pressed", String(isHeld));
      pause.textContent = isHeld ? "Resume" : "Pause";
      if (!isHeld) takeIn();
    });

    follow.addEventListener("change", toEnd);
    let lastTop = 0;
    scroll.addEventListener("scroll", () => {
      const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 32;
      // Layout may move the end away by itself; only going up is a wish.
      if (isAtEnd) follow.checked = true;
      else if (scroll.scrollTop < lastTop - 4) follow.checked = false;
      lastTop = scroll.scrollTop;
    });

    new MutationObserver(takeIn).observe(incoming, { childList: true });
    if (search.value !== "") searchAll();
    else toEnd();
    takeIn();
  }

  for (const log of document.querySelectorAll("[data-log]")) startLog(log);
})();
