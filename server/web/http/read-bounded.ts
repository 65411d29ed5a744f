/**
 * Reads the raw bytes of a body. Stops if the body is too large or too slow; an abort of `signal` also counts as too
 * slow.
 */
export async function readBounded(
  request: Request,
  { maxBytes, timeoutMs }: { readonly maxBytes: number; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<Uint8Array | "too-large" | "too-slow"> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return "too-large";
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  let isLate = false;
  const end = () => {
    isLate = true;
    reader.cancel().catch(() => {});
  };
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener("abort", end, { once: true });
  try {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > maxBytes) {
        reader.cancel().catch(() => {});
        return "too-large";
      }
      parts.push(next.value);
    }
    return isLate ? "too-slow" : Buffer.concat(parts, length);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
