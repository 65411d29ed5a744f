/** The CSRF token that every form of a session must carry if it changes something. */
export function CsrfField({ token }: { readonly token: string | null }) {
  return token === null ? null : <input type="hidden" name="csrf" value={token} />;
}
