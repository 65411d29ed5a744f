// What a page cannot do with HTML and htmx alone. Everything here is a convenience: pages work without it.
(() => {
  const minute = 60_000;
  const hour = 60 * minute;
  const day = 24 * hour;

  // Controls that need a script are hidden by the style sheet until there is one.
  document.documentElement.classList.add("has-script");

  // The same words as views/ui/time.tsx, which writes them first.
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

  // The icon in the tab shows how what is on the page does.
  function showMood() {
    const mood = document.querySelector("[data-mood]")?.dataset.mood;
    const icon = document.querySelector('link[rel="icon"]');
    const url = mood && icon?.dataset[mood];
    if (url && icon.getAttribute("href") !== url) icon.setAttribute("href", url);
  }

  // A page that waited for something goes there when it has come.
  function moveOn() {
    const link = document.querySelector("a[data-move-on]");
    if (link) location.assign(link.href);
  }

  // A box of output opens where it says what went wrong, once: whoever has scrolled it stays where they are.
  const opened = new WeakSet();
  function openAtErrors() {
    for (const line of document.querySelectorAll("[data-shown-first]")) {
      const box = line.closest("pre");
      if (opened.has(box)) continue;
      opened.add(box);
      box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    }
  }

  const toastMs = 10_000;
  const maxToasts = 4;

  function tendToasts() {
    const toasts = document.getElementById("toasts");
    if (!toasts) return;
    while (toasts.childElementCount > maxToasts) toasts.firstElementChild.remove();
    for (const toast of toasts.querySelectorAll("[data-toast='']")) {
      toast.dataset.toast = "told";
      leaveLater(toast);
    }
  }

  // One that is being read stays.
  function leaveLater(toast) {
    setTimeout(() => (toast.matches(":hover, :focus") ? leaveLater(toast) : toast.remove()), toastMs);
  }

  // Browsers give the clipboard's own interface to https and loopback addresses alone.
  async function copy(element) {
    if (navigator.clipboard) return navigator.clipboard.writeText(element.textContent);
    const selection = getSelection();
    selection.selectAllChildren(element);
    document.execCommand("copy");
    selection.removeAllRanges();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.dataset.opens) {
      const dialog = document.getElementById(button.dataset.opens);
      if (dialog.open) dialog.close();
      else dialog.showModal();
    }
    if (button.dataset.copy) {
      await copy(document.getElementById(button.dataset.copy));
      button.textContent = "Copied";
      setTimeout(() => setText(button, "Copy"), 2000);
    }
  });

  // A choice that is a whole form.
  document.addEventListener("change", (event) => {
    if (event.target.dataset?.submits !== undefined) event.target.form.requestSubmit();
  });

  // Keys press what says so: data-shortcut="g d" on a link, "/" on a search field. See the help on "?". They do so
  // in the help, too: there they are read, and Escape closes it only after the next key may have been typed.
  const togetherMs = 1_200;
  let before = { key: "", at: 0 };
  const keysOff = "baton-keys-off";
  const areKeysOff = () => localStorage.getItem(keysOff) !== null;
  const keysSwitch = document.querySelector("[data-shortcuts-on]");
  if (keysSwitch) {
    keysSwitch.checked = !areKeysOff();
    keysSwitch.addEventListener("change", () => {
      if (keysSwitch.checked) localStorage.removeItem(keysOff);
      else localStorage.setItem(keysOff, "");
    });
  }

  document.addEventListener("keydown", (event) => {
    if (areKeysOff()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && event.target.matches?.("input[type='search']")) event.target.blur();
    if (event.target.closest?.("input:not([type='checkbox'], [type='radio']), textarea, select")) return;
    // When it was typed counts, not when a busy page gets to it.
    const first = event.timeStamp - before.at < togetherMs ? before.key : "";
    const element = pressed(`${first} ${event.key}`) ?? pressed(event.key);
    before = { key: element ? "" : event.key, at: event.timeStamp };
    if (!element) return;
    event.preventDefault();
    if (element.matches("input:not([type='checkbox'])")) element.focus();
    else element.click();
  });

  function pressed(keys) {
    return document.querySelector(`[data-shortcut="${CSS.escape(keys)}"]`);
  }

  refreshTimes();
  openAtErrors();
  moveOn();
  setInterval(refreshTimes, 1000);
  document.addEventListener("htmx:after:swap", () => {
    refreshTimes();
    showMood();
    tendToasts();
    openAtErrors();
    moveOn();
  });
})();
