import { Ago } from '../parts/ago'
import { Badge, UnitBadges } from '../parts/badge'
import { UnitTile } from '../parts/unit-icon'
import { useData } from '../state/data'
import { call, type Unit } from '../state/node'
import { unitAddress } from '../state/route'
import { size } from '../texts/format'
import { t } from '../texts/texts'

/** On how many nodes a published unit is; asked for when its row is drawn. */
function Copies({ unit }: { unit: Unit }) {
  const asked = unit.published || unit.providing
  const { value } = useData(asked ? `unit:${unit.mid}:providers` : undefined, () =>
    call('mimei.providers', { mid: unit.mid }),
  )
  if (!asked || value === undefined)
    return <span class="col-where quiet">{t.units.onThisNode}</span>
  const nodes = value.providers.filter(({ self }) => !self).length + 1
  return <span class="col-where quiet">{t.units.onNodes(nodes)}</span>
}

/** A unit in a list: what it is, when it was saved, how large it is, where it is. */
export function UnitRow({ unit }: { unit: Unit }) {
  return (
    <a class="unit-row" href={unitAddress(unit.mid)}>
      <UnitTile unit={unit} />
      <span class="col-name">
        <span class="line-title cut">{unit.mark}</span>
        <span class="small quiet cut">
          {unit.version === 0 ? (
            t.units.neverSaved
          ) : (
            <>
              {t.saved} <Ago time={unit.modified} />, {t.version(unit.version)}
            </>
          )}
        </span>
      </span>
      <span class="col-badges">
        {unit.changed && unit.mine && unit.version > 0 && (
          <Badge tone="warn">{t.badges.changed}</Badge>
        )}
        <UnitBadges unit={unit} />
      </span>
      <Copies unit={unit} />
      <span class="col-size quiet tabular">{size(unit.size)}</span>
    </a>
  )
}
