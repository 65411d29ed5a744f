const programInterpreter = 3;

/**
 * The dynamic loader that a 64-bit little-endian ELF program names (PT_INTERP). Null for static programs and other
 * files.
 */
export function elfInterpreter(program: Buffer): string | null {
  const isElf64 =
    program.length >= 64 && program.readUInt32BE(0) === 0x7f454c46 && program[4] === 2 && program[5] === 1;
  if (!isElf64) return null;
  const tableOffset = Number(program.readBigUInt64LE(32));
  const entrySize = program.readUInt16LE(54);
  const entryCount = program.readUInt16LE(56);
  for (let index = 0; index < entryCount; index++) {
    const at = tableOffset + index * entrySize;
    if (at + 40 > program.length) return null;
    if (program.readUInt32LE(at) !== programInterpreter) continue;
    const offset = Number(program.readBigUInt64LE(at + 8));
    const size = Number(program.readBigUInt64LE(at + 32));
    return program.toString("latin1", offset, offset + size).replace(/\0.*$/s, "");
  }
  return null;
}
