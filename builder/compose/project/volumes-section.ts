import { child, children, type Field, flag, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";

export interface DeclaredVolumes {
  /** Records that a service mounts the volume. Settings that make the volume unusable are reported. */
  use(name: string, mount: Field): void;
  /**
   * Returns the volume that keeps the data of a folder that is not in the repository. Each version gets the same
   * volume.
   */
  standIn(folder: string): string;
}

export function declaredVolumes(root: Field, report: Report): DeclaredVolumes {
  const section = child(root, "volumes");
  const declared = new Map(children(section));
  const used = new Set<string>();
  return {
    use(name, mount) {
      const volume = declared.get(name);
      if (volume) checkVolume(volume, report);
      else if (!used.has(name)) sayUndeclared(name, mount, report);
      used.add(name);
    },
    standIn(folder) {
      const name = folder.replace(/[^A-Za-z0-9._-]+/g, "-");
      const volume = declared.has(name) ? `${name}-folder` : name;
      used.add(volume);
      return volume;
    },
  };
}

function sayUndeclared(name: string, mount: Field, report: Report): void {
  const hint = /^[A-Za-z0-9._-]+$/.test(name)
    ? `Add it at the end of the file: volumes: { ${name}: }`
    : "A path in the repository begins with ./, and a named volume has no slash.";
  report.problem(mount.at, mount.key, `uses the volume ${name}, which is not declared`, hint);
}

function checkVolume(volume: Field, report: Report): void {
  const external = child(volume, "external");
  if (external && flag(external) !== false) {
    const what = "is a volume created outside the product";
    report.problem(external.at, external.key, what, "Remove external, and Baton will create and keep the volume.");
  }
  const driver = child(volume, "driver");
  if (driver && text(driver) !== "local") {
    const hint = "Remove it: volumes are folders of the host that Docker manages.";
    report.problem(driver.at, driver.key, `uses the volume driver ${text(driver)}`, hint);
  }
  const options = child(volume, "driver_opts");
  if (options && children(options).length > 0) {
    const what = "can mount any folder or device of the host into the container";
    report.problem(options.at, options.key, what, "Remove it.");
  }
  const name = child(volume, "name");
  if (name) report.note(name.key, "is replaced: volumes are named after the installation, the stack and the volume");
}
