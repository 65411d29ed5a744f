/** It takes 15 MB of memory, so it is loaded for the first file that is encrypted. */
export const age = () => import("age-encryption");
