import { describe, expect, expectTypeOf, it } from "vitest";
import type { MappingInput, MappingReport } from "../../src/core/mapping/mapping.ts";
import type { EnforcementProvider, PullProvider, PushProvider } from "../../src/core/provider.ts";
import type { Registration, RegistrationInput } from "../../src/core/registration/registration.ts";
import type { HotSpotMappingInput } from "../../src/vendors/hotspot/mapping.ts";
import { createHotSpotProvider, type HotSpotProvider } from "../../src/vendors/hotspot/provider.ts";
import type { PassportOptions } from "../../src/vendors/passport/config.ts";
import type { PassportMappingInput } from "../../src/vendors/passport/mapping.ts";
import { createPassportProvider, type PassportProvider } from "../../src/vendors/passport/provider.ts";
import type { T2FlexMappingInput } from "../../src/vendors/t2-flex/mapping.ts";
import type { T2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";

const PASSPORT = {
  operatorId: "3f1d1d7e-0f52-4a5e-9f3b-0d2c6f3f1a10",
  clientId: "client",
  clientSecret: "secret",
};

// tsc checks these; at run time only the values are compared.
describe("types of providers", () => {
  it("name the input of each vendor's validator", () => {
    expectTypeOf<PushProvider["validateMapping"]>().toEqualTypeOf<(input: MappingInput) => MappingReport>();
    expectTypeOf<Parameters<PassportProvider["validateMapping"]>>().toEqualTypeOf<[PassportMappingInput]>();
    expectTypeOf<Parameters<HotSpotProvider["validateMapping"]>>().toEqualTypeOf<[HotSpotMappingInput]>();
    expectTypeOf<Parameters<T2FlexProvider["validateMapping"]>>().toEqualTypeOf<[T2FlexMappingInput]>();
  });

  it("allow every vendor's provider where any provider is accepted", () => {
    expectTypeOf<PassportProvider>().toExtend<PushProvider>();
    expectTypeOf<PassportProvider<"external">>().toExtend<PushProvider>();
    expectTypeOf<HotSpotProvider>().toExtend<PushProvider>();
    expectTypeOf<T2FlexProvider>().toExtend<PullProvider>();
    expectTypeOf<PassportProvider | HotSpotProvider | T2FlexProvider>().toExtend<EnforcementProvider>();
  });

  it("let a provider of the host's own take what sync sends, and ours also what a host has", () => {
    type Registered<Provider extends PushProvider> = Parameters<Provider["register"]>[0];
    type OneOfMany<Provider extends PushProvider> = Parameters<Provider["registerMany"]>[0][number];
    expectTypeOf<Registered<PushProvider>>().toEqualTypeOf<Registration>();
    expectTypeOf<OneOfMany<PushProvider>>().toEqualTypeOf<Registration>();
    expectTypeOf<Registered<PassportProvider>>().toEqualTypeOf<RegistrationInput>();
    expectTypeOf<OneOfMany<PassportProvider>>().toEqualTypeOf<RegistrationInput>();
    expectTypeOf<Registered<HotSpotProvider>>().toEqualTypeOf<RegistrationInput>();
    expectTypeOf<OneOfMany<HotSpotProvider>>().toEqualTypeOf<RegistrationInput>();
    expectTypeOf<Registration>().toExtend<RegistrationInput>();
  });

  it("have the methods to read back where Passport's own zone ids are used", () => {
    const provider = createPassportProvider(PASSPORT);
    expectTypeOf(provider).toEqualTypeOf<PassportProvider>();
    expectTypeOf(provider.find).toBeFunction();
    expectTypeOf(provider.listRegistrations).toBeFunction();
    expect(provider.capabilities).toMatchObject({ listZones: true, find: true, listRegistrations: true });
    expect(Object.keys(provider)).toEqual(expect.arrayContaining(["listZones", "find", "listRegistrations"]));
  });

  it("make them optional where zone ids are, or may be, external", () => {
    const options: PassportOptions = { ...PASSPORT, zoneIds: "external" };
    const provider = createPassportProvider(options);
    expectTypeOf(provider.find).toEqualTypeOf<PushProvider["find"]>();
    expectTypeOf(provider.listRegistrations).toEqualTypeOf<PushProvider["listRegistrations"]>();
    expectTypeOf(createPassportProvider({ ...PASSPORT, zoneIds: "external" }).find).toBeNullable();
    expect(provider.capabilities).toMatchObject({ listZones: true, find: false, listRegistrations: false });
    expect(provider).not.toHaveProperty("find");
    expect(provider).not.toHaveProperty("listRegistrations");
  });

  it("have neither of them for HotSpot", () => {
    const provider = createHotSpotProvider({ baseUrl: "https://hotspot.test", token: "token" });
    expect(provider.capabilities).toMatchObject({ listZones: false, find: false, listRegistrations: false });
    for (const method of ["listZones", "find", "listRegistrations"]) {
      expect(provider).not.toHaveProperty(method);
    }
  });
});
