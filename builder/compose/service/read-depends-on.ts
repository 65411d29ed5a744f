import type { Dependency } from "../../../server/model/deployment/spec.ts";
import { child, children, type Field, flag, items, text } from "../read/field.ts";

/** A service that another one waits for, with the place that says so. */
export interface Wait {
  readonly dependency: Dependency;
  readonly field: Field;
}

const conditions: Readonly<Record<string, Dependency["condition"]>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};

/** Reads `depends_on` in both forms, and `links`, which mean the same. */
export function readDependsOn(service: Field): readonly Wait[] {
  const dependsOn = child(service, "depends_on");
  const waits = new Map<string, Wait>();
  for (const item of items(child(service, "links"))) {
    const [name = ""] = (text(item) ?? "").split(":");
    waits.set(name, waitFor(name, item));
  }
  for (const item of items(dependsOn)) {
    const name = text(item);
    if (name !== null) waits.set(name, waitFor(name, item));
  }
  for (const [name, field] of children(dependsOn)) waits.set(name, waitFor(name, field));
  return [...waits.values()];
}

function waitFor(service: string, field: Field): Wait {
  const condition = conditions[text(child(field, "condition")) ?? ""] ?? "started";
  const required = flag(child(field, "required")) ?? true;
  return { dependency: { service, condition, required }, field };
}

/** Returns the additional names that `links` gives to services: `database` for `links: [db:database]`. */
export function linkedAliases(service: Field): readonly { readonly service: string; readonly alias: string }[] {
  return items(child(service, "links")).flatMap((item) => {
    const [name = "", alias] = (text(item) ?? "").split(":");
    return alias === undefined || alias === name ? [] : [{ service: name, alias }];
  });
}
