import type { MachineTask } from "../../ports/machines.ts";

/** The services that run on a machine, or are to run there, by name. */
export function servicesOf(
  tasks: readonly MachineTask[],
): readonly { readonly name: string; readonly running: number; readonly tasks: number }[] {
  const names = [...new Set(tasks.map(({ service }) => service))].sort();
  return names.map((name) => {
    const own = tasks.filter(({ service }) => service === name);
    return { name, running: own.filter(({ isRunning }) => isRunning).length, tasks: own.length };
  });
}
