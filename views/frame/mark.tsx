/** The logo: a baton as it changes hands. The old runner lets go only when the new one holds it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark-tile" width="32" height="32" rx="8" />
      <path class="mark-trail" d="M7.5 16.5 16 8" />
      <path class="mark-baton" d="M11 24 24.5 10.5" />
    </svg>
  );
}
