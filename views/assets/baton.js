// Everything that pages cannot do with HTML and htmx alone. It is all optional: pages work without this script.
(() => {
  const minute = 60_000;
  const hour = 60 * minute;
  const day = 24 * hour;

  // The style sheet hides controls that need a script until this class is set.
  document.documentElement.classList.add("has-script");

  // Uses the same words as views/ui/time.tsx, which renders the first text.
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

  // The icon in the tab shows the state of the page's content.
  function showMood() {
    const mood = document.querySelector("[data-mood]")?.dataset.mood;
    const icon = document.querySelector('link[rel="icon"]');
    const url = mood && icon?.dataset[mood];
    if (url && icon.getAttribute("href") !== url) icon.setAttribute("href", url);
  }

  // Leads a page that waited for something there as soon as it exists.
  function moveOn() {
    const link = document.querySelector("a[data-move-on]");
    if (link) location.assign(link.href);
  }

  // Scrolls a box of output to its error, once, so that it does not move away from a reader who scrolled it.
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
      toast.dataset.toast = "announced";
      leaveLater(toast);
    }
  }

  // A toast stays while it is being read.
  function leaveLater(toast) {
    setTimeout(() => (toast.matches(":hover, :focus") ? leaveLater(toast) : toast.remove()), toastMs);
  }

  // Browsers provide navigator.clipboard only on https and loopback addresses.
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

  // Submits a form as soon as its only field is changed.
  document.addEventListener("change", (event) => {
    if (event.target.dataset?.submits !== undefined) event.target.form.requestSubmit();
  });

  // Submits a form that needs nobody's decision, such as the return from an identity provider.
  document.querySelector("form[data-submit-now]")?.requestSubmit();

  // A key presses the element that declares it: data-shortcut="g d" on a link, "/" on a search field. The help on "?"
  // lists them. They also work while the help is open, because users try them there and the next key may come first.
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
    // The time of typing counts, not the time when a busy page handles it.
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
