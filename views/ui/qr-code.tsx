import { encode } from "uqr";

/** Four modules of white around it, which the standard asks for and dark pages would take away. */
const quietZone = 4;

/** One path of unit squares. It is black on white in both schemes, since few cameras read the reverse. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { border: quietZone, ecc: "M" });
  const squares = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
  return (
    <svg class="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect class="qr-ground" width={size} height={size} />
      <path class="qr-modules" d={squares.join("")} />
    </svg>
  );
}
