import Anser from "anser";

/** A piece of a line, with the CSS classes of its colours. */
export interface Span {
  readonly text: string;
  readonly classes: string;
}

const esc = "\u001b";
// Matches what may follow ESC: a CSI sequence; a string sequence (OSC, DCS, SOS, PM, APC) up to its end; or one or two
// characters. Each may be cut off at the end of the text. Every quantifier stops at a character that starts the next
// part.
const sequences = new RegExp(
  [
    `${esc}\\[[0-?]*[ -/]*[@-~]?`,
    `${esc}[\\]PX^_][^\\u0007${esc}\\n]*(?:\\u0007|${esc}\\\\)?`,
    `${esc}[ -/]*[0-~]?`,
    "\\u009b[0-?]*[ -/]*[@-~]?",
  ].join("|"),
  "g",
);
const colours = new RegExp(`^${esc}\\[[0-9;]{0,64}m$`);
const colourChanges = new RegExp(`${esc}\\[[0-9;]*m`, "g");
const resets = new RegExp(`${esc}\\[0*m`);
/**
 * Limits the parser's work and memory, which grow with the square of this number. A line with more changes loses its
 * colours.
 */
const maxColourChanges = 200;

// Control characters other than tab, line feed and ESC; characters that change the direction of the text around them,
// so that a log would read differently from what it says; unpaired surrogates.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match control characters
const controls = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;
const misleading = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Removes everything except visible text and colours. A carriage return restarts its line. */
export function harmlessText(text: string): string {
  return text
    .split("\n")
    .map((line) => line.split("\r").findLast((part) => part !== "") ?? "")
    .join("\n")
    .replace(sequences, (sequence) => (colours.test(sequence) ? sequence : ""))
    .replace(controls, "")
    .replace(misleading, "\ufffd");
}

/** Removes colours as well: no control characters remain except tab and line feed. */
export function plainText(text: string): string {
  return harmlessText(text).replace(colourChanges, "");
}

/** Splits lines into spans. A colour that one line sets continues on the next line, as in a terminal. */
export function spansOf(lines: readonly string[]): readonly (readonly Span[])[] {
  let lasting: readonly string[] = [];
  return lines.map((line) => {
    const text = harmlessText(line).replaceAll("\n", " ");
    const changes = text.match(colourChanges) ?? [];
    if (changes.length > maxColourChanges) return [{ text: text.replace(colourChanges, ""), classes: "" }];
    const before = lasting.join("");
    lasting = lastingColours([...lasting, ...changes]);
    return Anser.ansiToJson(before + text, { json: true, use_classes: true, remove_empty: true }).map((entry) => ({
      text: entry.content,
      classes: classesOf(entry),
    }));
  });
}

/** The changes that still apply after all these: the last few since the last reset. */
function lastingColours(changes: readonly string[]): readonly string[] {
  return changes.slice(changes.findLastIndex((change) => resets.test(change)) + 1).slice(-8);
}

function classesOf(entry: Anser.AnserJsonEntry): string {
  const names = [
    colourClass(entry.fg, entry.fg_truecolor, "fg"),
    colourClass(entry.bg, entry.bg_truecolor, "bg"),
    ...entry.decorations.map((decoration) => `ansi-${decoration}`),
  ];
  return [...new Set(names.filter((name) => name !== null))].join(" ");
}

/**
 * A page without inline styles has sixteen colours. The 256-colour palette and true colours map to the nearest of them.
 */
function colourClass(name: string | null, rgb: string | null, part: "fg" | "bg"): string | null {
  if (!name) return null;
  const palette = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  if (palette !== undefined) return `${nearest(paletteColour(Number(palette)))}-${part}`;
  if (name === "ansi-truecolor") return rgb ? `${nearest(rgb.split(",").map(Number))}-${part}` : null;
  return `${name}-${part}`;
}

/** xterm's palette above the first sixteen colours: a 6×6×6 cube, then 24 greys. */
function paletteColour(index: number): readonly number[] {
  if (index >= 232) return Array(3).fill(8 + (index - 232) * 10);
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

const hues = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** Uses one bit each for red, green and blue, and one for the brightness of the strongest component. */
function nearest(rgb: readonly number[]): string {
  const [red = 0, green = 0, blue = 0] = rgb;
  const brightest = Math.max(red, green, blue);
  if (brightest < 50) return "ansi-black";
  const bit = (part: number) => (part > brightest * 0.6 ? 1 : 0);
  const hue = hues[bit(red) + 2 * bit(green) + 4 * bit(blue)] ?? "white";
  if (hue === "white" && brightest < 170) return "ansi-bright-black";
  return brightest > 200 ? `ansi-bright-${hue}` : `ansi-${hue}`;
}
