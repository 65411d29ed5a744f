/** Why a request was not carried out. `message` is a sentence for the user. */
export interface Refused {
  readonly type: "refused";
  readonly code: "not_found" | "conflict" | "invalid";
  readonly message: string;
}

export function refused(code: Refused["code"], message: string): Refused {
  return { type: "refused", code, message };
}
