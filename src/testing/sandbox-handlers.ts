import type { HttpHandler } from "msw";
import { fieldError, readOptionalText, readRecord } from "../core/fields.ts";
import type { ServedVendorName, VendorSandboxesByName } from "../sandbox/sandbox.ts";

/** Where each vendor's sandbox shall answer, by the vendor's name: the `baseUrl` that the provider under test is given. */
export type SandboxBaseUrls = { readonly [Name in ServedVendorName]?: string };

/**
 * Request handlers for msw, version 2 or later, with which the sandboxes answer in the vendors' place. A fault that breaks the connection
 * breaks it for the client too. It needs `msw`, an optional peer dependency, installed.
 *
 * @example
 * const sandbox = createSandbox();
 * const server = setupServer(...sandboxHandlers(sandbox, { passport: "https://api.us.passportinc.com" }));
 *
 * @throws EnforcementError `invalid_config` when msw is missing or older, `invalid_input` when a base URL is none
 */
export function sandboxHandlers(sandbox: VendorSandboxesByName, baseUrls: SandboxBaseUrls): HttpHandler[] {
  // Beside the vendors, a sandbox has functions only.
  const vendors = (Object.keys(sandbox) as ServedVendorName[]).filter(
    (name) => typeof sandbox[name] === "object",
  );
  const given = readRecord(baseUrls, "baseUrls", vendors);
  const { http } = loadMsw();
  return vendors.flatMap((vendor) => {
    const baseUrl = readOptionalText(given[vendor], `baseUrls.${vendor}`);
    if (baseUrl === undefined) return [];
    if (!URL.canParse(baseUrl)) throw fieldError(`baseUrls.${vendor}`, "must be a URL.");
    return http.all(`${baseUrl.replace(/\/+$/, "")}/*`, async ({ request }) => {
      try {
        return await sandbox[vendor].fetch(request);
      } catch {
        // msw would answer 500 with what was thrown; what breaks here is the connection.
        return Response.error();
      }
    });
  });
}

// Loaded when it is needed, so that the rest of this entry works without it; and at once, so that no test has to wait.
function loadMsw(): Pick<typeof import("msw"), "http"> {
  const { createRequire } = process.getBuiltinModule("node:module");
  let loaded: Partial<typeof import("msw")>;
  try {
    // A bundle of CommonJS has no address of its own; the tests run where msw is installed.
    loaded = createRequire(import.meta.url ?? `${process.cwd()}/bundle.js`)("msw");
  } catch {
    throw fieldError("msw", "cannot be loaded; run: npm install --save-dev msw", "invalid_config");
  }
  const { http } = loaded;
  if (typeof http?.all === "function") return { http };
  throw fieldError(
    "msw",
    'is older than 2, the lowest version that works; run: npm install --save-dev msw@">=2"',
    "invalid_config",
  );
}
