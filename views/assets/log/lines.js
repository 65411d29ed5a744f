// Lines of a log as data: { kind, time, service, isError, spans, text }. What a page was sent with is read off its
// elements, what comes later comes as data; an element is made of a line when it is seen. Everything stays text.
// biome-ignore lint/correctness/noUnusedVariables: the next parts of this script use it
const logLines = (() => {
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

  /** The reader's time of day, where it is one. */
  const timeOf = (time, at) => (at ? clock.format(new Date(at)) : time);

  function line(kind, time, service, isError, spans) {
    const text = spans.map(([part]) => part).join("");
    return { kind, time, service, isError, spans, text: service ? `${service.name} ${text}` : text };
  }

  /** Lines that came with the page. */
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

  /** Lines that a stream brought: blocks as views/ui/log.tsx writes them. */
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
