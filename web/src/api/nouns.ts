import type { AlarmMore, DeviceMore, MeMore } from './contract3'
import type { components } from './schema'

type Schemas = components['schemas']
/** As lists give it; what a page of one object gives is the same or more. */
type Listed<N extends keyof Schemas> = Schemas[N] extends { items: (infer Item)[] } ? Item : never
export type Alarm = Listed<'ListOf_AlarmView'> & AlarmMore
export type AlarmClass = Schemas['AlarmClass']
export type Severity = Schemas['Severity']
export type Device = Listed<'ListOf_DeviceView'> & DeviceMore
export type DeviceState = Schemas['DeviceState']
export type Iface = Listed<'ListOf_InterfaceView'>
export type Series = Schemas['SeriesView']
export type Tenant = Listed<'ListOf_TenantView'>
export type TenantKind = Schemas['TenantKind']
export type Role = Schemas['Role']
export type Language = Schemas['Language']
export type Person = Listed<'ListOf_UserView'>
export type Contact = Listed<'ListOf_ContactView'>
export type Credential = Listed<'ListOf_CredentialView'>
export type CredentialKind = Schemas['CredentialKind']
export type Service = Listed<'ListOf_ServiceView'>
export type Notice = Listed<'ListOf_NoticeView'>
export type NoticeState = Schemas['NoticeState']
export type NoticeKind = Schemas['NoticeKind']
export type HoldReason = Schemas['HoldReason']
export type Ticket = Listed<'ListOf_TicketView'>
export type TicketDetail = Schemas['TicketDetail']
export type TicketState = Schemas['TicketState']
export type Collector = Listed<'ListOf_CollectorView'>
export type CollectorState = Schemas['CollectorState']
export type Settings = Schemas['SettingsView']
export type AuditRow = Listed<'ListOf_AuditRow'>
export type Summary = Schemas['Summary']
export type Me = Schemas['Me'] & MeMore
export type Ref = Schemas['Ref']
export type Can = Schemas['Can']
export type Owner = Schemas['Owner']
export type { FieldProblem } from './client'
export type AlarmState = Schemas['AlarmState']
export type Line = Schemas['Line']
