import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isForDevelopment } from "../../../builder/compose/for-development.ts";
import { kindOf } from "../../../builder/compose/service-kind.ts";
import { composed, type Files } from "./composed.ts";

/** A repository, and what becomes of it: `web: web 80` for each service, or the keys that it is refused for. */
interface KnownProject {
  readonly files: Files;
  readonly services?: readonly string[];
  readonly refused?: readonly string[];
}

const knownProjects: Readonly<Record<string, KnownProject>> = parse(
  readFileSync(new URL("known-projects.yaml", import.meta.url), "utf8"),
);

async function outcomeOf(files: Files): Promise<Omit<KnownProject, "files">> {
  const result = await composed(files);
  if (result.type === "refused") return { refused: result.problems.map(({ key }) => key) };
  const { project } = result;
  const services = project.services.map((service) => {
    const { kind, port } = kindOf(service, project);
    return `${service.name}: ${kind}${port === null ? "" : ` ${port}`}`;
  });
  return { services: isForDevelopment(project) === null ? services : [...services, "for development"] };
}

describe("what people deploy with Compose", () => {
  it.each(Object.entries(knownProjects))("%s", async (_, { files, ...outcome }) => {
    expect(await outcomeOf(files)).toEqual(outcome);
  });
});
