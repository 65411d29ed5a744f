import type { AnswerKind } from "../../route.ts";
import { endpoints } from "../../routes.ts";

/** How an error is told: as a page to people, as JSON to programs, as text to git. */
export type ErrorFormat = "page" | "json" | "text";

const formats: Readonly<Record<AnswerKind, ErrorFormat>> = {
  page: "page",
  fragments: "page",
  asset: "page",
  json: "json",
  text: "json",
  events: "json",
  git: "text",
};

const areas = new Map(endpoints.map(({ path, answer }) => [areaOf(path), formats[answer]]));

/** An address where nothing is answers like its neighbours: those with the same first segment. */
export function errorFormat(path: string): ErrorFormat {
  return areas.get(areaOf(path)) ?? "page";
}

function areaOf(path: string): string {
  return path.split("/")[1] ?? "";
}
