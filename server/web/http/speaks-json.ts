/** Whether errors on this path are told as JSON (the API, webhooks) or as a page (all else). */
export function speaksJson(path: string): boolean {
  return (
    path === "/api" ||
    path.startsWith("/api/") ||
    path.startsWith("/webhooks/") ||
    path === "/metrics" ||
    path === "/healthz" ||
    path === "/livez"
  );
}
