/** Says that a redeploy rebuilds services whose build uses changed variables. Renders nothing if there are none. */
export function BuiltAgain({ names, condition }: { readonly names: readonly string[]; readonly condition: string }) {
  if (names.length === 0) return null;
  const sentence = `${condition}services are rebuilt if ${names.join(" or ")} is part of their build.`;
  return <li>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}</li>;
}
