import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { VendorDescriptor } from "../../src/core/vendor/vendor-descriptor.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { VENDORS } from "../../src/vendors/list.ts";

const vendors: readonly VendorDescriptor[] = VENDORS;
const unknown = () => undefined;
const settingsOf = (vendor: VendorDescriptor) =>
  vendor.delivery === "push" ? { baseUrl: "https://vendor.test" } : {};

describe("the list of vendors", () => {
  it("names each vendor's folder once", () => {
    const folders = readdirSync("src/vendors", { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(vendors.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it("has no flag, variable or dialect twice", () => {
    const names = [
      vendors.map(({ list }) => list.flag),
      vendors.flatMap(({ credentials }) => credentials.map(({ flag }) => flag)),
      vendors.flatMap(({ credentials }) => credentials.map(({ variable }) => variable)),
      vendors.flatMap((vendor) =>
        vendor.delivery === "pull" ? vendor.dialects.map(({ name }) => name) : [],
      ),
    ];
    for (const list of names) expect(list).toEqual([...new Set(list)]);
  });
});

describe.each(vendors.map((vendor) => [vendor.name, vendor] as const))(
  "the descriptor of %s",
  (name, vendor) => {
    it("creates providers of its vendor, under the vendor's name, with its set-up", () => {
      const provider = vendor.createProvider("one", { settings: settingsOf(vendor), credential: unknown });
      expect(provider).toMatchObject({
        id: "one",
        vendor: name,
        delivery: vendor.delivery,
        setup: vendor.setup,
      });
    });

    it("names only fields and settings that exist", () => {
      const { list, neededSettings, settings } = vendor;
      const keys = list.fields.map(({ key }) => key);
      expect(keys).toContain(list.target);
      if (list.textAlone !== undefined) expect(keys).toContain(list.textAlone);
      expect(keys).toEqual(expect.arrayContaining(Object.keys(list.reply?.names ?? {})));
      for (const form of list.forms)
        if (form.form === "bullets") expect(keys).toEqual(expect.arrayContaining([form.id, form.name]));
      expect(Object.keys(settings)).toEqual(expect.arrayContaining([...neededSettings]));
    });

    it("has a hint for each key that a new mapping file has, in one line", () => {
      const { hints, settings, hasCompanyCodes = false } = vendor;
      expect(Object.keys(hints.settings).sort()).toEqual(Object.keys(settings).sort());
      expect(hints.code !== undefined).toBe(hasCompanyCodes);
      const { target, list, code, name: ofName, zoneName } = hints;
      for (const hint of [target, list, code, ofName, zoneName, ...Object.values(hints.settings)])
        expect(hint ?? "None.").toMatch(/^\S.*\.$/);
    });

    it("passes the known settings to its validator, which accepts them", () => {
      const entry = Object.fromEntries(vendor.list.fields.map(({ key }) => [key, "1"]));
      const input = {
        company: { id: "c", name: "C", providers: {} },
        locations: [],
        providerId: "one",
        ...vendor.toMappingOptions({ list: { entries: [entry], complete: true }, settings: {} }),
      };
      expect(vendor.validateMapping(input)).toMatchObject({ ok: true, verified: true });
    });
  },
);

describe.each(
  vendors.filter(({ delivery }) => delivery === "push").map((vendor) => [vendor.name, vendor] as const),
)("the sandbox of %s", (name, vendor) => {
  it("exists under the vendor's name, and accepts a provider with the descriptor's settings", async () => {
    if (vendor.delivery !== "push") throw new Error("It is pushed to.");
    const options = vendor.sandbox.toOptions({ settings: {}, targets: [{ target: "101", name: "Lot 101" }] });
    const sandbox = createSandbox({ strict: true, [name]: options });
    const server = await sandbox.listen();
    try {
      const { settings, credentials } = vendor.sandbox.toConnection(sandbox[name as "passport"]);
      const provider = vendor.createProvider("one", {
        settings: { ...settings, baseUrl: server[`${name as "passport"}Url`] },
        credential: (key) => credentials[key],
      });
      expect(await provider.checkConnection()).toMatchObject({ status: "connected" });
    } finally {
      await server.close();
    }
  });
});
