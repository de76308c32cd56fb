import type { HandheldCredential } from "../../core/lookup/handheld.ts";
import type { PullVendor, VendorDialect } from "../../core/vendor/vendor-descriptor.ts";
import type { Command, ParsedFlags, Terminal } from "../command.ts";
import { credentialFlags, LOOKUP_CREDENTIALS, readCredential } from "../credentials.ts";
import { choose, onlyOperand } from "../flags.ts";
import { isPermit, renderLookup, toLookupJson } from "../report/lookup-report.ts";
import { renderJson } from "../report/visible.ts";
import { UnusableInput } from "../unusable-input.ts";
import { KNOWN_VENDORS } from "../vendors/known-vendors.ts";

const PULL_VENDORS = KNOWN_VENDORS.filter((vendor): vendor is PullVendor => vendor.delivery === "pull");

/** The dialects of the vendors that send lookups, each with its vendor. */
const DIALECTS: ReadonlyMap<string, { readonly vendor: PullVendor; readonly dialect: VendorDialect }> =
  new Map(
    PULL_VENDORS.flatMap((vendor) =>
      vendor.dialects.map((dialect) => [dialect.name, { vendor, dialect }] as const),
    ),
  );

const SCHEMES = ["basic", "bearer", "api-key"] as const;

/** Asks a lookup endpoint for a plate as an officer's handheld does. */
export const lookupCommand: Command = {
  name: "lookup",
  summary: "ask a lookup endpoint for a plate, as an officer's handheld does",
  usage: "<url> --plate <plate>",
  notes: [
    "Exit code 0: a permit is shown. 1: none, or no answer. 2: unusable input.",
    "User name and password come from the environment: LOOKUP_USERNAME and LOOKUP_PASSWORD.",
  ],
  flags: {
    plate: { type: "string", value: "plate", help: "What the officer types." },
    state: { type: "string", value: "NB", help: "State or province, where the dialect sends it." },
    location: { type: "string", value: "id", help: "Where the officer stands, where the dialect sends it." },
    dialect: {
      type: "string",
      choices: [...DIALECTS.keys()],
      help: "What the handheld speaks. Default: offstreet.",
    },
    scheme: {
      type: "string",
      choices: SCHEMES,
      help: "How the credentials travel. Default: basic with a user name, else api-key. iris has its own.",
    },
    ...credentialFlags(Object.values(LOOKUP_CREDENTIALS)),
    timeout: { type: "string", value: "seconds", help: "When the handheld gives up. Default: 10." },
    json: { type: "boolean", help: "Print the answer as JSON." },
  },
  operands: [],
  examples: [
    { run: 'lookup https://permits.example/enforcement/lookup --plate "GXK 204"', does: "one plate" },
    {
      run: "lookup https://permits.example/lookup --plate GXK204 --scheme api-key --password-env MY_KEY",
      does: "with an API key that MY_KEY holds",
    },
    {
      run: "lookup http://127.0.0.1:3000/lookup --plate GXK204 --dialect genetec --json",
      does: "for a program",
    },
  ],
  async run(flags, terminal) {
    const url = readUrl(onlyOperand(flags, "URL"));
    const { vendor, dialect } = chooseDialect(flags);
    const handheld = vendor.sandbox.create({
      url,
      dialect: dialect.name,
      credential: readHandheldCredential(dialect, { flags, terminal }),
      timeoutMs: readSeconds(flags) * 1_000,
    });
    const plate = flags.text("plate");
    if (plate === undefined) throw new UnusableInput("Say which plate with --plate.");
    const [state, locationId] = [flags.text("state"), flags.text("location")];
    const started = terminal.monotonic();
    terminal.showProgress(`Asking ${url.host}…`);
    const answer = await handheld.lookup({
      plate,
      signal: terminal.signal,
      ...(state === undefined ? {} : { state }),
      ...(locationId === undefined ? {} : { locationId }),
    });
    const tookMs = Math.round(terminal.monotonic() - started);
    const outcome = { answer, tookMs };
    terminal.print(
      flags.isSet("json") ? renderJson(toLookupJson(outcome)) : renderLookup(outcome, terminal.output),
    );
    return isPermit(outcome) ? 0 : 1;
  },
};

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new UnusableInput("The endpoint must be an http or https address.");
  }
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "http:" && !isLoopback) {
    throw new UnusableInput(
      "The endpoint must be https: the credentials travel to it. http is for this machine alone.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new UnusableInput("The address holds credentials; give them in environment variables.");
  }
  return url;
}

function chooseDialect(flags: ParsedFlags): { vendor: PullVendor; dialect: VendorDialect } {
  const names = [...DIALECTS.keys()];
  const name = choose(flags, "dialect", names) ?? names[0];
  const chosen = name === undefined ? undefined : DIALECTS.get(name);
  if (chosen === undefined) throw new UnusableInput("No vendor asks for plates.");
  return chosen;
}

function readHandheldCredential(
  dialect: VendorDialect,
  { flags, terminal }: { flags: ParsedFlags; terminal: Terminal },
): HandheldCredential {
  const username = readCredential(LOOKUP_CREDENTIALS.username, { flags, terminal });
  const password = readCredential(LOOKUP_CREDENTIALS.password, { flags, terminal });
  if (password === undefined) {
    throw new UnusableInput(
      "Put the password into the environment variable LOOKUP_PASSWORD, or name one with --password-env.",
    );
  }
  const named = choose(flags, "scheme", SCHEMES);
  const hasToken = dialect.credentials === "username-token";
  if (hasToken && named !== undefined)
    throw new UnusableInput(`--dialect ${dialect.name} has its own credentials; leave --scheme out.`);
  const scheme = named ?? (username === undefined && !hasToken ? "api-key" : "basic");
  if (scheme === "bearer") return { scheme, token: password };
  if (scheme === "api-key") return { scheme, key: password };
  if (username === undefined) {
    throw new UnusableInput(
      "Put the user name into the environment variable LOOKUP_USERNAME, or name one with --username-env.",
    );
  }
  return hasToken
    ? { scheme: "username-token", username, password, token: password }
    : { scheme, username, password };
}

function readSeconds(flags: ParsedFlags): number {
  const seconds = Number(flags.text("timeout") ?? 10);
  if (!(seconds > 0 && seconds <= 600))
    throw new UnusableInput("--timeout must be a number of seconds, at most 600.");
  return seconds;
}
