import { type ReconcilerContext, warn } from "./context.ts";

type Chore = () => Promise<void>;

/** What is to be done once, and again until it succeeds. */
export interface Chores {
  add(chore: Chore): void;
  /** Does what is due. Never rejects: what fails is due again. */
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
