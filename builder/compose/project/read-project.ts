import type { Lookup } from "../../../server/model/deployment/template.ts";
import type { MachineCapacity } from "../../images/machine.ts";
import { presentDependencies, reportCircles } from "../judge/dependency-graph.ts";
import { child, type Field, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";
import { linkedAliases, readDependsOn } from "../service/read-depends-on.ts";
import { readService } from "../service/read-service.ts";
import type { Repository } from "../values/repository-path.ts";
import type { ComposeProject, ComposeService } from "./compose-project.ts";
import { checkNetworks, networkAliases } from "./networks-section.ts";
import { selectServices } from "./select-services.ts";
import { declaredVolumes } from "./volumes-section.ts";

interface Surroundings {
  readonly folder: string;
  readonly repository: Repository;
  readonly report: Report;
  readonly variables: Lookup;
  readonly profiles: readonly string[];
  readonly machine: MachineCapacity | undefined;
}

/** The limit on services. A file with more is a mistake or an attack. */
const maxServices = 200;

/** Reads the project from the merged files. The result holds what could be read, also where problems were reported. */
export async function readProject(root: Field, surroundings: Surroundings): Promise<ComposeProject> {
  const { report, profiles } = surroundings;
  const { running, absent } = selectServices(root, profiles, report);
  if (running.length > maxServices) {
    const what = `lists ${running.length} services, and one file can have at most ${maxServices}`;
    report.problem(root.at, "services", what, "Split them into several stacks in baton.yaml.");
    return project([], surroundings);
  }
  const networks = checkNetworks(root, report);
  const volumes = declaredVolumes(root, report);
  const waits = new Map(running.map(([name, field]) => [name, readDependsOn(field)]));
  reportCircles(waits, report);

  const aliases = running.flatMap(([, field]) => linkedAliases(field));
  const present = new Set(running.map(([name]) => name));
  const services: ComposeService[] = [];
  for (const [name, field] of running) {
    const service = await readService(name, field, { root, volumes, ...surroundings });
    const ownAliases = networkAliases(field, networks, report);
    const dependsOn = presentDependencies(waits.get(name) ?? [], present, absent, report);
    const links = child(field, "links");
    if (links)
      report.note(links.key, "are replaced by the deployment's own network, where services have the same names");
    if (!service) continue;
    const linked = aliases.filter((link) => link.service === name).map(({ alias }) => alias);
    const containerName = text(child(field, "container_name")) ?? name;
    const names = new Set([...ownAliases, ...linked, containerName]);
    names.delete(name);
    services.push({ ...service, dependsOn, container: { ...service.container, aliases: [...names] } });
  }
  return project(services, surroundings);
}

function project(services: readonly ComposeService[], { folder, report }: Surroundings): ComposeProject {
  return { folder, services, notes: report.notes(), warnings: report.warnings(), remarks: report.remarks() };
}
