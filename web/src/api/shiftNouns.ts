import type { components } from './schema'

type Schemas = components['schemas']
type Listed<N extends keyof Schemas> = Schemas[N] extends { items: (infer Item)[] } ? Item : never
export type ConfigView = Listed<'ListOf_ConfigView'>
export type ConfigDiff = Schemas['ConfigDiffView']
export type DiffHunk = Schemas['HunkView']
export type DiffLine = Schemas['DiffLineView']
export type BackupView = Schemas['BackupView']
export type BackupProblem = Schemas['BackupProblem']
export type MaintenanceView = Listed<'ListOf_MaintenanceView'>
export type MaintenanceState = Schemas['MaintenanceState']
export type MaintenanceInput = Schemas['MaintenanceInput']
export type MaintenancePatch = Schemas['MaintenancePatch']
export type ObjectInput = MaintenanceInput['objects'][number]
export type AvailabilityReport = Schemas['AvailabilityReport']
export type ServiceAvailability = Schemas['ServiceAvailability']
export type Evidence = Schemas['EvidenceView']
