import type { Tenant, TenantKind } from '../../../api/nouns'

export interface Leaf {
  tenant: Tenant
  depth: number
}

/** Below its parent, by name; what does not match stays only as the way to what does. */
export function treeOf(all: readonly Tenant[], matches: (tenant: Tenant) => boolean): Leaf[] {
  const known = new Set(all.map((each) => each.id))
  const below = new Map<string, Tenant[]>()
  for (const each of all) {
    const parent = each.parent && known.has(each.parent.id) ? each.parent.id : ''
    below.set(parent, [...(below.get(parent) ?? []), each])
  }
  const walk = (parent: string, depth: number): Leaf[] =>
    [...(below.get(parent) ?? [])]
      .sort((a, b) => a.name.localeCompare(b.name))
      .flatMap((tenant) => {
        const inner = walk(tenant.id, depth + 1)
        return inner.length > 0 || matches(tenant) ? [{ tenant, depth }, ...inner] : []
      })
  return walk('', 0)
}

/** What may stand under what, for the offer of buttons only: the server decides. */
export function childrenOf(kind: TenantKind): readonly TenantKind[] {
  if (kind === 'provider' || kind === 'partner') return ['partner', 'client']
  return kind === 'client' ? ['site'] : []
}
