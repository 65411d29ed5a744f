/** A problem of this server or a product: a sentence, and what to do about it. */
export interface SystemWarning {
  readonly isSerious: boolean;
  readonly text: string;
  readonly whatToDo: string;
}
