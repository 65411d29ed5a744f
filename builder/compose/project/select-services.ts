import type { Absence } from "../judge/dependency-graph.ts";
import { child, children, type Field, text, texts } from "../read/field.ts";
import type { Report } from "../read/report.ts";

type NamedField = readonly [name: string, field: Field];

/**
 * Selects the services that run: they have no profile or one that is on, and they are scaled to more than zero
 * containers.
 */
export function selectServices(
  root: Field,
  profiles: readonly string[],
  report: Report,
): { readonly running: readonly NamedField[]; readonly absent: ReadonlyMap<string, Absence> } {
  const running: NamedField[] = [];
  const absent = new Map<string, Absence>();
  for (const [name, field] of children(child(root, "services"))) {
    const absence = absenceOf(field, profiles);
    if (absence === null) running.push([name, field]);
    else {
      absent.set(name, absence);
      report.note(field.key, `is left out: ${inWords(absence)}`);
    }
  }
  return { running, absent };
}

function absenceOf(service: Field, on: readonly string[]): Absence | null {
  const profiles = texts(child(service, "profiles"));
  const isOn = profiles.length === 0 || on.includes("*") || profiles.some((profile) => on.includes(profile));
  if (!isOn) return { type: "profile", profiles };
  const replicas = child(child(service, "deploy"), "replicas") ?? child(service, "scale");
  return text(replicas) === "0" ? { type: "scaled-to-zero" } : null;
}

function inWords(absence: Absence): string {
  switch (absence.type) {
    case "profile":
      return `it runs only with the profile ${absence.profiles.join(" or ")} (variable COMPOSE_PROFILES)`;
    case "scaled-to-zero":
      return "it is set to run no containers";
  }
}
