/** A variable as it was entered, before its references are resolved. */
export interface ScopedVariable {
  readonly value: string;
  readonly isSecret: boolean;
  /** Whether `${{ … }}` in its value is a reference. It is text in values from before there were references. */
  readonly refers: boolean;
  /** Whether builds get it; null lets its name decide. */
  readonly atBuild: boolean | null;
}

/** The variables of one installation, and those that their values refer to. */
export interface VariableScope {
  /** The product's slug; empty for the shared variables of an environment, which belong to no product. */
  readonly product: string;
  /** The environment's name. */
  readonly environment: string;
  /**
   * By product and name: the installation's variables, and those of the products in its environment that they refer to,
   * directly or through others.
   */
  readonly products: ReadonlyMap<string, ReadonlyMap<string, ScopedVariable>>;
}

/** Decides whether a change of variables stands: a sentence without its full stop undoes it. */
export type RefuseVariables = (scopes: readonly VariableScope[]) => string | null;
