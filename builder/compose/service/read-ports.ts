import type { ComposePort } from "../project/compose-project.ts";
import { child, type Field, items, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";

/** The limit on a range of ports. A range of thousands is a mistake. */
const maxPorts = 100;

/** Reads `ports` in both syntaxes: `[[address:]published:]container[/protocol]` with ranges, or a mapping. */
export function readPorts(field: Field | null, report: Report): readonly ComposePort[] {
  const ports = new Map<string, ComposePort>();
  for (const item of items(field)) {
    for (const port of readPort(item, report)) ports.set(`${port.container}/${port.protocol}`, port);
  }
  const all = [...ports.values()];
  if (field !== null && all.length > maxPorts) {
    report.problem(field.at, field.key, `publishes more than ${maxPorts} ports`, "Publish only the ones you need.");
    return [];
  }
  if (field !== null) sayReplaced(field.key, all, report);
  return all;
}

/** Reads `expose`: `3000`, `"3000-3002"`, `3000/tcp`. UDP ports are left out. */
export function readExpose(field: Field | null, report: Report): readonly number[] {
  return items(field).flatMap((item) => {
    const written = text(item);
    if (written === null) return [];
    const [range, protocol = "tcp"] = written.split("/");
    const ports = portRange(range ?? "");
    if (ports === null) complain(item, written, report);
    return ports && protocol === "tcp" ? numbers(ports) : [];
  });
}

function sayReplaced(key: string, ports: readonly ComposePort[], report: Report): void {
  const published = ports.filter((port) => port.published !== null && port.protocol === "tcp");
  const udp = ports.filter(({ protocol }) => protocol === "udp");
  if (published.length > 0) {
    const numbers = published.map((port) => port.published).join(", ");
    report.note(key, `asks for port ${numbers} on the host: Baton chooses the port itself`);
  }
  if (udp.length > 0) {
    report.note(key, `publishes UDP port ${udp.map(({ container }) => container).join(", ")}: only TCP is published`);
  }
}

function readPort(item: Field, report: Report): readonly ComposePort[] {
  const isLong = item.value.type === "mapping";
  const written = isLong ? longForm(item) : text(item);
  if (written === null) return [];
  const match = /^(?:(?:(?:\[[^\]]*\]|[^:[\]]*):)?([\d-]*):)?([\d-]+)(?:\/([A-Za-z]+))?$/.exec(written);
  const [, published = "", target = "", protocolName = "tcp"] = match ?? [];
  const protocol = protocolName.toLowerCase();
  const container = portRange(target);
  const host = published === "" ? null : portRange(published);
  if (!container || (published !== "" && !host) || (protocol !== "tcp" && protocol !== "udp")) {
    complain(item, written, report);
    return [];
  }
  // A host range for a single container port is a choice, and the first port will do.
  if (host && host.count !== container.count && container.count !== 1) {
    const lengths = `${host.count} on the host for ${container.count} in the container`;
    report.problem(item.at, item.key, `has ranges of different lengths: ${lengths}`, "Make them the same length.");
    return [];
  }
  return numbers(container).map((port, index) => {
    return { container: port, protocol, published: host && host.first + index };
  });
}

function longForm(item: Field): string {
  const part = (name: string) => text(child(item, name)) ?? "";
  return `${part("published")}:${part("target")}/${part("protocol") || "tcp"}`;
}

interface PortRange {
  readonly first: number;
  readonly count: number;
}

/** Reads `8000` or `8000-8005`; null for anything else. */
function portRange(written: string): PortRange | null {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || first < 1 || last > 65_535 || last < first) return null;
  return { first, count: last - first + 1 };
}

/** Lists a range, up to one more than the limit. That is enough to notice that there are too many. */
function numbers({ first, count }: PortRange): readonly number[] {
  return Array.from({ length: Math.min(count, maxPorts + 1) }, (_, index) => first + index);
}

function complain(item: Field, written: string, report: Report): void {
  const hint = 'Write it like "3000", "8080:3000" or "3000/tcp".';
  report.problem(item.at, item.key, `is not a port: ${written || "empty"}`, hint);
}
