/** Capitalises a reason or message that was written for the middle of a sentence, so that it can stand alone. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function sentence(message: string): string {
  return capital(message) + (/[.!?]$/.test(message) ? "" : ".");
}
