import { mountPath, mountPathHint } from "../../manifest/schema/mount-path.ts";
import { child, type Field, flag, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";
import { splitMount } from "./mount-syntax.ts";
import { readBytes } from "./quantities.ts";

/** A mount as the file asks for it, in either syntax. */
export type MountRequest =
  | {
      readonly type: "bind";
      readonly source: string;
      readonly path: string;
      /** Null when the file does not say. */
      readonly readOnly: boolean | null;
      /** Whether Compose creates the folder when it is missing. */
      readonly mayBeMissing: boolean;
    }
  | { readonly type: "volume"; readonly source: string | null; readonly path: string; readonly readOnly: boolean }
  | { readonly type: "tmpfs"; readonly path: string; readonly sizeBytes: number | null };

/** Reads an item of `volumes`. Null when it is not a mount, which has been reported. */
export function mountRequest(item: Field, report: Report): MountRequest | null {
  const request = item.value.type === "mapping" ? fromLong(item, report) : fromShort(item);
  return request && withPath(request, item, report);
}

/** Reads an item of `tmpfs`: `/tmp` or `/tmp:size=64m,mode=1770`. */
export function tmpfsRequest(item: Field, report: Report): MountRequest | null {
  const [path = "", options = ""] = (text(item) ?? "").split(":");
  const size = options.split(",").find((option) => option.startsWith("size="));
  const written: Field | null = size
    ? { ...item, value: { type: "scalar", value: size.slice("size=".length), at: item.at, tag: null } }
    : null;
  return withPath({ type: "tmpfs", path, sizeBytes: readBytes(written, report) }, item, report);
}

function fromShort(item: Field): MountRequest | null {
  const written = text(item);
  if (written === null) return null;
  const { source, target: path, modes } = splitMount(written);
  if (source === null || !/^[./~]/.test(source))
    return { type: "volume", source, path, readOnly: modes.includes("ro") };
  const readOnly = modes.includes("ro") ? true : modes.includes("rw") ? false : null;
  return { type: "bind", source, path, readOnly, mayBeMissing: true };
}

function fromLong(item: Field, report: Report): MountRequest | null {
  const type = text(child(item, "type"));
  const source = text(child(item, "source"));
  const path = text(child(item, "target")) ?? "";
  const readOnly = flag(child(item, "read_only"));
  switch (type) {
    case "tmpfs":
      return { type, path, sizeBytes: readBytes(child(child(item, "tmpfs"), "size"), report) };
    case "volume": {
      const subpath = child(child(item, "volume"), "subpath");
      if (subpath) {
        const what = "mounts part of a volume, which is not supported";
        report.problem(subpath.at, subpath.key, what, "Give the part a volume of its own.");
      }
      return { type, source, path, readOnly: readOnly ?? false };
    }
    case "bind": {
      const mayBeMissing = flag(child(child(item, "bind"), "create_host_path")) !== false;
      return { type, source: source ?? "", path, readOnly, mayBeMissing };
    }
    default:
      report.problem(item.at, item.key, `is a mount of the type ${type}`, "Use type: volume, bind or tmpfs.");
      return null;
  }
}

function withPath(request: MountRequest, item: Field, report: Report): MountRequest | null {
  const path = mountPath(request.path);
  if (path !== null) return { ...request, path };
  report.problem(item.at, item.key, `cannot be mounted at ${request.path || "no path"}`, mountPathHint);
  return null;
}
