/** More words than anybody types; each of them costs the search time. */
const mostWords = 10;

/**
 * The words of a text that is searched for, in lower case. What separates words is left out: "api.example.com" is three
 * of them.
 */
export function searchWords(text: string, most = mostWords): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .slice(0, most);
}
