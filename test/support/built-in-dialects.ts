import { genetecDialect } from "../../src/vendors/t2-flex/dialects/genetec/genetec.ts";
import { iris } from "../../src/vendors/t2-flex/dialects/iris/iris.ts";
import { offstreetDialect } from "../../src/vendors/t2-flex/dialects/offstreet/offstreet.ts";

/** The dialects that come with the package, for tests that do the same with each. */
export const BUILT_IN_DIALECTS = { offstreet: offstreetDialect, iris, genetec: genetecDialect } as const;

export type BuiltInDialect = keyof typeof BUILT_IN_DIALECTS;
