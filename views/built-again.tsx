/** That a redeploy builds, because of changed variables which builds are given. Nothing where there are none. */
export function BuiltAgain({ names, condition }: { readonly names: readonly string[]; readonly condition: string }) {
  if (names.length === 0) return null;
  const sentence = `${condition}services are built again if ${names.join(" or ")} is part of their build.`;
  return <li>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}</li>;
}
