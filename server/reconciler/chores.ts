import { type ReconcilerContext, warn } from "./context.ts";

type Chore = () => Promise<void>;

/** Tasks that must be done once, and are repeated until they succeed. */
export interface Chores {
  add(chore: Chore): void;
  /** Runs the tasks that are due. Never rejects: a task that fails stays due. */
  catchUp(): Promise<void>;
}

export function createChores(context: ReconcilerContext): Chores {
  const due = new Set<Chore>();
  return {
    add: (chore) => void due.add(chore),
    async catchUp() {
      for (const chore of [...due]) {
        due.delete(chore);
        await chore().catch((error: unknown) => {
          due.add(chore);
          warn(context, error, "tidying up after earlier deployments failed; it will be retried");
        });
      }
    },
  };
}
