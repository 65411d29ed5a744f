// The lines of a log as data: { kind, time, service, isError, spans, text }. The first lines are read from the page's
// elements, and later ones arrive as data. A line becomes an element when it scrolls into view, always as text.
// biome-ignore lint/correctness/noUnusedVariables: later parts of this script use it
const logLines = (() => {
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

  /** Shows a time of day in the reader's time zone. */
  const timeOf = (time, at) => (at ? clock.format(new Date(at)) : time);

  function line(kind, time, service, isError, spans) {
    const text = spans.map(([part]) => part).join("");
    return { kind, time, service, isError, spans, text: service ? `${service.name} ${text}` : text };
  }

  /** Reads a line that came with the page. */
  function fromElement(element) {
    const { t: time, at, kind } = element.dataset;
    const spans = [];
    let service = null;
    for (const node of element.childNodes) {
      if (node.nodeName === "B") service = { name: node.textContent, hue: node.dataset.hue };
      else spans.push([node.textContent, node.className ?? ""]);
    }
    return line(kind, timeOf(time, at), service, element.classList.contains("is-error"), spans);
  }

  /** Reads lines from a stream's message: the blocks that views/ui/output/log.tsx writes. */
  function fromData(json) {
    return JSON.parse(json).flatMap(({ kind, time, at, service, lines, errors }) => {
      const isError = new Set(errors);
      return lines.map((spans, index) =>
        line(kind, index === 0 ? timeOf(time, at) : "", service, isError.has(index), spans),
      );
    });
  }

  function toElement({ kind, time, service, isError, spans }) {
    const element = document.createElement("li");
    element.className = `line line-${kind}${isError ? " is-error" : ""}`;
    element.dataset.t = time;
    if (service) element.append(withClass("b", `line-service hue-${service.hue}`, service.name));
    for (const [text, classes] of spans) element.append(classes === "" ? text : withClass("span", classes, text));
    return element;
  }

  function withClass(name, classes, text) {
    const element = document.createElement(name);
    element.className = classes;
    element.textContent = text;
    return element;
  }

  return { fromElement, fromData, toElement };
})();
