/**
 * The dialect `iris` alone: the only entry for hosts that loads an XML parser.
 *
 * @module @offstreet/enforcement/dialects/iris
 */

export { iris } from "./iris.ts";
