import type { VendorCredential } from "../core/vendor/vendor-descriptor.ts";
import type { FlagDefinitions, ParsedFlags, Terminal } from "./command.ts";
import { UnusableInput } from "./unusable-input.ts";

/** The environment variable that holds a secret: named by a flag, or by default. */
export type CredentialName = Pick<VendorCredential, "flag" | "variable" | "what">;

/** The secrets of our own lookup. A secret never stands on the command line, where others can read it. */
export const LOOKUP_CREDENTIALS = {
  username: {
    flag: "username-env",
    variable: "LOOKUP_USERNAME",
    what: "the user name of our own lookup",
  },
  password: {
    flag: "password-env",
    variable: "LOOKUP_PASSWORD",
    what: "the password of our own lookup: API key and bearer token too",
  },
} as const satisfies Readonly<Record<string, CredentialName>>;

/** Flags that name the variables of some credentials. */
export function credentialFlags(names: readonly CredentialName[]): FlagDefinitions {
  return Object.fromEntries(
    names.map(({ flag, variable, what }) => {
      const help = `Environment variable that holds ${what}. Default: ${variable}.`;
      return [flag, { type: "string", value: "NAME", help }];
    }),
  );
}

/**
 * A secret from the environment; `undefined` where the default variable is not set. No message repeats what was
 * given as a name: it may be the secret itself.
 *
 * @throws UnusableInput when a flag names no variable, or one that is not set
 */
export function readCredential(
  { flag, variable }: CredentialName,
  { flags, terminal }: { flags: ParsedFlags; terminal: Terminal },
): string | undefined {
  const named = flags.text(flag);
  if (named !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(named)) {
    throw new UnusableInput(`--${flag} takes the name of an environment variable, not the secret itself.`);
  }
  const value = terminal.environment[named ?? variable];
  if (value !== undefined && value !== "") return value;
  if (named === undefined) return undefined;
  throw new UnusableInput(`The environment variable that --${flag} names is not set.`);
}
