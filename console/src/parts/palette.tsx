import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useData } from '../state/data'
import { look } from '../state/look'
import { call, signOut } from '../state/node'
import { closePalette, type Command, screenCommands } from '../state/palette'
import { go, unitAddress } from '../state/route'
import { useStore } from '../state/store'
import { t } from '../texts/texts'
import { Icon } from './icon'
import { iconOfUnit } from './unit-icon'

const fixed: readonly Command[] = [
  { label: t.nav.home, icon: 'home', run: () => go('/') },
  { label: t.nav.units, icon: 'units', run: () => go('/units') },
  { label: t.nav.apps, icon: 'apps', run: () => go('/apps') },
  { label: t.nav.network, icon: 'network', run: () => go('/network') },
  { label: t.nav.settings, icon: 'settings', run: () => go('/settings') },
  { label: t.units.create, icon: 'plus', run: () => go('/units?new=1') },
  { label: t.bring.title, icon: 'sync', run: () => go('/units?bring=1') },
  { label: t.settings.useLight, icon: 'eye', run: () => look.set('light') },
  { label: t.settings.useDark, icon: 'eye', run: () => look.set('dark') },
  { label: t.settings.useSystem, icon: 'eye', run: () => look.set('system') },
  { label: t.signOut, icon: 'out', run: () => void signOut() },
]

/** Every word of the question stands somewhere in the label. */
function matches(label: string, question: string): boolean {
  const text = label.toLowerCase()
  return question
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** at most so many lines: more typing finds the rest */
const most = 30

function useFound(question: string): readonly Command[] {
  const { value } = useData('units', () => call('mimei.list', {}))
  const own = useStore(screenCommands)
  return useMemo(() => {
    const units = (value?.units ?? []).map((unit) => ({
      label: unit.mark,
      icon: iconOfUnit(unit),
      run: () => go(unitAddress(unit.mid)),
    }))
    const all = question === '' ? [...own, ...fixed] : [...own, ...units, ...fixed]
    return all.filter(({ label }) => matches(label, question)).slice(0, most)
  }, [value, own, question])
}

/** One box for everything: units, screens and what can be done here. */
export function Palette() {
  const [question, setQuestion] = useState('')
  const [chosen, setChosen] = useState(0)
  const dialog = useRef<HTMLDialogElement>(null)
  const found = useFound(question)
  // Before the next key: somebody who types on is not cut short.
  useLayoutEffect(() => dialog.current?.showModal(), [])
  useEffect(() => {
    dialog.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen, found])
  const run = (command: Command | undefined): void => {
    if (command === undefined) return
    closePalette()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setChosen((chosen + step + found.length) % Math.max(1, found.length))
    }
    if (event.key === 'Enter') run(found[chosen])
  }
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={t.search}
      onClose={closePalette}
      onMouseDown={(event) => {
        if (event.target === dialog.current) closePalette()
      }}
    >
      <div class="palette-box">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found.length === 0 ? undefined : `palette-${chosen}`}
          aria-label={t.search}
          placeholder={t.searchHint}
          autofocus
          value={question}
          onInput={(event) => {
            setQuestion(event.currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id="palette-list" role="listbox" aria-label={t.search}>
        {found.map((command, index) => (
          <li
            key={`${command.label}-${index}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseMove={() => setChosen(index)}
            onClick={() => run(command)}
          >
            <Icon name={command.icon} size={18} />
            <span class="cut">{command.label}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="palette-none quiet">{t.nothingFound(question)}</p>}
    </dialog>
  )
}
