import type { AnswerKind } from "../../route.ts";
import { endpoints } from "../../routes.ts";

/** The format of errors: a page for people, JSON for programs, text for git. */
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

/** The scripts of a page call some paths beside it. */
const paths = new Map(endpoints.map(({ path, answer }) => [path, formats[answer]]));

/** An unknown path answers in the same format as its neighbours, which share its first segment. */
export function errorFormat(path: string): ErrorFormat {
  return paths.get(path) ?? areas.get(areaOf(path)) ?? "page";
}

function areaOf(path: string): string {
  return path.split("/")[1] ?? "";
}
