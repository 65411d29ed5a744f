import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isForDevelopment } from "../../../builder/compose/judge/for-development.ts";
import { kindOf } from "../../../builder/compose/judge/service-kind.ts";
import { PlanProblem } from "../../../builder/plan/plan.ts";
import { plan } from "../tree.ts";
import { composed, type Files } from "./composed.ts";

/** A repository and its expected result: `web: web 80` for each service, or the keys that are refused. */
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

/** Fills the repository's empty Dockerfiles with one that has every stage that the files name. */
function withDockerfiles(files: Files): Files {
  const targets = Object.values(files).flatMap((text) =>
    [...text.matchAll(/target: ([\w-]+)/g)].map(([, name]) => name),
  );
  const dockerfile = ["FROM a", ...targets.map((name) => `FROM a AS ${name}`)].join("\n");
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, /dockerfile/i.test(path) && text === "" ? dockerfile : text]),
  );
}

describe("what people deploy with Compose", () => {
  it.each(Object.entries(knownProjects))("%s", async (_, { files, ...outcome }) => {
    expect(await outcomeOf(files)).toEqual(outcome);
  });

  const planned = Object.entries(knownProjects).filter(([, { services }]) => services !== undefined);
  it.each(planned)("%s has a plan", async (_, { files, services = [] }) => {
    const { stacks, decisions } = await plan(withDockerfiles(files));
    const givesWay = decisions[0]?.includes(" gives way to the Dockerfile: ");
    const isForDevelopment = services.includes("for development") && "Dockerfile" in files;
    expect(givesWay ?? false).toBe(isForDevelopment);
    if (isForDevelopment) return;
    const outline = stacks.flatMap((stack) => stack.services.map(({ name, kind }) => `${name}: ${kind}`));
    expect(outline).toEqual(
      services.filter((text) => text !== "for development").map((text) => text.replace(/ \d+$/, "")),
    );
  });

  const refused = Object.entries(knownProjects).filter(([, { services }]) => services === undefined);
  it.each(refused)("%s has no plan, and every reason is given", async (_, { files, refused: keys = [] }) => {
    const problem = await plan(withDockerfiles(files)).catch((error: unknown) => error);
    if (!(problem instanceof PlanProblem)) throw new Error("it is not refused");
    expect(problem.findings).toHaveLength(keys.length);
    for (const { message, hint } of problem.findings) expect(`${message} ${hint}`).toMatch(/\S/);
  });
});
