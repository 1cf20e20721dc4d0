import type { DescField, DescOneof } from "../descriptor/model.js";

/**
 * Element memory of a message with these members, all empty: an object, and in it what V8 makes for a `Map` (184 bytes),
 * for an array (32, and 184 with its first element) and for the value of a oneof (40).
 */
export function messageMemory(members: readonly (DescField | DescOneof)[]): number {
  return members.reduce((sum, member) => sum + memberMemory(member), 64);
}

function memberMemory(member: DescField | DescOneof): number {
  if (member.kind === "oneof") return 48;
  return { singular: 8, list: 64, map: 192 }[member.cardinality];
}
