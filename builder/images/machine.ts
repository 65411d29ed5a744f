import { writtenMemory } from "../../server/model/values/memory-size.ts";

/** The capacity of the server that runs the containers. */
export interface MachineCapacity {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** Docker's own minimum. */
export const leastMemoryBytes = 6 * 1024 * 1024;

export const tooLittleMemory = "must be at least 6m, the minimum that Docker accepts";

/** Limits a service to the machine's capacity, because Docker refuses to create a container that exceeds it. */
export function cpusWithin(cpus: number | null, machine: MachineCapacity | undefined): number | null {
  return cpus !== null && machine ? Math.min(cpus, machine.cpus) : cpus;
}

export function memoryWithin(bytes: number, machine: MachineCapacity | undefined): number {
  return machine ? Math.max(leastMemoryBytes, Math.min(bytes, machine.memoryBytes)) : bytes;
}

/** Returns the rest of a sentence that begins with the key; null when the server has enough. */
export function tooManyCpus(cpus: number | null | undefined, machine: MachineCapacity | undefined): string | null {
  if (typeof cpus !== "number" || !machine || cpus <= machine.cpus) return null;
  return `asks for ${cpus} CPUs, but this server has ${machine.cpus}: it gets ${machine.cpus}`;
}

export function tooMuchMemory(bytes: number | null | undefined, machine: MachineCapacity | undefined): string | null {
  if (typeof bytes !== "number" || !machine || bytes <= machine.memoryBytes) return null;
  const [wanted, there] = [writtenMemory(bytes), writtenGigabytes(machine.memoryBytes)];
  return `asks for ${wanted} of memory, but this server has ${there}: it gets ${there}`;
}

function writtenGigabytes(bytes: number): string {
  return `${Number((bytes / 1024 ** 3).toFixed(1))}g`;
}
