import type { FlagDefinitions, ParsedFlags, Terminal } from "./command.ts";
import { UnusableInput } from "./unusable-input.ts";

/** The environment variable that holds a secret: named by a flag, or by default. */
export interface CredentialName {
  readonly flag: string;
  readonly variable: string;
}

/** Everything secret that a command may need. A secret never stands on the command line, where others can read it. */
export const CREDENTIALS = {
  clientId: { flag: "client-id-env", variable: "PASSPORT_CLIENT_ID" },
  clientSecret: { flag: "client-secret-env", variable: "PASSPORT_CLIENT_SECRET" },
  token: { flag: "token-env", variable: "HOTSPOT_TOKEN" },
  companyToken: { flag: "company-token-env", variable: "HOTSPOT_COMPANY_TOKEN" },
  username: { flag: "username-env", variable: "LOOKUP_USERNAME" },
  password: { flag: "password-env", variable: "LOOKUP_PASSWORD" },
} as const satisfies Readonly<Record<string, CredentialName>>;

/** A credential's name among ours. */
export type CredentialKey = keyof typeof CREDENTIALS;

const WHAT: Readonly<Record<CredentialKey, string>> = {
  clientId: "Passport's client id",
  clientSecret: "Passport's client secret",
  token: "HotSpot's token",
  companyToken: "the company's HotSpot token, where there is one",
  username: "the user name of our own lookup",
  password: "the password of our own lookup: API key and bearer token too",
};

/** Flags that name the variables of some credentials. */
export function credentialFlags(names: readonly CredentialKey[]): FlagDefinitions {
  return Object.fromEntries(
    names.map((name) => {
      const { flag, variable } = CREDENTIALS[name];
      const help = `Environment variable that holds ${WHAT[name]}. Default: ${variable}.`;
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
