import type { ComposeService } from "../project/compose-project.ts";
import type { Report } from "../read/report.ts";
import type { Wait } from "../service/read-depends-on.ts";

/** Why a service of the file does not run. */
export type Absence =
  | { readonly type: "profile"; readonly profiles: readonly string[] }
  | { readonly type: "scaled-to-zero" };

/** Returns the dependencies that run and reports those that a service cannot wait for. */
export function presentDependencies(
  waits: readonly Wait[],
  present: ReadonlySet<string>,
  absent: ReadonlyMap<string, Absence>,
  report: Report,
): ComposeService["dependsOn"] {
  return waits.flatMap(({ dependency, field }) => {
    if (present.has(dependency.service)) return [dependency];
    const absence = absent.get(dependency.service);
    const reason = absence ? reasonOf(absence) : "which the file does not define";
    const what = `names the service ${dependency.service}, ${reason}`;
    if (!dependency.required || absence?.type === "scaled-to-zero")
      report.note(field.key, `${what}: nothing waits for it`);
    else report.problem(field.at, field.key, what, hintFor(absence));
    return [];
  });
}

function reasonOf(absence: Absence): string {
  switch (absence.type) {
    case "profile":
      return `which runs only with the profile ${absence.profiles.join(" or ")}`;
    case "scaled-to-zero":
      return "which is set to run no containers";
  }
}

function hintFor(absence: Absence | undefined): string {
  return absence?.type === "profile"
    ? `Set the variable COMPOSE_PROFILES to ${absence.profiles[0]}, or set required: false.`
    : "Correct the name, or add the service.";
}

/** Reports services that depend on each other in a cycle, because they would never start. */
export function reportCircles(waits: ReadonlyMap<string, readonly Wait[]>, report: Report): void {
  const done = new Set<string>();

  function visit(name: string, way: readonly string[]): void {
    if (done.has(name)) return;
    for (const { dependency, field } of waits.get(name) ?? []) {
      const { service } = dependency;
      const start = [...way, name].indexOf(service);
      if (start < 0) {
        visit(service, [...way, name]);
        continue;
      }
      const circle = [...[...way, name].slice(start), service].join(", which waits for ");
      report.problem(
        field.at,
        field.key,
        `makes services wait for each other in a circle: ${circle}`,
        "Break the circle.",
      );
    }
    done.add(name);
  }

  for (const name of waits.keys()) visit(name, []);
}
