/** Reasons and messages are written to stand inside a sentence; alone they begin with a capital. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function sentence(message: string): string {
  return capital(message) + (/[.!?]$/.test(message) ? "" : ".");
}
