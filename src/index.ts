/**
 * Providers, mapping checks, the permit lookup, durable sync and set-up.
 *
 * @module @offstreet/enforcement
 */

export type { Clock } from "./core/clock.ts";
export {
  type Company,
  type CompanyProvider,
  type Directory,
  type Location,
  type LocationProvider,
  memoryDirectory,
} from "./core/directory/directory.ts";
export {
  EnforcementError,
  type EnforcementErrorCode,
  type EnforcementErrorDetails,
  isEnforcementError,
  type RefusalReason,
} from "./core/errors.ts";
export type {
  DialectQuestion,
  LookupAnswer,
  LookupDialect,
  LookupMatch,
  LookupPlace,
  LookupPlaces,
  LookupPlacesQuery,
  LookupQuery,
  LookupReason,
  LookupRefusal,
  LookupRefusalCode,
} from "./core/lookup/dialect.ts";
export type { FindPermits, PermitQuery } from "./core/lookup/find-permits.ts";
export type {
  Authorizer,
  LookupReply,
  LookupRequest,
  PresentedCredential,
  StoredCredential,
} from "./core/lookup/lookup-message.ts";
export type {
  LookupCredential,
  LookupProbe,
  LookupProbeAnswer,
  LookupProbeQuestion,
  LookupProbeReply,
  LookupProbeRequest,
} from "./core/lookup/lookup-probe.ts";
export {
  MAPPING_ISSUE_CODES,
  type MappingInput,
  type MappingIssue,
  type MappingIssueCode,
  type MappingMatch,
  type MappingReport,
  type MappingSummary,
} from "./core/mapping/mapping.ts";
export type { MaybePromise } from "./core/maybe-promise.ts";
export { explainMismatch } from "./core/names/explain-mismatch.ts";
export type { MismatchKind, NameCandidate, NameDifference } from "./core/names/rank-candidates.ts";
export type { Permit, PermitInput } from "./core/permit/permit.ts";
export { type Plate, parsePlate } from "./core/permit/plate.ts";
export { parseRegion, type RegionMatch } from "./core/permit/region.ts";
export type {
  Amendment,
  ConnectionCheck,
  EnforcementProvider,
  FoundRight,
  ListedRegistration,
  OperationOptions,
  Outcome,
  ProviderEvent,
  PullCapabilities,
  PullProvider,
  PushCapabilities,
  PushProvider,
  RegistrationPage,
  Secret,
  Zone,
  ZoneList,
} from "./core/provider.ts";
export type {
  MappingChangeKind,
  MappingChangeStep,
  ProviderSetup,
  SetupCheck,
  SetupEmail,
  SetupParty,
  SetupRequirement,
} from "./core/provider-setup.ts";
export type { Receipt } from "./core/registration/registration.ts";
export {
  type Registration,
  type RegistrationInput,
  registrationsOf,
} from "./core/registration/registration.ts";
export type { HttpOptions } from "./http/options.ts";
export type { LookupAudit, LookupFailure, UnderstoodQuery } from "./lookup/audit.ts";
export { apiKeyAuth, basicAuth, bearerAuth, type FindCredential } from "./lookup/auth/authorizers.ts";
export { type IssuedCredentials, issueCredentials } from "./lookup/auth/issue-credentials.ts";
export type { LookupStage } from "./lookup/decide/inquiry.ts";
export { explainLookup } from "./lookup/explain/explain-lookup.ts";
export type { ConsideredPermit, LookupExplanation, LookupQuestion } from "./lookup/explain/explanation.ts";
export {
  type AnswerOptions,
  createPermitLookupHandler,
  type LookupHandlerReply,
  type PermitLookupHandler,
  type PermitLookupOptions,
  type WhenUndetermined,
} from "./lookup/handler.ts";
export { type MemoryPermits, memoryPermits } from "./lookup/memory-permits.ts";
export type { FailureLimiter } from "./lookup/options.ts";
export type { RedactOptions } from "./lookup/redact.ts";
export type { BodyProblem } from "./lookup/request/body.ts";
export type { LookupEndpoint } from "./setup/ask-endpoint.ts";
export type {
  LocationChange,
  MappingChangeOptions,
  MappingChangePlan,
  PlannedStep,
  RegistrationMove,
} from "./setup/change/mapping-change.ts";
export { planMappingChange } from "./setup/change/plan-mapping-change.ts";
export {
  type EvidenceStore,
  memoryEvidence,
  type TestPlateEvidence,
  type TestPlateSighting,
  type TestPlateTrace,
} from "./setup/evidence/evidence.ts";
export { fileEvidence } from "./setup/evidence/file-evidence.ts";
export { checkReadiness } from "./setup/readiness/check-readiness.ts";
export type {
  ExistingIntegration,
  LocationReadiness,
  LocationStage,
  ReadinessOptions,
  ReadinessReport,
  ReadyEmail,
  RequirementReadiness,
  RequirementState,
  TestPlateReadiness,
} from "./setup/readiness/readiness.ts";
export { runTestPlate } from "./setup/test-plate/run-test-plate.ts";
export { sweepTestPlates } from "./setup/test-plate/sweep-test-plates.ts";
export type {
  PullTestPlateOptions,
  PushTestPlateOptions,
  SweepOptions,
  SweptTestPlate,
  TestPermits,
  TestPlateOptions,
  TestPlateResult,
  TestPlateSight,
} from "./setup/test-plate/test-plate.ts";
export type { ChangeResult, NotInDirectory } from "./sync/changes/change-result.ts";
export type { ChangeOptions } from "./sync/changes/host-changes.ts";
export type { ClockReference, ClockStatus } from "./sync/clock/clock-watch.ts";
export type {
  AcknowledgedEvent,
  ClockEvent,
  ClockLeaptEvent,
  DirectoryEvent,
  ErasedEvent,
  HeldEvent,
  LedgerEvent,
  ProviderDownEvent,
  ProviderUpEvent,
  RefusedEvent,
  RequestStuckEvent,
  SyncEvent,
  UnmappedEvent,
} from "./sync/deliver/events.ts";
export type { LagPercentiles } from "./sync/deliver/lag.ts";
export type { BreakerStatus } from "./sync/deliver/send/breaker.ts";
export type { ExplainOptions } from "./sync/explain/explain-in-sync.ts";
export { type ExplainPermitOptions, explainPermit } from "./sync/explain/explain-permit.ts";
export type {
  AcknowledgedEntry,
  NotJudgedEntry,
  NotSentEntry,
  OnItsWayEntry,
  OpenOperation,
  PermitExplanation,
  PermitExplanationEntry,
  PlainReason,
  RefusedEntry,
  RefusedOperation,
  RefusedReason,
  TargetCandidate,
  TargetCheck,
  TargetNotJudged,
  UnsentEntry,
  VendorWords,
  WithdrawnEntry,
} from "./sync/explain/explanation.ts";
export type { FailureChangeOptions } from "./sync/failures/change-failures.ts";
export type { SyncFailure } from "./sync/failures/failure.ts";
export type { FailureFilter } from "./sync/failures/failure-filter.ts";
export type {
  FailureResult,
  FailureStatus,
  FailuresReport,
  FailuresReportItem,
} from "./sync/failures/failures-report.ts";
export type {
  DeliveryId,
  Failure as LedgerFailure,
  Intent as RegistrationIntent,
  ProviderState,
  Refusal as RegistrationRefusal,
  RegistrationState,
  Repair as RegistrationRepair,
  Trouble as RegistrationTrouble,
  WithdrawnRight,
} from "./sync/ledger/delivery.ts";
export type {
  ChangeStatus,
  ClaimedDelivery,
  ClaimRequest,
  ClockMemory,
  DeliveryCounts,
  DeliveryRecord,
  DeliveryUpdate,
  DueOptions,
  KnownState,
  Ledger,
  LedgerChange,
  LedgerTransaction,
  PermitRecord,
  RecordOptions,
  StoredPermit,
} from "./sync/ledger/ledger.ts";
export type { Outage, OutageChange, ReadBack, ReadBackNote } from "./sync/ledger/provider-notes.ts";
export { memoryLedger } from "./sync/memory/memory-ledger.ts";
export type { PermitSyncOptions } from "./sync/options.ts";
export { createPermitSync, type PermitSync } from "./sync/permit-sync.ts";
export type {
  Drift,
  DriftCounts,
  DriftKind,
  ReconcileOptions,
  ReconcileProgress,
  ReconcileReport,
} from "./sync/reconcile/drift.ts";
export type { ReassertOptions, ReassertProgress, ReassertReport } from "./sync/reconcile/reassert.ts";
export type { ProviderStatus, StuckRequest, SyncStatus } from "./sync/status.ts";
export * from "./vendors/index.ts";
