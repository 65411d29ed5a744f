/** What an unsafe form of a session must carry. */
export function CsrfField({ token }: { readonly token: string | null }) {
  return token === null ? null : <input type="hidden" name="csrf" value={token} />;
}
