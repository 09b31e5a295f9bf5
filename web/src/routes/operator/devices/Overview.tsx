import type { Alarm, Device } from '../../../api/nouns'
import { Graph } from '../../../chart/Graph'
import { useSay } from '../../../i18n/i18n'
import { useNow } from '../../../live/clock'
import { SeverityBadge } from '../../../parts/alarm/SeverityBadge'
import { Go, GoRef } from '../../../parts/link/Go'
import { ALARM_CLASS, OWNER } from '../../../parts/words/words'
import { Facts, Panel } from '../../../ui/Page'
import { Age, Instant, None } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import css from './devices.module.css'
import { METRICS, type Ranged } from './ranges'

/** A person's choice goes before what was recognised. */
function Profile({ device }: { device: Device }) {
  const say = useSay()
  if (device.pinned_profile) {
    return (
      <>
        <span className="mono">{device.pinned_profile}</span> <span className="dim">{say('device_more.pinned_by_hand')}</span>
      </>
    )
  }
  return device.profile ? <span className="mono">{device.profile.name || device.profile.id}</span> : <None />
}

export function Overview({ device, alarms, ranged }: { device: Device; alarms: readonly Alarm[]; ranged: Ranged }) {
  const say = useSay()
  const now = useNow()
  const { facts } = device
  return (
    <div className="main-side">
      <div className="stack-wide">
        <Panel title={say('devices.active_alarms')} count={alarms.length}>
          {alarms.length === 0 ? <p className="dim small">{say('devices.no_alarms')}</p> : null}
          <ul className={css.lines}>
            {alarms.map((alarm) => (
              <li key={alarm.id}>
                <SeverityBadge severity={alarm.severity} isQuiet={alarm.acked_by != null} />
                <Go to={go.alarm(alarm.id)}>{say(ALARM_CLASS[alarm.class])}</Go>
                {alarm.object.kind === 'interface' ? <span className="mono">{alarm.object.name}</span> : null}
                <span className="dim clip">{alarm.detail}</span>
                <span className="end dim">
                  <Age at={alarm.raised_at ?? alarm.first_miss_at} now={now} />
                </span>
              </li>
            ))}
          </ul>
        </Panel>
        <Panel title={say('graph.rtt')}>
          <Graph object={device.id} title={say('graph.rtt')} metrics={METRICS.rtt} span={ranged.span} zoom={ranged.zoom} />
        </Panel>
        <Panel title={say('graph.cpu')}>
          <Graph object={device.id} title={say('graph.cpu')} metrics={METRICS.cpu} span={ranged.span} zoom={ranged.zoom} />
        </Panel>
      </div>
      <div className="stack-wide">
        <Panel title={say('devices.facts')}>
          <Facts
            rows={[
              [say('device_more.vendor'), device.vendor],
              [say('device_more.model'), device.model],
              [say('device_more.os'), device.os],
              [say('device_more.os_version'), device.os_version],
              [say('device_more.serial'), device.serial],
              [say('devices.sys_name'), facts?.sys_name],
              [say('devices.sys_descr'), facts?.sys_descr],
              [say('devices.booted'), facts?.booted_at ? <Instant key="booted" at={facts.booted_at} /> : null],
              [
                say('devices.object_id'),
                facts?.sys_object_id ? (
                  <span key="oid" className="mono">
                    {facts.sys_object_id}
                  </span>
                ) : null,
              ],
              [say('devices.probe'), facts?.probe_method ? facts.probe_method.toUpperCase() : null],
            ]}
          />
        </Panel>
        <Panel title={say('devices.setup')}>
          <Facts
            rows={[
              [say('device_more.profile'), <Profile key="profile" device={device} />],
              [
                say('devices.snmp_port'),
                <span key="snmp" className="mono">
                  {device.snmp_port}
                </span>,
              ],
              [
                say('devices.ssh_port'),
                <span key="ssh" className="mono">
                  {device.ssh_port}
                </span>,
              ],
              [say('devices.credentials'), device.credentials.map((each) => each.name).join(', ')],
              [say('devices.intervals'), say('devices.intervals_text', { probe: device.probe_interval_s, poll: device.poll_interval_s })],
              [say('devices.owner'), say(OWNER[device.owner])],
              [say('col.collector'), device.collector?.name],
              [say('devices.created'), <Instant key="created" at={device.created_at} />],
            ]}
          />
        </Panel>
        <Panel title={say('devices.parents')} count={device.parents.length}>
          {device.parents.length === 0 ? <p className="dim small">{say('devices.no_parents')}</p> : null}
          <ul className={css.lines}>
            {device.parents.map((parent) => (
              <li key={parent.device.id}>
                <GoRef of={parent.device} />
                {parent.interface ? <span className="mono">{parent.interface.name}</span> : null}
              </li>
            ))}
          </ul>
        </Panel>
      </div>
    </div>
  )
}
