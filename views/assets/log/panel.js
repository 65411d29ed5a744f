// The controls of a log: new lines, search, pause, follow. A log is readable without this script.
(() => {
  const maxLines = 100_000;

  function startLog(log) {
    const part = (name) => log.querySelector(`[data-log-${name}]`);
    const [scroll, list, incoming] = [part("scroll"), part("chunks"), document.getElementById("log-incoming")];
    const [follow, pause, search, hits] = [part("follow"), part("pause"), part("search"), part("hits")];
    const view = createLogWindow(scroll, list, { maxLines, classesOf });

    // New lines: the stream puts them into a hidden list, one element per batch.

    let held = [];
    let isHeld = false;
    let isStale = false;

    function takeIn() {
      for (const batch of [...incoming.children]) {
        batch.remove();
        if ("logRestart" in batch.dataset) [held, isStale] = [[], true];
        else held = held.concat(logLines.fromData(batch.dataset.logLines));
      }
      if (held.length > maxLines) held = held.slice(-maxLines);
      if (isHeld) pause.textContent = `Resume (${held.length})`;
      else letIn();
    }

    function letIn() {
      if (held.length === 0) return;
      // The old lines are removed only when there are new ones to show.
      if (isStale) {
        view.clear();
        [found, hit, error, isStale] = [[], -1, -1, false];
      }
      const from = view.next();
      view.add(held);
      held = [];
      const gone = found.filter((number) => number < view.first()).length;
      [found, hit] = [found.slice(gone), Math.max(-1, hit - gone)];
      lookFrom(from);
      toEnd();
    }

    // Following: it stops when the reader scrolls up, and resumes when they return to the end.

    function toEnd() {
      if (follow.checked) scroll.scrollTop = scroll.scrollHeight;
    }

    let lastTop = 0;
    scroll.addEventListener("scroll", () => {
      const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 32;
      // Layout changes may move the end away, so only scrolling up stops following.
      if (isAtEnd) follow.checked = true;
      else if (scroll.scrollTop < lastTop - 4) follow.checked = false;
      lastTop = scroll.scrollTop;
    });
    follow.addEventListener("change", toEnd);

    function show(number) {
      follow.checked = false;
      view.mark();
      view.show(number);
    }

    // Searching: lines are identified by their numbers.

    let found = [];
    let marked = new Set();
    let hit = -1;
    let error = -1;

    function classesOf(number) {
      const isHit = marked.has(number);
      return [
        isHit && "is-hit",
        isHit && number === found[hit] && "is-current",
        number === error && "is-shown-error",
      ].filter(Boolean);
    }

    function lookFrom(from) {
      const words = search.value.trim().toLowerCase();
      if (words !== "") found = found.concat(view.find(({ text }) => text.toLowerCase().includes(words), from));
      marked = new Set(found);
      if (words !== "") view.mark();
      showHits();
    }

    function lookForAll() {
      [found, hit] = [[], -1];
      lookFrom(0);
      if (found.length > 0) step(1);
      else view.mark();
    }

    function showHits() {
      const count = found.length === 0 ? "No matches" : `${hit + 1} of ${found.length}`;
      const text = search.value.trim() === "" ? "" : count;
      if (hits.textContent !== text) hits.textContent = text;
    }

    function step(by) {
      if (found.length === 0) return;
      // Without a current match, going back starts at the end.
      hit = hit === -1 && by < 0 ? found.length - 1 : (hit + by + found.length) % found.length;
      show(found[hit]);
      showHits();
    }

    let typing = 0;
    search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(lookForAll, 120);
    });
    search.form.addEventListener("submit", (event) => {
      event.preventDefault();
      step(1);
    });
    part("previous").addEventListener("click", () => step(-1));

    const errorButton = part("error");
    errorButton.addEventListener("click", () => {
      const errors = view.find(({ isError }) => isError);
      if (errors.length === 0) {
        errorButton.textContent = "No errors";
        return;
      }
      const at = (errors.indexOf(error) + 1) % errors.length;
      error = errors[at];
      errorButton.textContent = errors.length === 1 ? "First error" : `Error ${at + 1} of ${errors.length}`;
      show(error);
    });

    part("wrap").addEventListener("change", (event) => {
      log.classList.toggle("no-wrap", !event.target.checked);
      view.wrap(event.target.checked);
      toEnd();
    });

    pause?.addEventListener("click", () => {
      isHeld = !isHeld;
      pause.setAttribute("aria-pressed", String(isHeld));
      pause.textContent = isHeld ? "Resume" : "Pause";
      if (!isHeld) letIn();
    });

    const given = [...list.querySelectorAll(".line")].map(logLines.fromElement);
    list.replaceChildren();
    view.add(given);
    new MutationObserver(takeIn).observe(incoming, { childList: true });
    toEnd();
    if (search.value !== "") lookForAll();
    takeIn();
  }

  for (const log of document.querySelectorAll("[data-log]")) startLog(log);
})();
