import type { LogBlock } from "../../../../views/ui/output/log.tsx";
import type { ServiceLine } from "./service-log.ts";

/** The number of colours that tell services apart. */
const hues = 6;

/**
 * Turns the lines of services into a log, with the time of day once per second, and the service's name if there are
 * several.
 */
export function serviceLogBlocks(lines: readonly ServiceLine[], services: readonly string[]): readonly LogBlock[] {
  const blocks: { time: string; at: Date | null; service: string; lines: string[] }[] = [];
  for (const { service, at, text } of lines) {
    const time = at?.toISOString().slice(11, 19) ?? "";
    const last = blocks.at(-1);
    if (last?.service === service && last.time === time) last.lines.push(text);
    else blocks.push({ time, at, service, lines: [text] });
  }
  return blocks.map((block) => ({
    ...block,
    kind: "output",
    service:
      services.length > 1 ? { name: block.service, hue: Math.max(0, services.indexOf(block.service)) % hues } : null,
  }));
}
