import { describe, expect, test } from "vitest";
import { type HostAddress, hostAddress } from "../../../server/model/names/host-address.ts";
import { slotCount } from "../../../server/ports/proxy.ts";
import { fillSlots } from "../../../server/rules/routing/slots.ts";

const replicas = (count: number) =>
  Array.from({ length: count }, (_, index) => hostAddress("127.0.0.2", 20_000 + index));
const without = (count: number, ...out: readonly number[]) =>
  replicas(count).map((address, index) => (out.includes(index) ? null : address));

function shares(slots: readonly HostAddress[]): readonly number[] {
  const counts = new Map<HostAddress, number>();
  for (const slot of slots) counts.set(slot, (counts.get(slot) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
}

const moved = (before: readonly HostAddress[], after: readonly HostAddress[]) =>
  before.filter((slot, index) => slot !== after[index]).length;

describe("the slots of a service", () => {
  test("are shared evenly by its replicas, however many there are", () => {
    for (let count = 1; count <= slotCount; count++) {
      const slots = fillSlots(replicas(count));
      expect(slots).toHaveLength(slotCount);
      const counts = shares(slots);
      expect(counts).toHaveLength(count);
      expect((counts.at(-1) ?? 0) - (counts[0] ?? 0)).toBeLessThanOrEqual(1);
    }
  });

  test("move to a further replica only as far as it needs them", () => {
    for (let count = 1; count < slotCount; count++) {
      const share = Math.floor(slotCount / (count + 1));
      expect(moved(fillSlots(replicas(count)), fillSlots(replicas(count + 1)))).toBe(share);
    }
  });

  test("of a replica that is out go to all others, who keep theirs, and come back to it", () => {
    const before = fillSlots(replicas(4));
    const out = fillSlots(without(4, 1));
    expect(moved(before, out)).toBe(8);
    expect(shares(out)).toEqual([10, 11, 11]);
    expect(fillSlots(replicas(4))).toEqual(before);
  });

  test("all go to the last replica that is left", () => {
    expect(shares(fillSlots(without(3, 0, 2)))).toEqual([slotCount]);
  });

  test("are none without a replica", () => {
    expect(fillSlots([])).toEqual([]);
    expect(fillSlots(without(2, 0, 1))).toEqual([]);
  });

  test("stop at as many replicas as there are slots", () => {
    expect(fillSlots(replicas(slotCount + 5))).toEqual(fillSlots(replicas(slotCount)));
  });
});
