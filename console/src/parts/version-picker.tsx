import type { VersionName } from '../state/content'
import type { UnitDetail } from '../state/node'
import { dateTime } from '../texts/format'
import { t } from '../texts/texts'

/** Which version is looked at: the browser's own list, at home on every device. */
export function VersionPicker(props: {
  unit: UnitDetail
  version: VersionName
  onPick: (version: string) => void
}) {
  const { unit, version, onPick } = props
  return (
    <select
      class="select"
      aria-label={t.versionPicker.label}
      value={String(version)}
      onChange={(event) => onPick(event.currentTarget.value)}
    >
      <option value="cur">{t.versionPicker.cur}</option>
      {unit.version > 0 && <option value="last">{t.versionPicker.last(unit.version)}</option>}
      {unit.release !== null && (
        <option value="release">{t.versionPicker.release(unit.release)}</option>
      )}
      {unit.versions.map(({ version: number, time, memo }) => (
        <option key={number} value={String(number)}>
          {t.versionPicker.line(number, dateTime(time), memo)}
        </option>
      ))}
    </select>
  )
}
