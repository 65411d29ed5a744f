/** Why something that was asked for is not done; `message` is a sentence for the one who asked. */
export interface Refused {
  readonly type: "refused";
  readonly code: "not_found" | "conflict" | "invalid";
  readonly message: string;
}

export function refused(code: Refused["code"], message: string): Refused {
  return { type: "refused", code, message };
}
