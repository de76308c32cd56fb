/** What each error number means, with the status it travels under. */
const REFUSALS = {
  9001: { status: 401, message: "The token is missing." },
  9002: { status: 403, message: "Not permitted." },
  9003: { status: 400, message: "The request cannot be read." },
  9004: { status: 400, message: "The end time is missing or unreadable." },
  9005: { status: 400, message: "The end time is not after the start time." },
  9006: { status: 400, message: "The plate is required." },
  9008: { status: 400, message: "The permit reference is missing." },
  9009: { status: 404, message: "The permit is not found." },
  9010: { status: 404, message: "The SpotID is unknown." },
  9011: { status: 400, message: "The region is required." },
  9022: { status: 409, message: "The permit already exists." },
} as const;

/** A number of the vendor's `ErrorCode`. */
export type HotSpotErrorCode = keyof typeof REFUSALS;

/** A refusal in the inferred form, thrown anywhere below the sandbox's router. Never repeats a value. */
export class HotSpotRefusal extends Error {
  readonly code: HotSpotErrorCode;
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;

  constructor(
    code: HotSpotErrorCode,
    options: { reason?: string; status?: number; fields?: Readonly<Record<string, string>> } = {},
  ) {
    const { status, message } = REFUSALS[code];
    super(options.reason === undefined ? message : `${message} ${options.reason}`);
    this.code = code;
    this.status = options.status ?? status;
    this.fields = options.fields ?? {};
  }

  toResponse(): Response {
    const body = { ErrorCode: this.code, ErrorMessage: this.message, ...this.fields };
    return Response.json(body, { status: this.status });
  }
}
