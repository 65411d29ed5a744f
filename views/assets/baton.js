// What a page cannot do with HTML and htmx alone. Everything here is a convenience: pages work without it.
(() => {
  const minute = 60_000;
  const hour = 60 * minute;
  const day = 24 * hour;

  // The same words as views/time.tsx, which writes them first.
  function relativeText(at) {
    const age = Date.now() - at;
    if (age < 45_000) return "just now";
    if (age < hour) return `${Math.max(1, Math.round(age / minute))} min ago`;
    if (age < day) return `${Math.round(age / hour)} h ago`;
    if (age < 2 * day) return "yesterday";
    if (age < 14 * day) return `${Math.floor(age / day)} days ago`;
    return at.toLocaleDateString(undefined, { dateStyle: "medium" });
  }

  function clockText(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
    if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
    return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
  }

  function refreshTimes() {
    for (const element of document.querySelectorAll("time[data-relative]")) {
      const at = new Date(element.dateTime);
      setText(element, relativeText(at));
      element.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
    }
    for (const element of document.querySelectorAll("time[data-elapsed]")) {
      setText(element, clockText(Date.now() - new Date(element.dateTime)));
    }
  }

  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  // The icon in the tab shows how the deployment of this page goes.
  function showMood() {
    const mood = document.querySelector("[data-mood]")?.dataset.mood;
    const icon = document.querySelector('link[rel="icon"]');
    const url = mood && icon?.dataset[mood];
    if (url && icon.getAttribute("href") !== url) icon.setAttribute("href", url);
  }

  function followLog() {
    const scroll = document.getElementById("log-scroll");
    const follow = document.getElementById("follow");
    if (!scroll || !follow) return;
    const toEnd = () => {
      if (follow.checked) scroll.scrollTop = scroll.scrollHeight;
    };
    follow.closest("label").hidden = false;
    follow.addEventListener("change", toEnd);
    // Whoever scrolls up wants to read; whoever comes back to the end wants to follow.
    scroll.addEventListener("scroll", () => {
      follow.checked = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 24;
    });
    new MutationObserver(toEnd).observe(scroll, { childList: true, subtree: true });
    toEnd();
  }

  function offerCopying() {
    for (const button of document.querySelectorAll("button[data-copy]")) {
      if (!navigator.clipboard) continue;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.textContent = "Copied";
        setTimeout(() => {
          button.textContent = "Copy";
        }, 2000);
      });
    }
  }

  refreshTimes();
  followLog();
  offerCopying();
  setInterval(refreshTimes, 1000);
  document.addEventListener("htmx:after:swap", () => {
    refreshTimes();
    showMood();
  });
})();
