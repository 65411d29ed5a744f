import type { Mount } from "../../../../server/model/deployment/spec.ts";
import type { Lookup } from "../../../../server/model/deployment/template.ts";
import { mountPath, mountPathHint } from "../../../manifest/schema/mount-path.ts";
import { child, type Field, flag, items, text } from "../../read/field.ts";
import type { Report } from "../../read/report.ts";
import { type Repository, resolvePath } from "../../values/repository-path.ts";
import type { ServiceSurroundings } from "../surroundings.ts";

type GrantKind = "config" | "secret";

/** The content of a file: a file of the commit, a text, or the value of a variable of the product. */
type Content =
  | { readonly type: "repository"; readonly source: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "variable"; readonly variable: string };

/** Reads `configs` and `secrets` of a service. Each becomes a file in its container. */
export function readFiles(service: Field, surroundings: ServiceSurroundings): readonly Mount[] {
  return (["config", "secret"] as const).flatMap((kind) =>
    items(child(service, `${kind}s`)).flatMap((grant) => readGrant(grant, kind, surroundings) ?? []),
  );
}

function readGrant(grant: Field, kind: GrantKind, surroundings: ServiceSurroundings): Mount | null {
  const { root, report } = surroundings;
  const name = text(grant) ?? text(child(grant, "source"));
  if (name === null) return null;
  const definition = child(child(root, `${kind}s`), name);
  if (!definition) {
    const hint = `Add it at the end of the file: ${kind}s: { ${name}: { file: ./${name} } }`;
    report.problem(grant.at, grant.key, `uses the ${kind} ${name}, which is not declared`, hint);
    return null;
  }
  const content = readContent(definition, kind, surroundings);
  const path = readPath(grant, kind, name, report);
  if (content === null || path === null) return null;
  const mode = readMode(grant, report);
  return content.type === "repository" ? { ...content, digest: "", path, readOnly: true } : { ...content, path, mode };
}

/** Resolves a relative target to the place where Compose puts it. A target that can only be a folder is refused. */
function readPath(grant: Field, kind: GrantKind, name: string, report: Report): string | null {
  const target = text(child(grant, "target")) ?? name;
  const folder = kind === "secret" ? "/run/secrets/" : "/";
  const path = /(?:^|\/)\.?$/.test(target) ? null : mountPath(target.startsWith("/") ? target : folder + target);
  if (path === null) report.problem(grant.at, grant.key, `cannot be mounted at ${target || "no path"}`, mountPathHint);
  return path;
}

/** Reads the mode. YAML has turned an octal number into a number; a text holds octal digits. */
function readMode(grant: Field, report: Report): number {
  const field = child(grant, "mode");
  if (!field) return 0o444;
  const written = text(field) ?? "";
  const isNumber = field.value.type === "scalar" && typeof field.value.value === "number";
  const mode = isNumber ? Number(written) : Number.parseInt(/^(?:0o?)?([0-7]{1,4})$/.exec(written)?.[1] ?? "", 8);
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode;
  report.problem(field.at, field.key, `is not a file mode: ${written}`, "Write octal digits such as 0440.");
  return 0o444;
}

function readContent(
  definition: Field,
  kind: GrantKind,
  { repository, report, variables }: ServiceSurroundings,
): Content | null {
  const external = child(definition, "external");
  if ((external && flag(external) !== false) || child(definition, "driver")) {
    const hint = "Take it from a file in this repository (file:) or from a variable of the product (environment:).";
    report.problem(definition.at, definition.key, `is a ${kind} that is kept outside the product`, hint);
    return null;
  }
  const variable = child(definition, "environment");
  if (variable) return fromVariable(variable, report, variables);
  const inline = text(child(definition, "content"));
  if (inline !== null) return { type: "text", text: inline };
  return fromFile(definition, kind, repository, report);
}

function fromVariable(field: Field, report: Report, variables: Lookup): Content | null {
  const variable = text(field) ?? "";
  if (variables(variable) !== undefined) return { type: "variable", variable };
  const what = `takes its content from the variable ${variable}, which is not set`;
  report.problem(field.at, field.key, what, `Set ${variable} on the product's Variables page.`);
  return null;
}

function fromFile(definition: Field, kind: GrantKind, repository: Repository, report: Report): Content | null {
  const field = child(definition, "file");
  const written = text(field);
  if (field === null || written === null) {
    const hint = "Give it file: with a file in this repository, or environment: with a variable of the product.";
    report.problem(definition.at, definition.key, `is a ${kind} without content`, hint);
    return null;
  }
  const resolved = resolvePath(field.at.folder, written);
  if (resolved.type === "outside") {
    const hint = "Name a file of this repository.";
    report.problem(field.at, field.key, `names ${written}, which ${resolved.reason}`, hint);
    return null;
  }
  if (repository.kindOf(resolved.path) === "file") return { type: "repository", source: resolved.path };
  const hint =
    kind === "secret"
      ? "Keep it as a variable of the product, and write environment: NAME instead of file."
      : "Commit it, or write environment: NAME with a variable of the product.";
  report.problem(field.at, field.key, `names ${resolved.path}, which is not a file in the repository`, hint);
  return null;
}
