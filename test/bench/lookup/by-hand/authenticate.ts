import { hash, timingSafeEqual } from "node:crypto";
import type { StoredCredential } from "@offstreet/enforcement";
import { credentials } from "../world.ts";

const credentialByHash = new Map(credentials.flatMap((one) => one.hashes.map((hex) => [hex, one] as const)));

/** Whose key it is. SHA-256, found by the hash, compared in constant time. */
export function authenticate(key: string | undefined): StoredCredential | undefined {
  if (key === undefined || key === "") return undefined;
  const hex = hash("sha256", key);
  const stored = credentialByHash.get(hex);
  const given = Buffer.from(hex, "hex");
  return stored?.hashes.some((one) => timingSafeEqual(given, Buffer.from(one, "hex"))) ? stored : undefined;
}
