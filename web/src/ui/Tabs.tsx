import css from './ui.module.css'

/** Tabs whose choice is kept by the page (in the URL); arrows move, as ARIA asks. */
export function Tabs<T extends string>({
  label,
  value,
  tabs,
  onChange,
}: {
  label: string
  value: T
  tabs: readonly (readonly [T, string, number?])[]
  onChange: (tab: T) => void
}) {
  const step = (by: number) => {
    const at = tabs.findIndex(([name]) => name === value)
    const next = tabs[(at + by + tabs.length) % tabs.length]
    if (!next) return
    onChange(next[0])
    document.getElementById(`tab-${next[0]}`)?.focus()
  }
  return (
    <div role="tablist" aria-label={label} className={css.tabs}>
      {tabs.map(([name, text, count]) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === value}
          tabIndex={name === value ? 0 : -1}
          className={css.tab}
          onClick={() => onChange(name)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowRight') step(1)
            if (event.key === 'ArrowLeft') step(-1)
          }}
        >
          {text}
          {count === undefined ? null : <span className={css.count}>{count}</span>}
        </button>
      ))}
    </div>
  )
}
